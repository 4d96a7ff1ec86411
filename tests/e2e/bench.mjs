// How long the page takes, with the processor slowed down four times: node tests/e2e/bench.mjs
//
// Prints figures and judges none: a check that needs a clock is no test.

import { launchBrowser, startDemo } from "./harness.mjs";
import { combobox, importLines, person, search, settled } from "./actions.mjs";

const SLOWED = 4;
const ROUNDS = 21;

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const number = (index) => String(index).padStart(4, "0");

/** A demo with an account of 1,000 people, every third of whom cannot be chosen. */
async function demoOfThousand() {
  const demo = await startDemo();
  const people = Array.from({ length: 1_000 }, (_, index) =>
    person("mid", `u-${number(index)}`, `Person ${number(index)}`, {
      role: index === 0 ? "owner" : index % 3 === 0 ? "analyst" : "admin",
      accountSettings: "none",
    }),
  );
  importLines(demo, [{ type: "account", id: "mid", name: "Mid Inc", owner: "u-0000" }, ...people]);
  return demo;
}

async function slowed(browser) {
  const page = await browser.newPage({ locale: "en-GB" });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  return page;
}

/** From the key that is pressed to the frame that shows the verdicts on all 1,000, who all match. */
async function typing(browser, demo) {
  const page = await slowed(browser);
  await page.goto(`${demo.url}/accounts/mid/settings/security?as=u-0000`);
  await settled(page);
  await search(page, "");
  await combobox(page).click();
  await page.getByText(/^1,000 people, \d+ can be chosen$/).first().waitFor();
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(
      await combobox(page).evaluate(async (input, text) => {
        const painted = () => new Promise((resolve) => {
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve();
            port2.postMessage(0);
          });
        });
        await painted();
        const start = performance.now();
        input.value = text;
        input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
        await painted();
        const time = performance.now() - start;
        const { length } = input.getRootNode().querySelectorAll("[role=option] .verdict");
        if (length === 0) throw new Error("no verdict is shown");
        return time;
      }, round % 2 ? "person" : "perso"),
    );
  }
  await page.close();
  return median(times);
}

/** From the start of the navigation to the field, ready to be used, in a browser that has nothing yet. */
async function firstLook(browser, demo) {
  const times = [];
  for (let round = 0; round < 7; round++) {
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await slowed(context);
    await page.addInitScript(() => {
      globalThis.interactive = new Promise((resolve) => {
        addEventListener("security-contact", () => requestAnimationFrame(() => resolve(performance.now())));
      });
    });
    await page.goto(`${demo.url}/accounts/acme/settings/security?as=u-maya`);
    times.push(await page.evaluate(() => globalThis.interactive));
    await context.close();
  }
  return median(times);
}

const demo = await demoOfThousand();
const browser = await launchBrowser();
try {
  console.log(`processor slowed ${SLOWED} times, medians`);
  console.log(`typing to the verdicts on 1,000 people: ${(await typing(browser, demo)).toFixed(1)} ms`);
  console.log(`navigation to the field, ready to be used: ${(await firstLook(browser, demo)).toFixed(0)} ms`);
} finally {
  await browser.close();
  await demo.stop();
}
