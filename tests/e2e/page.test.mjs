// The settings page in a browser, on the running demo.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { launchBrowser, startDemo } from "./harness.mjs";

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** A demo of its own, ended with the test. */
async function demoFor(context) {
  const demo = await startDemo();
  context.after(() => demo.stop());
  return demo;
}

/** The page of an account as somebody sees it, in a browser window of its own. Errors in the page fail the test. */
async function visit(context, demo, account, person, options = {}) {
  const window = await browser.newContext(options);
  const page = await window.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.text().includes("Content Security Policy") && errors.push(message.text()));
  context.after(async () => {
    await window.close();
    assert.deepEqual(errors, []);
  });
  await page.goto(`${demo.url}/accounts/${account}/settings/security?as=${person}`);
  await loaded(page);
  return page;
}

const loaded = (page) => page.locator("#content[aria-busy=false]").waitFor();
const row = (page, name) => page.locator("#people > li").filter({ hasText: name });
const radio = (page, name) => row(page, name).getByRole("radio");
const said = (page, text) => page.locator("#result").filter({ hasText: text }).waitFor();

/** The contact's name and where it comes from. */
const contact = async (page) => [
  await page.locator("#contact strong").textContent(),
  await page.locator("#contact [data-slot=source]").textContent(),
];

/** The names in the list of people, once a search has brought that many. */
async function people(page, count) {
  const names = page.locator("#people > li strong");
  await names.nth(count - 1).waitFor();
  await until(async () => (await names.count()) === count);
  return names.allTextContents();
}

async function choose(page, name) {
  await radio(page, name).check();
  await page.getByRole("button", { name: "Save" }).click();
}

/** Waits until `condition` gives something, and gives that. */
async function until(condition, deadlineMs = 30_000) {
  for (const end = Date.now() + deadlineMs; ; await pause(50)) {
    const result = await condition();
    if (result) return result;
    assert.ok(Date.now() < end, `still not after ${deadlineMs} ms: ${condition}`);
  }
}

/** Who got mail at an address of that domain, once that many did. */
async function mailed(demo, domain, count) {
  const folder = join(demo.dataDir, "mail", "new");
  const recipients = await until(async () => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml"));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    const found = texts.map((text) => text.match(/^To: .*<(.*)>/m)[1]).filter((address) => address.endsWith(domain));
    return found.length >= count && found;
  });
  return recipients.sort();
}

test("an owner chooses another contact", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  assert.deepEqual(await contact(page), ["Maya Lindqvist", "Default (account owner)"]);
  assert.ok(await page.getByRole("radio", { name: "Account owner (default)" }).isChecked());
  assert.ok(await page.getByText("Nothing has happened yet.").isVisible());

  const all = await people(page, 10);
  assert.ok(all.includes("Jonas Weber") && all.includes("Tom Okafor"), all);
  await page.getByLabel("Or choose a person").fill("JONAS@acme");
  assert.deepEqual(await people(page, 1), ["Jonas Weber"]);
  assert.match(await row(page, "Jonas Weber").textContent(), /✓ Eligible/);
  assert.equal(await page.locator("#count").textContent(), "1 person with “JONAS@acme”");

  await choose(page, "Jonas Weber");
  await said(page, "Saved. Jonas Weber is the security contact. Maya Lindqvist and Jonas Weber are told by mail.");
  assert.deepEqual(await contact(page), ["Jonas Weber", "Chosen"]);
  await page.locator("#history li").filter({ hasText: "Maya Lindqvist chose Jonas Weber" }).waitFor();

  assert.deepEqual(await mailed(demo, "@acme.example", 2), ["jonas@acme.example", "maya@acme.example"]);

  await page.reload();
  await loaded(page);
  assert.deepEqual(await contact(page), ["Jonas Weber", "Chosen"]);
  assert.ok(await radio(page, "Jonas Weber").isChecked());
});

test("who cannot be the contact is shown with every reason, and cannot be picked", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await people(page, 10);
  const reasons = {
    "Tom Okafor": ["The role “analyst” does not qualify."],
    "Lena Fischer": [/^The last login, on .*, is more than 365 days ago\.$/],
    "Omar Haddad": ["The user is deactivated."],
    "Inês Carvalho": ["The invitation is not accepted yet.", "They have never logged in."],
    "Sven Nyberg": ["Platform staff with the role “support” is excluded."],
    "Kai Tanaka": ["The last login lies in the future."],
  };
  for (const [name, expected] of Object.entries(reasons)) {
    assert.match(await row(page, name).textContent(), /✕ Not eligible/);
    assert.ok(await radio(page, name).isDisabled(), name);
    const shown = await row(page, name).locator(".reasons li").evaluateAll((items) =>
      items.map((item) => item.firstChild.textContent));
    assert.equal(shown.length, expected.length, shown);
    shown.forEach((text, index) => {
      const assertText = expected[index] instanceof RegExp ? assert.match : assert.equal;
      assertText(text, expected[index]);
    });
  }
  await row(page, "Tom Okafor").click();
  assert.equal(await page.locator("#picked").textContent(), "");
  await page.getByRole("button", { name: "Save" }).click({ force: true }); // it looks disabled, and says why
  await said(page, "There is nothing to save");
});

test("the choice can be made and undone with the keyboard alone", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-jonas");
  await people(page, 10);
  await page.getByLabel("Or choose a person").focus();
  await page.keyboard.type("priya");
  await page.keyboard.press("Enter");
  assert.deepEqual(await people(page, 1), ["Priya Raman"]);
  assert.equal(await page.locator("#result").textContent(), "");
  // The checked radio is the group's place in the order of tabs; arrows go on from there.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator("#picked").textContent(), "Picked: Priya Raman");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await said(page, "Saved. Priya Raman is the security contact.");

  await page.getByRole("radio", { name: "Account owner (default)" }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Save" }).focus();
  await page.keyboard.press("Enter");
  await said(page, "Saved. Maya Lindqvist is the security contact.");
  assert.deepEqual(await contact(page), ["Maya Lindqvist", "Default (account owner)"]);
  await page.locator("#history li").filter({ hasText: "Jonas Weber went back to the default" }).waitFor();
});

test("the slower of two pages sees what the faster one did, and keeps its pick", async (context) => {
  const demo = await demoFor(context);
  const faster = await visit(context, demo, "acme", "u-maya");
  const slower = await visit(context, demo, "acme", "u-jonas");
  await radio(slower, "Priya Raman").check();
  await choose(faster, "Jonas Weber");
  await said(faster, "Saved.");

  await slower.getByRole("button", { name: "Save" }).click();
  await said(slower, "Somebody else changed the security contact meanwhile. It is Jonas Weber now.");
  assert.deepEqual(await contact(slower), ["Jonas Weber", "Chosen"]);
  assert.equal(await slower.locator("#picked").textContent(), "Picked: Priya Raman");
  await slower.locator("#history li").filter({ hasText: "Maya Lindqvist chose Jonas Weber" }).waitFor();

  await slower.getByRole("button", { name: "Save" }).click();
  await said(slower, "Saved. Priya Raman is the security contact.");
});

test("who is no manager sees no field", async (context) => {
  const demo = await demoFor(context);
  const only = "Only owners and admins can see the security contact.";
  const inactive = "Your user is not active, so you cannot see the security contact.";
  const stranger = "You are not a member of this account.";
  for (const [person, text] of [["u-tom", only], ["u-priya", only], ["u-omar", inactive], ["u-edda", stranger]]) {
    const page = await visit(context, demo, "acme", person);
    const shown = await page.locator("#content").innerText();
    assert.equal(shown.replace(/\s+/g, " ").trim(), `Security contact ${text}`);
    assert.equal(await page.locator("form, input").count(), 0);
  }
});

test("the demo's switch goes to other accounts and people, and back", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await page.getByLabel("Account", { exact: true }).selectOption("birch");
  await page.locator("#contact strong").filter({ hasText: "Edda Birch" }).waitFor();
  assert.equal(new URL(page.url()).search, "?as=u-edda");
  await page.getByText("Edda Birch gets the mail as the account owner, and does not qualify.").waitFor();

  await page.getByLabel("View as").selectOption("u-hugo");
  await page.getByText("Only owners and admins can see the security contact.").waitFor();
  await page.goBack();
  await page.locator("#contact strong").filter({ hasText: "Edda Birch" }).waitFor();
  assert.equal(await page.getByLabel("View as").inputValue(), "u-edda");

  // Who was chosen was deactivated before the demo began: the first review reverts it.
  const reverted = page.locator("#history li").filter({ hasText: "A review found that Finn Birch can no longer be it." });
  await until(async () => {
    await page.reload();
    await loaded(page);
    return (await reverted.count()) === 1;
  });
  assert.match(await reverted.innerText(), /The user is not active\./);
});

test("a page that judges by other rules than the server saves nothing", async (context) => {
  const demo = await demoFor(context);
  const window = await browser.newContext();
  context.after(() => window.close());
  const page = await window.newPage();
  await page.route("**/v1/policy", async (route) => {
    const response = await route.fetch();
    const policy = await response.json();
    policy.rules.maxLoginAgeDays = 90;
    await route.fulfill({ response, json: policy });
  });
  let changes = 0;
  page.on("request", (request) => (changes += request.method() === "GET" ? 0 : 1));
  await page.goto(demo.url);
  await loaded(page);
  const warning = page.getByRole("alert").filter({ hasText: "This page judges by other rules than the server" });
  await warning.waitFor();
  await choose(page, "Jonas Weber");
  await said(page, "This page judges by other rules than the server");
  assert.equal(changes, 0);
});

test("server and browser state the same policy", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await page.getByText("How this was decided").click();
  const stated = (slot) => page.locator(`[data-slot=${slot}]`).textContent();
  assert.match(await stated("server-sha256"), /^[0-9a-f]{64}$/);
  assert.equal(await stated("browser-sha256"), await stated("server-sha256"));
  assert.match(await stated("server-fingerprint"), /^[0-9a-f]{64}$/);
  assert.equal(await stated("browser-fingerprint"), await stated("server-fingerprint"));
});

test("a window of 320 pixels shows everything without scrolling sideways", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya", { viewport: { width: 320, height: 640 } });
  await people(page, 10);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
});

test("a server that ends is noticed", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await radio(page, "Jonas Weber").check();
  await demo.stop();
  await page.getByRole("button", { name: "Save" }).click();
  await said(page, "The server did not answer. Reload the page to see what is stored.");
});
