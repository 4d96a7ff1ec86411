// Who may see what, and what is told about the contact and its history.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ask, button, demoFor, history, importLines, isContact, notice, person, pick, save, until, visit } from "./support.mjs";

const DAY_MS = 86_400_000;

test("who is no manager sees no field, and the server refuses them as well", async (context) => {
  const demo = await demoFor(context);
  const only = "Only people with the role owner or admin see the security contact.";
  const people = {
    "u-tom": [only, "manager_role_required"], // an analyst
    "u-priya": [only, "manager_role_required"], // edits account settings
    "u-omar": ["Your user is not active, so you do not see the security contact.", "not_active"],
    "u-edda": ["You are not a member of this account.", "not_a_member"],
  };
  for (const [who, [text, code]] of Object.entries(people)) {
    const page = await visit(context, demo, "acme", who);
    const shown = await page.locator("security-contact-field section").allInnerTexts();
    assert.deepEqual(shown.map((one) => one.replace(/\s+/g, " ")), [`Security contact ${text}`]);
    assert.equal(await page.locator("security-contact-field").locator("input, button").count(), 0);
    const headers = { "if-match": '"v0"', "content-type": "application/json" };
    const body = JSON.stringify({ userId: who });
    const asked = [
      await ask(demo, who, "acme/security-contact"),
      await ask(demo, who, "acme/security-contact/candidates"),
      await ask(demo, who, "acme/security-contact/history"),
      await ask(demo, who, "acme/security-contact", { method: "PUT", headers, body }),
    ];
    assert.deepEqual(asked.map(({ status }) => status), [403, 403, 403, 403]);
    assert.deepEqual(asked.map(({ body }) => body.reasons[0]), [code, code, code, code]);
  }
});

test("the demo's switch goes to other accounts and people, and back", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await page.getByLabel("Account", { exact: true }).selectOption("birch");
  await page.locator("#contact .name").filter({ hasText: "Edda Birch" }).waitFor();
  assert.equal(new URL(page.url()).search, "?as=u-edda");
  assert.equal(await page.title(), "Security settings of Birch & Sons");
  await page.getByLabel("View as").selectOption("u-hugo");
  await page.getByText("Only people with the role owner or admin see the security contact.").waitFor();
  await page.goBack();
  await page.locator("#contact .name").filter({ hasText: "Edda Birch" }).waitFor();
  assert.equal(await page.getByLabel("View as").inputValue(), "u-edda");
});

test("an owner who fails the criteria, and a choice that was reverted, are explained", async (context) => {
  const demo = await demoFor(context);
  // Who was chosen was deactivated before the demo began: the first review reverts it.
  await until(async () => (await ask(demo, "u-edda", "birch/security-contact")).body.designation === null);
  const page = await visit(context, demo, "birch", "u-edda");
  await isContact(page, "Edda Birch", "Reverted to the owner");
  const warning = await page.locator(".warning").innerText();
  assert.match(warning, /^Edda Birch does not meet the criteria\n/);
  assert.match(warning, /The last login, on .*, is more than 365 days ago\. They need to log in again\./);
  const entries = await history(page);
  assert.equal(entries[0], "A review found that Finn Birch can no longer be the contact. The account owner, Edda Birch, is it again.");
  assert.equal(await page.locator(".history .reverted .reasons").innerText(), "The user is not active.");
});

test("a contact who will lapse soon is warned about, with what to do", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Noor El Amrani"); // last seen 356 days ago
  await save(page);
  await page.getByRole("heading", { name: /^Noor El Amrani lapses in [89] days$/ }).waitFor();
  const warning = await page.locator(".warning").innerText();
  assert.match(warning, /Ask Noor El Amrani to log in before that day, or choose somebody else\./);

  const days = (count) => new Date(Date.now() - count * DAY_MS).toISOString();
  importLines(demo, [person("acme", "u-noor", "Noor El Amrani", { lastLoginAt: days(330) })]);
  await page.reload();
  await isContact(page, "Noor El Amrani", "Chosen by Maya Lindqvist");
  assert.equal(await page.locator(".warning").count(), 0);
});

test("the history tells of refusals and mail too, and can be filtered", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  for (const name of ["Jonas Weber", "Priya Raman"]) {
    await pick(page, name);
    await save(page);
    await notice(page, `Saved. ${name}`);
  }
  const headers = { "if-match": '"v2"', "content-type": "application/json" };
  const body = JSON.stringify({ userId: "u-tom" });
  assert.equal((await ask(demo, "u-jonas", "acme/security-contact", { method: "PUT", headers, body })).status, 422);
  await page.reload();
  await until(async () => (await history(page)).length === 3);

  const chose = (who, before) => `Maya Lindqvist chose ${who} in place of ${before}.`;
  const [jonas, priya] = [chose("Jonas Weber", "Maya Lindqvist"), chose("Priya Raman", "Jonas Weber")];
  const refused = "Jonas Weber tried to choose Tom Okafor, and was refused.";
  const kinds = { Everything: [refused, priya, jonas], Changes: [priya, jonas], Reverts: [], Refusals: [refused], Mail: [] };
  for (const [filter, expected] of Object.entries(kinds)) {
    await button(page, filter).click();
    assert.equal(await button(page, filter).getAttribute("aria-pressed"), "true");
    await until(async () => (await history(page)).length === expected.length);
    assert.deepEqual(await history(page), expected);
  }
  await page.getByText("Nothing of this kind has happened.").waitFor();
  await button(page, "Refusals").click();
  assert.equal(await page.locator(".history .reasons").innerText(), "The role does not qualify.");
});

test("mail and addresses stand in the history in words", async (context) => {
  const demo = await demoFor(context);
  const entry = (number, action, detail) => ({
    number, at: "2026-10-01T09:30:00.000Z", actor: null, action, before: "u-maya", after: null, reasons: [], detail,
  });
  const event = { kind: "breach_alert", severity: "critical" };
  const entries = [
    entry(4, "something_new", null),
    entry(3, "address_unreachable", { address: { person: "u-jonas" } }),
    entry(2, "event_sent", { event: { event, to: "u-maya", messageId: "x" } }),
    { ...entry(1, "owner_changed", null), after: "u-gone" },
  ];
  const names = { "u-maya": "Maya Lindqvist", "u-jonas": "Jonas Weber" };
  const prepare = (page) => page.route("**/history?*", (route) => route.fulfill({ json: { entries, names, nextBefore: null } }));
  const page = await visit(context, demo, "acme", "u-maya", { prepare });
  await until(async () => (await history(page)).length === 4);
  assert.deepEqual(await history(page), [
    "Something that this page does not know: something_new.",
    "The mail server of Jonas Weber refuses their address for good.",
    "Security mail went to Maya Lindqvist: breach alert, severity critical.",
    "Ownership moved, and the contact with it: somebody who has left in place of Maya Lindqvist.",
  ]);
});

test("a long history is shown piece by piece", async (context) => {
  const demo = await demoFor(context);
  for (let version = 0; version < 24; version++) {
    const headers = { "if-match": `"v${version}"`, "content-type": "application/json" };
    const body = JSON.stringify({ userId: version % 2 ? "u-jonas" : "u-priya" });
    assert.equal((await ask(demo, "u-maya", "acme/security-contact", { method: "PUT", headers, body })).status, 200);
  }
  const page = await visit(context, demo, "acme", "u-maya");
  for (const count of [10, 20, 24]) {
    await until(async () => (await history(page)).length === count);
    if (count < 24) await button(page, "Show older entries").click();
  }
  assert.equal(await button(page, "Show older entries").count(), 0);
});
