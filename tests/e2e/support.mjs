// Visiting the page in a test.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { settled } from "./actions.mjs";
import { launchBrowser, startDemo } from "./harness.mjs";

export * from "./actions.mjs";

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** A demo of its own, ended with the test. */
export async function demoFor(context) {
  const demo = await startDemo();
  context.after(() => demo.stop());
  return demo;
}

/**
 * The page of an account as somebody sees it, in a browser window of its own, once it shows something.
 *
 * Errors in the page, and requests to another host, fail the test.
 *
 * @param options those of playwright's windows; `prepare` is called with the page before it is loaded
 */
export async function visit(context, demo, account, person, { prepare = () => {}, query = "", ...options } = {}) {
  const window = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options });
  const page = await window.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.text().includes("Content Security Policy") && wrong.push(message.text()));
  page.on("request", (request) => request.url().startsWith(`${demo.url}/`) || wrong.push(request.url()));
  context.after(async () => {
    await window.close();
    assert.deepEqual(wrong, []);
  });
  await prepare(page);
  await page.goto(`${demo.url}/accounts/${account}/settings/security?as=${person}${query}`);
  await settled(page);
  return page;
}
