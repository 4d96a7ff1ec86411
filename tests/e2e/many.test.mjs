// An account of 10,000 people.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ask, combobox, demoFor, importLines, listed, notice, option, person, pick, save, search, until, visit,
} from "./support.mjs";

const PEOPLE = 10_000;
const number = (index) => String(index).padStart(5, "0");

/** A demo with the account `large`, whose people are called by their number; every third is an analyst. */
async function large(context) {
  const demo = await demoFor(context);
  const people = Array.from({ length: PEOPLE }, (_, index) =>
    person("large", `u-${number(index)}`, `Person ${number(index)}`, {
      role: index === 0 ? "owner" : index % 3 === 0 ? "analyst" : "admin",
      accountSettings: "none",
    }),
  );
  importLines(demo, [{ type: "account", id: "large", name: "Large Inc", owner: "u-00000" }, ...people]);
  return demo;
}

test("anybody among 10,000 people is found, judged and chosen", async (context) => {
  const demo = await large(context);
  const page = await visit(context, demo, "large", "u-00000");
  await search(page, "");
  await combobox(page).click();
  await listed(page, 40);
  await page.getByText(/^1,000 or more people, \d+ can be chosen$/).first().waitFor();

  await combobox(page).fill("person 0999");
  await until(async () => (await option(page, "Person 09999").count()) === 1);
  assert.equal((await listed(page, 11))[0], "Person 00999");
  assert.equal(await option(page, "Person 09999").getAttribute("aria-disabled"), "true");
  await pick(page, "Person 09998");
  await save(page);
  await notice(page, "Saved. Person 09998 is the security contact now.");
  assert.equal((await ask(demo, "u-00000", "large/security-contact")).body.contact.userId, "u-09998");
});

test("the list goes on as far as somebody goes down, page by page", async (context) => {
  const demo = await large(context);
  const page = await visit(context, demo, "large", "u-00000");
  await search(page, "person");
  await listed(page, 40);
  const pages = [];
  page.on("response", (response) => response.url().includes("/candidates?") && pages.push(response.url()));
  for (let step = 0; step < 250; step++) await combobox(page).press("PageDown");
  const active = await combobox(page).getAttribute("aria-activedescendant");
  const row = page.locator(`[id="${active}"]`);
  assert.match(await row.innerText(), /^\s*\S*\s*Person 0[01]\d\d\d/);
  assert.ok(await row.evaluate((element) => {
    const [row, list] = [element.getBoundingClientRect(), element.parentElement.getBoundingClientRect()];
    return row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
  }));
  await until(() => pages.length >= 1);
  const names = await page.locator("[role=option] .name").allInnerTexts();
  assert.ok(names.length > 1_000, `${names.length}`);
  assert.deepEqual(names, names.map((_, index) => `Person ${number(index)}`));
});

test("an account of 1,000 people is searched without the server", async (context) => {
  const demo = await demoFor(context);
  const people = Array.from({ length: 1_000 }, (_, index) => person("mid", `u-${number(index)}`, `Zoë Nr ${number(index)}`));
  importLines(demo, [{ type: "account", id: "mid", name: "Mid Inc", owner: "u-00000" }, ...people]);
  const page = await visit(context, demo, "mid", "u-00000");
  await search(page, "");
  await combobox(page).click();
  await page.getByText("1,000 people, 1,000 can be chosen").first().waitFor();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await combobox(page).fill("ZOE 00042");
  assert.deepEqual(await listed(page, 1), ["Zoë Nr 00042"]);
  assert.deepEqual(asked, []);
});
