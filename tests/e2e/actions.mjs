// What people do on the page, and what can be seen there.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { PICTURES } from "./harness.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Everything that axe knows of WCAG 2.2 AA, and its own good practices. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Waits until the field shows what is stored, or why it does not. */
export const settled = (page) => page.locator("security-contact-field section:not(.loading)").first().waitFor();

/** The contact's name and where it comes from. */
export const contact = (page) => page.locator("#contact .name, #contact .source").allInnerTexts();

export const isContact = async (page, name, source) => {
  await page.locator("#contact .source").filter({ hasText: source }).waitFor();
  assert.deepEqual(await contact(page), [name, source]);
};

export const combobox = (page) => page.getByRole("combobox", { name: "Search by name or mail address" });
export const option = (page, name) => page.getByRole("listbox", { name: "People" }).getByRole("option", { name });
export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const dialog = (page) => page.getByRole("dialog", { name: "Change the security contact?" });
export const notice = (page, text) => page.locator(".notice").filter({ hasText: text }).waitFor();
export const pickBar = (page) => page.getByRole("group", { name: "Picked" });

/** Searches among the people of the account. */
export async function search(page, query) {
  await page.getByRole("radio", { name: "A person of this account" }).check();
  await combobox(page).fill(query);
}

/** Picks the person by a click on their row. */
export async function pick(page, name) {
  await search(page, name);
  await option(page, name).click();
  await pickBar(page).getByText(name).waitFor();
}

export const pickDefault = (page) => page.getByRole("radio", { name: "Default (account owner)" }).check();

/** Opens the dialog and saves there. */
export async function save(page) {
  await button(page, "Save…").click();
  await button(page, "Save the change").click();
}

/** The names in the list, once it has that many. */
export async function listed(page, count) {
  const names = page.locator("[role=option] .name");
  await until(async () => (await names.count()) === count);
  return names.allInnerTexts();
}

/** What the history shows, newest first. */
export const history = (page) => page.locator(".history > li > p").allInnerTexts();

/** Waits until `condition` gives something, and gives that. */
export async function until(condition, deadlineMs = 20_000) {
  for (const end = Date.now() + deadlineMs; ; await pause(30)) {
    const result = await condition();
    if (result) return result;
    assert.ok(Date.now() < end, `still not after ${deadlineMs} ms: ${condition}`);
  }
}

/** Asks the server itself, as that person. */
export async function ask(demo, person, path, options = {}) {
  const headers = { "x-view-as": person, ...options.headers };
  const response = await fetch(`${demo.url}/v1/accounts/${path}`, { ...options, headers });
  return { status: response.status, body: await response.json() };
}

/** Who got mail at an address of that domain, once that many did. */
export async function mailed(demo, domain, count) {
  const folder = join(demo.dataDir, "mail", "new");
  const recipients = await until(async () => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml"));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    const found = texts.map((text) => text.match(/^To: .*<(.*)>/m)[1]).filter((address) => address.endsWith(domain));
    return found.length >= count && found;
  });
  return recipients.sort();
}

/** A person for `import`; whoever is not described is an active admin who logged in just now. */
export const person = (account, id, name, facts = {}) => ({
  type: "person",
  account,
  id,
  name,
  email: `${id}@${account}.example`,
  role: "admin",
  accountSettings: "edit",
  status: "active",
  lastLoginAt: new Date().toISOString(),
  staffRole: null,
  ...facts,
});

/** Takes lines over into the demo's directory. */
export const importLines = (demo, lines) =>
  demo.run(["import", "-"], lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

/** Looks at the page in both themes: axe finds nothing, and a picture is kept. */
export async function look(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(AXE);
    const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), RULES);
    const told = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.failureSummary} ${node.html}`));
    assert.deepEqual(told, [], `${name}, ${colorScheme}`);
    // What lies behind a dialog is dimmed as far as the window goes.
    const fullPage = (await page.locator("dialog[open]").count()) === 0;
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`), fullPage });
  }
}
