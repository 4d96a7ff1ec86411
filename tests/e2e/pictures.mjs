// Takes the pictures that the README shows: node tests/e2e/pictures.mjs FOLDER

import { join } from "node:path";

import { launchBrowser, startDemo } from "./harness.mjs";
import { button, combobox, dialog, listed, pick, search, settled } from "./actions.mjs";

const WIDTH = 900;

const PICTURES = {
  "page-contact": { colorScheme: "light", height: 1000, reach: () => {} },
  "page-search": {
    colorScheme: "light",
    height: 1180,
    reach: async (page) => {
      await search(page, "o");
      await listed(page, 6);
      await combobox(page).press("ArrowDown");
      await combobox(page).press("ArrowDown");
    },
  },
  "page-dialog": {
    colorScheme: "dark",
    height: 1000,
    reach: async (page) => {
      await pick(page, "Jonas Weber");
      await button(page, "Save…").click();
      await dialog(page).waitFor();
    },
  },
  "page-decided": {
    colorScheme: "dark",
    height: 1180,
    reach: async (page) => {
      await page.getByText("How this was decided").click();
      await page.locator(".proof .same").nth(2).waitFor();
      await page.locator(".criteria").waitFor();
      await page.locator(".decided").scrollIntoViewIfNeeded();
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    },
  },
};

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node tests/e2e/pictures.mjs FOLDER");
  process.exit(2);
}
const demo = await startDemo();
const browser = await launchBrowser();
try {
  for (const [name, { colorScheme, height, reach }] of Object.entries(PICTURES)) {
    const viewport = { width: WIDTH, height };
    const page = await browser.newPage({ viewport, colorScheme, locale: "en-GB", reducedMotion: "reduce" });
    await page.goto(`${demo.url}/accounts/acme/settings/security?as=u-maya`);
    await settled(page);
    await reach(page);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await demo.stop();
}
