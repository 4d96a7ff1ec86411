// Takes the picture of the settings page that the README shows: node tests/browser/screenshot.mjs FILE

import { launchBrowser, startDemo } from "./harness.mjs";

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node tests/browser/screenshot.mjs FILE");
  process.exit(2);
}
const demo = await startDemo();
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1000, height: 1180 } });
  await page.goto(`${demo.url}/accounts/acme/settings/security?as=u-maya`);
  await page.locator("#content[aria-busy=false]").waitFor();
  await page.locator("#people > li").first().waitFor();
  await page.screenshot({ path: file });
} finally {
  await browser.close();
  await demo.stop();
}
