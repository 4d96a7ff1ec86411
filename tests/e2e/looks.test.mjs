// Every state as people see it: axe finds nothing in light and dark, and a picture of each is kept.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { PICTURES } from "./harness.mjs";
import {
  ask, button, combobox, demoFor, dialog, isContact, listed, look, notice, option, pick, pickDefault, save, search, settled, until, visit,
} from "./support.mjs";

/** Brings the page into a state, by name. */
const STATES = {
  default: async (page) => isContact(page, "Maya Lindqvist", "Default (account owner)"),
  search: async (page) => {
    await search(page, "");
    await combobox(page).click();
    await listed(page, 10);
    for (let step = 0; step < 2; step++) await combobox(page).press("ArrowDown");
  },
  "nobody-found": async (page) => {
    await search(page, "nobody at all");
    await page.getByText("Nobody’s name or address has “nobody at all”.").first().waitFor();
  },
  "search-failed": async (page) => {
    await page.route("**/candidates?*", (route) => route.abort());
    await page.reload();
    await search(page, "jonas");
    await page.getByText("The search failed.").first().waitFor();
  },
  picked: (page) => pick(page, "Jonas Weber"),
  dialog: async (page) => {
    await pick(page, "Jonas Weber");
    await button(page, "Save…").click();
    await dialog(page).waitFor();
  },
  saving: async (page) => {
    await page.route("**/security-contact", (route) => (route.request().method() === "GET" ? route.continue() : undefined));
    await pick(page, "Jonas Weber");
    await save(page);
    await button(page, "Saving…").waitFor();
  },
  saved: async (page) => {
    await pick(page, "Jonas Weber");
    await save(page);
    await notice(page, "Saved.");
    await page.locator(".history > li").waitFor();
  },
  lapsing: async (page) => {
    await pick(page, "Noor El Amrani");
    await save(page);
    await page.locator(".warning").waitFor();
  },
  conflict: async (page, demo) => {
    await pick(page, "Jonas Weber");
    const headers = { "if-match": '"v0"', "content-type": "application/json" };
    await ask(demo, "u-jonas", "acme/security-contact", { method: "PUT", headers, body: '{"userId":"u-priya"}' });
    await save(page);
    await dialog(page).getByRole("alert").filter({ hasText: "changed meanwhile" }).waitFor();
  },
  offline: async (page) => {
    await pick(page, "Jonas Weber");
    await page.context().setOffline(true);
    await save(page);
    await dialog(page).getByRole("alert").filter({ hasText: "offline" }).waitFor();
  },
  decided: async (page) => {
    await page.getByText("How this was decided").click();
    await until(async () => (await page.locator(".proof .same").count()) === 3);
    await page.locator(".criteria li").first().waitFor();
  },
  loading: async (page) => {
    await page.route("**/v1/policy", () => {}); // it never answers
    await page.reload();
    await page.locator(".loading").waitFor();
  },
  failed: async (page) => {
    await page.route("**/v1/policy", (route) => route.abort());
    await page.reload();
    await page.getByRole("alert").filter({ hasText: "The server did not answer" }).waitFor();
  },
};

for (const [name, reach] of Object.entries(STATES)) {
  test(`axe finds nothing: ${name}`, async (context) => {
    const demo = await demoFor(context);
    const page = await visit(context, demo, "acme", "u-maya");
    await reach(page, demo);
    await look(page, name);
  });
}

test("axe finds nothing: denied", async (context) => {
  await look(await visit(context, await demoFor(context), "acme", "u-tom"), "denied");
});

test("axe finds nothing: reverted, with an owner who fails the criteria", async (context) => {
  const demo = await demoFor(context);
  await until(async () => (await ask(demo, "u-edda", "birch/security-contact")).body.designation === null);
  const page = await visit(context, demo, "birch", "u-edda");
  await isContact(page, "Edda Birch", "Reverted to the owner");
  await look(page, "reverted");
});

const scrollsSideways = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

/** Chooses somebody with the pointer, and sees that nothing is cut off on the way. */
async function chooseWithoutScrollingSideways(page) {
  assert.ok(!(await scrollsSideways(page)));
  await search(page, "n");
  await listed(page, 8);
  assert.ok(!(await scrollsSideways(page)));
  await pick(page, "Noor El Amrani");
  await button(page, "Save…").click();
  await dialog(page).waitFor();
  const { x, width } = await dialog(page).boundingBox();
  assert.ok(x >= 0 && x + width <= page.viewportSize().width);
  await button(page, "Save the change").click();
  await notice(page, "Saved.");
  assert.ok(!(await scrollsSideways(page)));
}

const narrow = { viewport: { width: 320, height: 640 } };
const zoomed = { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 };
for (const [name, options] of Object.entries({ "320 pixels": narrow, "zoom of 400 %": zoomed })) {
  test(`${name}: everything can be reached without scrolling sideways`, async (context) => {
    const page = await visit(context, await demoFor(context), "acme", "u-maya", options);
    await chooseWithoutScrollingSideways(page);
    await page.getByText("How this was decided").click();
    await page.locator(".proof").waitFor();
    assert.ok(!(await scrollsSideways(page)));
    await look(page, `narrow-${options.deviceScaleFactor ?? 1}`);
  });
}

test("right to left: the page is mirrored, and works", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await page.evaluate(() => (document.documentElement.dir = "rtl"));
  const [avatar, source] = [await page.locator(".avatar.large").boundingBox(), await page.locator("#contact .source").boundingBox()];
  assert.ok(avatar.x > source.x);
  await chooseWithoutScrollingSideways(page);
  await look(page, "right-to-left");
});

test("forced colours: what is active stays visible", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya", { forcedColors: "active" });
  await search(page, "jonas");
  await combobox(page).press("ArrowDown");
  const outline = await option(page, "Jonas Weber").evaluate((row) => getComputedStyle(row).outlineStyle);
  assert.equal(outline, "solid");
  await page.screenshot({ path: join(PICTURES, "forced-colours.png"), fullPage: true });
});

test("reduced motion: nothing moves", async (context) => {
  const moves = (page) =>
    page.evaluate(() => {
      const { shadowRoot } = document.querySelector("security-contact-field");
      return [...shadowRoot.querySelectorAll("*")].some((element) => {
        const { animationName, transitionDuration } = getComputedStyle(element);
        return animationName !== "none" || /[1-9]/.test(transitionDuration);
      });
    });
  const demo = await demoFor(context);
  const still = await visit(context, demo, "acme", "u-maya", { reducedMotion: "reduce" });
  assert.equal(await moves(still), false);
  const moving = await visit(context, demo, "acme", "u-maya", { reducedMotion: "no-preference" });
  assert.equal(await moves(moving), true);
});

test("German words, and dates as the viewer writes them", async (context) => {
  const demo = await demoFor(context);
  const german = await visit(context, demo, "acme", "u-maya", { locale: "de-AT" });
  assert.equal(await german.evaluate(() => document.documentElement.lang), "de");
  await german.getByRole("heading", { name: "Sicherheitskontakt" }).waitFor();
  const login = (page) => page.locator("#contact + .facts dd").nth(1).innerText();
  assert.match(await login(german), /^\d\d\.\d\d\.\d{4}, \d\d:\d\d$/);
  await german.getByRole("radio", { name: "Eine Person dieses Kontos" }).check();
  await german.getByRole("combobox", { name: "Nach Name oder E-Mail-Adresse suchen" }).fill("tom");
  await german.getByText("Die Rolle „analyst“ genügt nicht.").waitFor();
  await look(german, "german");

  const american = await visit(context, demo, "acme", "u-maya", { locale: "en-US" });
  assert.match(await login(american), /^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d\s[AP]M$/);
  // There are no French words: English ones, with the day ahead of the month.
  const french = await visit(context, demo, "acme", "u-maya", { locale: "fr-FR" });
  assert.match(await login(french), /^\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d$/);
  const wished = await visit(context, demo, "acme", "u-maya", { locale: "fr-FR", query: "&lang=de" });
  await settled(wished);
  assert.equal(await wished.locator("h1").innerText(), "Sicherheit");
});

test("going back to the default is asked about in the dialog, too", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  await pick(page, "Jonas Weber");
  await save(page);
  await notice(page, "Saved.");
  await pickDefault(page);
  await button(page, "Save…").click();
  await dialog(page).waitFor();
  await look(page, "dialog-default");
});
