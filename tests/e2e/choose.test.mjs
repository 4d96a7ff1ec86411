// Choosing a contact, and going back.

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { startServer } from "./harness.mjs";
import {
  ask, button, combobox, demoFor, dialog, history, importLines, isContact, listed, look, mailed, notice, option, person,
  pick, pickBar, pickDefault, save, search, settled, until, visit,
} from "./support.mjs";

test("an owner chooses another contact", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await isContact(page, "Maya Lindqvist", "Default (account owner)");
  assert.ok(await page.getByText("Nothing has happened yet.").isVisible());

  await search(page, "JONAS@acme");
  assert.deepEqual(await listed(page, 1), ["Jonas Weber"]);
  await page.getByText("1 person, 1 can be chosen").first().waitFor();
  await option(page, "Jonas Weber").click();
  assert.equal(await combobox(page).inputValue(), "Jonas Weber");
  await button(page, "Save…").click();

  const asked = await dialog(page).innerText();
  for (const text of ["Now\nMaya Lindqvist\nmaya@acme.example", "New\nJonas Weber\njonas@acme.example"]) {
    assert.ok(asked.includes(text), asked);
  }
  assert.ok(asked.includes("Jonas Weber (jonas@acme.example) learns that they are the contact now."), asked);
  assert.ok(asked.includes("Maya Lindqvist (maya@acme.example) learns that they are no longer the contact."), asked);

  await button(page, "Save the change").click();
  await notice(page, "Saved. Jonas Weber is the security contact now. Mail is on its way to Maya Lindqvist and Jonas Weber.");
  await isContact(page, "Jonas Weber", "Chosen by Maya Lindqvist");
  await until(async () => (await history(page))[0] === "Maya Lindqvist chose Jonas Weber in place of Maya Lindqvist.");
  assert.deepEqual(await mailed(demo, "@acme.example", 2), ["jonas@acme.example", "maya@acme.example"]);

  await page.reload();
  await settled(page);
  await isContact(page, "Jonas Weber", "Chosen by Maya Lindqvist");
});

test("going back to the default", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Priya Raman");
  await save(page);
  await isContact(page, "Priya Raman", "Chosen by Maya Lindqvist");

  await pickDefault(page);
  await button(page, "Save…").click();
  const asked = await dialog(page).innerText();
  assert.ok(asked.includes("New\nMaya Lindqvist\nDefault (account owner)"), asked);
  assert.ok(asked.includes("Maya Lindqvist (maya@acme.example) learns that they are the contact now."), asked);
  await button(page, "Save the change").click();
  await notice(page, "Saved. Maya Lindqvist is the security contact now.");
  await isContact(page, "Maya Lindqvist", "Default (account owner)");
  await until(async () => (await history(page))[0].startsWith("Maya Lindqvist went back to the default"));
});

test("who cannot be chosen is shown with every reason and what would fix it", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await search(page, "");
  await listed(page, 0);
  await combobox(page).click();
  await listed(page, 10);
  const reasons = {
    "Tom Okafor": ["The role “analyst” does not qualify. Give them the role owner or admin, or the permission to edit account settings."],
    "Lena Fischer": [/^The last login, on \d+ \w+ \d{4}, is more than 365 days ago\. They need to log in again\.$/],
    "Omar Haddad": ["The user is deactivated. Activate the user again."],
    "Inês Carvalho": [
      "The invitation is not accepted yet. They need to accept it and log in.",
      "They have never logged in. They need to log in once.",
    ],
    "Sven Nyberg": ["Platform staff with the role “support” is excluded. Choose somebody else."],
    "Kai Tanaka": ["The last login lies in the future. The data is wrong: tell the platform’s support."],
  };
  for (const [name, expected] of Object.entries(reasons)) {
    const row = option(page, name);
    assert.equal(await row.getAttribute("aria-disabled"), "true", name);
    const shown = await row.locator(".reasons li").allInnerTexts();
    assert.equal(shown.length, expected.length, shown);
    expected.forEach((one, index) => (one instanceof RegExp ? assert.match : assert.equal)(shown[index], one));
  }
});

test("who cannot be chosen can be looked at, and neither clicked nor entered", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await search(page, "tom");
  await listed(page, 1);
  await option(page, "Tom Okafor").click({ force: true }); // it says that it is disabled
  await page.getByRole("status").filter({ hasText: "Tom Okafor cannot be chosen. The role “analyst” does not qualify." }).waitFor();
  await combobox(page).press("ArrowDown");
  const active = await combobox(page).getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`[id="${active}"] .name`).innerText(), "Tom Okafor");
  await combobox(page).press("Enter");
  assert.equal(await pickBar(page).count(), 0);
  assert.equal(await combobox(page).inputValue(), "tom");
});

test("leaving the field picks nobody and keeps what was typed", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  const leave = {
    tab: () => page.keyboard.press("Tab"),
    escape: () => page.keyboard.press("Escape"),
    click: () => page.getByRole("heading", { name: "History" }).click(),
  };
  for (const [how, act] of Object.entries(leave)) {
    await search(page, "jonas");
    await listed(page, 1);
    await combobox(page).press("ArrowDown");
    await act();
    await until(async () => (await combobox(page).getAttribute("aria-expanded")) === "false");
    assert.equal(await pickBar(page).count(), 0, how);
    assert.equal(await combobox(page).inputValue(), "jonas", how);
  }
});

test("a pick can be discarded, and the dialog be left", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Jonas Weber");
  await button(page, "Save…").click();
  await dialog(page).waitFor();
  await page.keyboard.press("Escape");
  await until(() => button(page, "Save…").evaluate((element) => element.matches(":focus")));
  await button(page, "Discard").click();
  assert.equal(await pickBar(page).count(), 0);
  assert.ok(await page.getByRole("radio", { name: "Default (account owner)" }).isChecked());
  assert.equal((await ask(demo, "u-maya", "acme/security-contact")).body.version, 0);
});

test("an owner pins themself: nobody is told", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await pick(page, "Maya Lindqvist");
  await button(page, "Save…").click();
  await dialog(page).getByText("Nobody: Maya Lindqvist is the contact already.").waitFor();
  await button(page, "Save the change").click();
  await notice(page, "Saved. Maya Lindqvist is the security contact now.");
  assert.ok(!(await page.locator(".notice").innerText()).includes("Mail"));
  await isContact(page, "Maya Lindqvist", "Chosen by Maya Lindqvist");
});

test("somebody whom no mail reaches is named as such", async (context) => {
  const demo = await demoFor(context);
  importLines(demo, [person("acme", "u-mia", "Mia Okoye", { email: null })]);
  const page = await visit(context, demo, "acme", "u-maya");
  await pick(page, "Mia Okoye");
  await button(page, "Save…").click();
  await dialog(page).getByText("Mia Okoye has no mail address and is not told.").waitFor();
  await button(page, "Save the change").click();
  await notice(page, "Mail is on its way to Maya Lindqvist.");
  await page.getByRole("heading", { name: "No mail reaches Mia Okoye" }).waitFor();
});

/** A mail server on this machine that knows no address with this text, and takes mail to all others. */
async function mailServer(context, unknown) {
  const server = createServer((socket) => {
    let inText = false;
    socket.write("220 ready\r\n");
    createInterface({ input: socket }).on("line", (line) => {
      if (inText && line !== ".") return;
      inText = line === "DATA";
      const refused = line.startsWith("RCPT") && line.includes(unknown);
      socket.write(refused ? "550 5.1.1 unknown\r\n" : inText ? "354 go on\r\n" : line === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
    });
  });
  context.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server.address().port;
}

/** Somebody becomes the contact whose mail server refuses their address; done when that is known. */
async function refuseMailTo(context, demo, id) {
  await demo.halt();
  demo.run(["set", "acme", id, "--actor", "u-maya"]);
  const urlFile = join(demo.dataDir, "smtp-url");
  writeFileSync(urlFile, `smtp://127.0.0.1:${await mailServer(context, id.slice(2))}?tls=none`);
  const mail = ["--mail-from", "security@acme.example", "--smtp-url-file", urlFile];
  const worker = await startServer(["worker", "--data", demo.dataDir, ...mail, "--metrics-listen", "127.0.0.1:0"]);
  await until(() => demo.run(["show", "acme"]).includes("refuses the address"));
  await worker.stop();
  await demo.restart();
}

test("an address that its mail server refuses is told where its person is", async (context) => {
  const demo = await demoFor(context);
  await refuseMailTo(context, demo, "u-jonas");
  const page = await visit(context, demo, "acme", "u-maya");
  await page.getByRole("heading", { name: "No mail reaches Jonas Weber" }).waitFor();
  assert.match(await page.locator(".warning").innerText(), /The mail server refuses the address for good, since \d+ \w+ \d{4}\. Correct it/);
  await search(page, "j");
  await option(page, /Jonas Weber .* The mail server refuses this address since \d+ \w+ \d{4}\./).waitFor();
  assert.equal(await page.getByRole("option", { name: /refuses this address/ }).count(), 1);
  await combobox(page).press("ArrowDown");
  await look(page, "refused-address");

  // Another address may take mail, and the page says so when it comes back to the front.
  importLines(demo, [person("acme", "u-jonas", "Jonas Weber", { email: "weber@acme.example" })]);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.getByRole("heading", { name: "No mail reaches Jonas Weber" }).waitFor({ state: "detached" });
});

test("everything with the keyboard alone", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-jonas");
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await page.getByLabel("View as").focus();
  await press("Tab"); // the way that is chosen: the default
  await press("ArrowRight");
  assert.ok(await page.getByRole("radio", { name: "A person of this account" }).isChecked());
  await press("Tab");
  await page.keyboard.type("priya");
  assert.deepEqual(await listed(page, 1), ["Priya Raman"]);
  await press("ArrowDown", "Enter");
  await pickBar(page).getByText("Priya Raman").waitFor();
  await press("Tab", "Tab", "Enter"); // past the button that clears the search
  await dialog(page).waitFor();
  assert.ok(await button(page, "Save the change").evaluate((element) => element.matches(":focus")));
  await press("Enter");
  await notice(page, "Saved. Priya Raman is the security contact now.");
  assert.equal(await page.evaluate(() => document.activeElement.shadowRoot.activeElement.className), "notice");
  await isContact(page, "Priya Raman", "Chosen by Jonas Weber");
});

test("a screen reader hears what there is, and what becomes of it", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await search(page, "o");
  await listed(page, 6);
  await combobox(page).press("ArrowDown");
  const tree = await page.locator(".combo").ariaSnapshot();
  assert.match(tree, /combobox "Search by name or mail address" \[expanded\]( \[active\])?: o/);
  assert.match(tree, /button "Clear the search"/);
  assert.match(tree, /listbox "People":/);
  assert.match(tree, /option "Jonas Weber Can be chosen jonas@acme\.example · admin · Last login \d+ \w+ \d{4}"/);
  assert.match(tree, /option "Tom Okafor Cannot be chosen tom@acme\.example .* The role “analyst” does not qualify\. Give them [^"]*" \[disabled\]/);
  const { active, places } = await combobox(page).evaluate((input) => {
    const options = [...input.getRootNode().querySelectorAll("[role=option]")];
    const active = options.findIndex(({ id }) => id === input.getAttribute("aria-activedescendant"));
    return { active, places: options.map((one) => `${one.ariaPosInSet}/${one.ariaSetSize}`) };
  });
  assert.deepEqual([active, places], [0, ["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]]);
  await page.getByRole("status").filter({ hasText: /^6 people, \d can be chosen$/ }).waitFor();
});
