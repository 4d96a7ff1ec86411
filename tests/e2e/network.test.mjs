// A slow and a failing network: what is said, and that nothing is lost and nothing done twice.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ask, button, combobox, demoFor, dialog, history, isContact, listed, mailed, notice, pick, save, search, until, visit,
} from "./support.mjs";

const CONTACT = "**/v1/accounts/acme/security-contact";

const trouble = (page, text) => dialog(page).getByRole("alert").filter({ hasText: text }).waitFor();

/** Answers the page's changes with `answer(route)`, until it is called off. */
async function onChange(page, answer) {
  await page.route(CONTACT, (route) => (route.request().method() === "GET" ? route.continue() : answer(route)));
  return () => page.unroute(CONTACT);
}

const problem = (status, code) => (route) =>
  route.fulfill({ status, contentType: "application/problem+json", json: { status, code, detail: "a test" } });

test("while a change is saved the button says so, and saves once", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await pick(page, "Jonas Weber");
  let letThrough;
  const held = new Promise((resolve) => (letThrough = resolve));
  let sent = 0;
  await onChange(page, async (route) => {
    sent += 1;
    await held;
    await route.continue();
  });
  await save(page);
  const saving = button(page, "Saving…");
  await saving.waitFor();
  assert.equal(await saving.getAttribute("aria-disabled"), "true");
  await page.getByRole("status").filter({ hasText: "Saving…" }).waitFor();
  await saving.click({ force: true });
  await page.keyboard.press("Escape");
  assert.ok(await dialog(page).isVisible());
  letThrough();
  await notice(page, "Saved. Jonas Weber is the security contact now.");
  assert.equal(sent, 1);
});

test("offline: the pick is kept, and saved when the connection is back", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await pick(page, "Jonas Weber");
  await page.context().setOffline(true);
  await save(page);
  await trouble(page, "You are offline");
  await trouble(page, "Nothing is lost. Try again when the connection is back.");
  await page.context().setOffline(false);
  await button(page, "Try again").click();
  await notice(page, "Saved. Jonas Weber is the security contact now.");
});

test("a change whose answer was lost is not made twice", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Jonas Weber");
  const heal = await onChange(page, async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  await save(page);
  await trouble(page, "The server did not answer");
  await heal();
  await button(page, "Try again").click();
  await notice(page, "Saved. Jonas Weber is the security contact now.");
  await until(async () => (await history(page)).length === 1);
  assert.deepEqual(await mailed(demo, "@acme.example", 2), ["jonas@acme.example", "maya@acme.example"]);
  assert.equal((await ask(demo, "u-maya", "acme/security-contact/history")).body.entries.length, 1);
});

test("what the server says of its own state is told plainly, and can be tried again", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await pick(page, "Jonas Weber");
  await button(page, "Save…").click();
  const said = [
    [problem(503, "busy"), "The server is busy"],
    [problem(500, "internal"), "The server failed"],
    [problem(401, "unauthenticated"), "You are not logged in any more"],
    [problem(409, "no_owner"), "This account has no owner"],
    [(route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }), "The server failed"],
  ];
  for (const [answer, text] of said) {
    const heal = await onChange(page, answer);
    await page.getByRole("button", { name: /^(Save the change|Try again)$/ }).click();
    await trouble(page, text);
    await heal();
    if (text.includes("no owner")) {
      await button(page, "Cancel").click();
      await button(page, "Save…").click();
    }
  }
  await button(page, "Try again").click();
  await notice(page, "Saved. Jonas Weber is the security contact now.");
});

test("a search that fails keeps what was typed", async (context) => {
  const demo = await demoFor(context);
  const prepare = (page) => page.route("**/candidates?*", (route) => route.abort());
  const page = await visit(context, demo, "acme", "u-maya", { prepare });
  await search(page, "jonas");
  await page.getByText("The search failed. What you typed is still there.").first().waitFor();
  assert.equal(await combobox(page).inputValue(), "jonas");
  await page.unroute("**/candidates?*");
  await button(page, "Try again").click();
  assert.deepEqual(await listed(page, 1), ["Jonas Weber"]);
});

test("a page that could not be loaded can be tried again", async (context) => {
  const demo = await demoFor(context);
  const prepare = (page) => page.route("**/*.wasm", (route) => route.abort());
  const page = await visit(context, demo, "acme", "u-maya", { prepare });
  await page.getByRole("alert").filter({ hasText: "The server failed" }).waitFor();
  await page.unroute("**/*.wasm");
  await button(page, "Try again").click();
  await isContact(page, "Maya Lindqvist", "Default (account owner)");
});

test("a history that fails takes nothing else with it", async (context) => {
  const demo = await demoFor(context);
  const prepare = (page) => page.route("**/history?*", (route) => route.abort());
  const page = await visit(context, demo, "acme", "u-maya", { prepare });
  await isContact(page, "Maya Lindqvist", "Default (account owner)");
  await page.getByRole("alert").filter({ hasText: "The history could not be loaded." }).waitFor();
  await page.unroute("**/history?*");
  await button(page, "Try again").click();
  await page.getByText("Nothing has happened yet.").waitFor();
});

test("a server that ends is noticed", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Jonas Weber");
  await demo.halt();
  await save(page);
  await trouble(page, "The server did not answer");
  await demo.restart();
  await button(page, "Try again").click();
  await notice(page, "Saved. Jonas Weber is the security contact now.");
});

test("slow facts: what is known is judged at once, and the rest when it arrives", async (context) => {
  const demo = await demoFor(context);
  let letThrough;
  const held = new Promise((resolve) => (letThrough = resolve));
  const prepare = (page) =>
    page.route("**/candidates?*", async (route) => {
      await held;
      await route.continue();
    });
  const page = await visit(context, demo, "acme", "u-maya", { prepare });
  await search(page, "jonas");
  await page.getByText("Searching…").first().waitFor();
  assert.equal(await page.getByRole("listbox", { name: "People" }).getAttribute("aria-busy"), "true");
  letThrough();
  assert.deepEqual(await listed(page, 1), ["Jonas Weber"]);
});
