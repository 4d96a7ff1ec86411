// When others act too: conflicts, reverts, lost roles, other rules, another release.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import {
  ask, button, demoFor, dialog, history, importLines, isContact, notice, option, person, pick, pickBar, save, search, until, visit,
} from "./support.mjs";

/** What the dialog says went wrong, once it has that title. */
async function trouble(page, title) {
  const alert = dialog(page).getByRole("alert").filter({ hasText: title });
  await alert.waitFor();
  return alert.innerText();
}

/** Counts the page's requests that change something. */
function changes(page) {
  const sent = [];
  page.on("request", (request) => request.method() !== "GET" && sent.push(request.method()));
  return sent;
}

/** The page comes back to the front. */
const comeBack = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

const lena = { lastLoginAt: new Date().toISOString() };

test("the slower of two browsers learns who was faster, and keeps its pick", async (context) => {
  const demo = await demoFor(context);
  const faster = await visit(context, demo, "acme", "u-maya");
  const slower = await visit(context, demo, "acme", "u-jonas");
  await pick(slower, "Priya Raman");
  await pick(faster, "Jonas Weber");
  await save(faster);
  await notice(faster, "Saved.");

  await save(slower);
  const told = await trouble(slower, "The contact has changed meanwhile");
  assert.match(told, /Maya Lindqvist chose Jonas Weber in place of Maya Lindqvist\./);
  assert.match(told, /Jonas Weber is the contact now\. Your pick, Priya Raman, is kept and not saved\./);
  assert.match(await dialog(slower).innerText(), /Now\nJonas Weber/);
  await button(slower, "Save all the same").click();
  await notice(slower, "Saved. Priya Raman is the security contact now.");
  await isContact(slower, "Priya Raman", "Chosen by Jonas Weber");
});

test("when the faster one saved the same, nothing is left to save", async (context) => {
  const demo = await demoFor(context);
  const faster = await visit(context, demo, "acme", "u-maya");
  const slower = await visit(context, demo, "acme", "u-jonas");
  await pick(slower, "Priya Raman");
  await pick(faster, "Priya Raman");
  await save(faster);
  await notice(faster, "Saved.");
  await save(slower);
  await notice(slower, "The contact has changed meanwhile. Maya Lindqvist chose Priya Raman in place of Maya Lindqvist.");
  assert.equal(await dialog(slower).count(), 0);
  assert.equal(await pickBar(slower).count(), 0);
  await isContact(slower, "Priya Raman", "Chosen by Maya Lindqvist");
});

/** Priya is the contact, and then loses what qualified her; done when a review has noticed. */
async function revert(demo) {
  importLines(demo, [person("acme", "u-priya", "Priya Raman", { status: "suspended" })]);
  await until(async () => (await ask(demo, "u-maya", "acme/security-contact")).body.designation === null);
}

test("a revert while the page is open is told when the page comes back to the front", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Priya Raman");
  await save(page);
  await notice(page, "Saved.");
  await search(page, "jon");
  await revert(demo);
  await comeBack(page);
  await notice(page, "The contact has changed meanwhile. A review found that Priya Raman can no longer be the contact.");
  await isContact(page, "Maya Lindqvist", "Reverted to the owner");
  const why = await page.locator(".why").innerText();
  assert.match(why, /^Reverted to the owner on .*, because Priya Raman could no longer be the contact:\s+The user is not active\.$/);
});

test("a revert while the dialog is open is a conflict that says why", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Priya Raman");
  await save(page);
  await notice(page, "Saved.");
  await pick(page, "Jonas Weber");
  await button(page, "Save…").click();
  await revert(demo);
  await button(page, "Save the change").click();
  const told = await trouble(page, "The contact has changed meanwhile");
  assert.match(told, /A review found that Priya Raman can no longer be the contact/);
  await button(page, "Save all the same").click();
  await notice(page, "Saved. Jonas Weber is the security contact now.");
});

test("who loses the role while the page is open can save nothing, and then sees nothing", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-jonas");
  await pick(page, "Priya Raman");
  importLines(demo, [person("acme", "u-jonas", "Jonas Weber", { role: "analyst" })]);
  await save(page);
  assert.match(await trouble(page, "You may not change"), /Only people with the role owner or admin see the security contact\./);
  assert.equal(await button(page, "Save the change").count(), 0);
  await button(page, "Cancel").click();
  await page.getByRole("alert").filter({ hasText: "Only people with the role owner or admin see" }).waitFor();
  assert.equal(await page.locator("#contact").count(), 0);
  assert.equal((await ask(demo, "u-maya", "acme/security-contact")).body.version, 0);
});

test("who is deactivated while the page is open loses the field when it comes back to the front", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-jonas");
  importLines(demo, [person("acme", "u-jonas", "Jonas Weber", { status: "deactivated" })]);
  await comeBack(page);
  await page.getByRole("alert").filter({ hasText: "Your user is not active, so you do not see the security contact." }).waitFor();
  assert.equal(await page.locator("#contact").count(), 0);
});

test("a pick that became impossible meanwhile is refused by the server, with the reason", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Jonas Weber");
  importLines(demo, [person("acme", "u-jonas", "Jonas Weber", { status: "suspended" })]);
  await save(page);
  const told = await trouble(page, "Jonas Weber cannot be the contact");
  assert.match(told, /The user is not active\. Activate the user\./);
  await button(page, "Cancel").click();
  await pickBar(page).getByText("Jonas Weber").waitFor();
  await isContact(page, "Maya Lindqvist", "Default (account owner)");
});

test("somebody who has left meanwhile is named as such", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Jonas Weber");
  importLines(demo, [{ type: "left", account: "acme", id: "u-jonas" }]);
  await save(page);
  assert.match(await trouble(page, "Jonas Weber cannot be the contact"), /They are not a member of the account\./);
});

test("a page with older rules loads the new ones before it saves anything", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Noor El Amrani"); // last seen 356 days ago
  writeFileSync(join(demo.dataDir, "rules.json"), JSON.stringify({ maxLoginAgeDays: 90 }));
  await demo.restart();
  const sent = changes(page);
  await save(page);
  const told = await trouble(page, "Noor El Amrani cannot be the contact");
  assert.match(told, /The rules have changed, and were loaded again\./);
  assert.match(told, /is more than 90 days ago/);
  assert.deepEqual(sent, []);
  await button(page, "Cancel").click();
  await pick(page, "Jonas Weber");
  await save(page);
  await notice(page, "Saved. Jonas Weber is the security contact now.");
  await page.getByText("How this was decided").click();
  await page.getByText("The last login is at most 90 days ago").waitFor();
});

/** The server tells of another module than the page has. */
async function anotherRelease(page, { withGlue }) {
  const sha256 = "f".repeat(64);
  let real;
  await page.route("**/v1/policy", async (route) => {
    const response = await route.fetch();
    const policy = await response.json();
    real = policy.moduleSha256;
    const fingerprint = withGlue ? policy.fingerprint : "0".repeat(64);
    await route.fulfill({ response, json: { ...policy, moduleSha256: sha256, fingerprint } });
  });
  await page.route("**/assets/manual.js?*", async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    await route.fulfill({ response, body: withGlue ? text.replaceAll(real, sha256) : text });
  });
  await page.route("**/security-contact", async (route) => {
    if (withGlue || route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), fingerprint: "0".repeat(64) } });
  });
}

test("a page of an older release loads the module of the new one", async (context) => {
  const demo = await demoFor(context);
  const loaded = [];
  const prepare = async (page) => {
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname + new URL(request.url()).search));
    await anotherRelease(page, { withGlue: true });
  };
  const page = await visit(context, demo, "acme", "u-maya", { prepare });
  assert.ok(loaded.includes(`/assets/manual.js?${"f".repeat(64)}`), loaded);
  await pick(page, "Jonas Weber");
  await save(page);
  await notice(page, "Saved. Jonas Weber is the security contact now.");
});

test("a page that cannot load the server's release saves nothing and offers to be loaded again", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Jonas Weber");
  await anotherRelease(page, { withGlue: false });
  const sent = changes(page);
  await save(page);
  assert.match(await trouble(page, "This page is out of date"), /nothing was saved/);
  assert.deepEqual(sent, []);
  await page.unrouteAll();
  await button(page, "Reload the page").click();
  await isContact(page, "Maya Lindqvist", "Default (account owner)");
});

test("facts that changed are seen by the next search", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await search(page, "lena");
  assert.equal(await option(page, "Lena Fischer").getAttribute("aria-disabled"), "true");
  importLines(demo, [person("acme", "u-lena", "Lena Fischer", lena)]);
  await page.reload();
  await search(page, "lena");
  assert.equal(await option(page, "Lena Fischer").getAttribute("aria-disabled"), "false");
  assert.deepEqual(await history(page), []);
});
