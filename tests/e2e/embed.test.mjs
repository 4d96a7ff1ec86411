// The field on a page that is not ours: `host/ui/example/`, with a backend of its own before the host.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { BUILT, launchBrowser, startServer } from "./harness.mjs";
import { button, dialog, look, notice, person, pick, settled } from "./support.mjs";

const EXAMPLE = fileURLToPath(new URL("../../host/ui/example/server.mjs", import.meta.url));

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** The host as platforms run it, with the account `acme`, and the platform's own server before it. */
async function platform(context) {
  const folder = mkdtempSync(join(tmpdir(), "platform-"));
  const [data, token, mail] = ["data", "token", "mail"].map((name) => join(folder, name));
  writeFileSync(token, randomBytes(32).toString("hex"));
  const people = [person("acme", "u-maya", "Maya Lindqvist", { role: "owner" }), person("acme", "u-jonas", "Jonas Weber")];
  const lines = [{ type: "account", id: "acme", name: "Acme GmbH", owner: "u-maya" }, ...people];
  execFileSync(BUILT, ["import", "-", "--data", data], { input: lines.map((line) => `${JSON.stringify(line)}\n`).join("") });
  const host = await startServer(
    ["serve", "--data", data, "--listen", "127.0.0.1:0", "--token-file", token, "--mail-from", "a@example.com", "--maildir", mail],
  );
  const own = await startServer([EXAMPLE, host.url, token, "u-maya"], { program: process.execPath });
  context.after(async () => {
    await own.stop();
    await host.stop();
    rmSync(folder, { recursive: true });
  });
  return own.url;
}

test("a platform's own page mounts the field, looks after its sessions, and keeps its look", async (context) => {
  const url = await platform(context);
  const page = await browser.newPage({ locale: "en-GB", reducedMotion: "reduce" });
  context.after(() => page.close());
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => request.url().startsWith(url) || request.url().startsWith("data:") || wrong.push(request.url()));
  await page.goto(url);
  await settled(page);
  await page.getByText("Security mail goes to Maya Lindqvist.").waitFor();

  await pick(page, "Jonas Weber");
  const colour = (locator) => locator.evaluate((element) => getComputedStyle(element).backgroundColor);
  assert.equal(await colour(button(page, "Save…")), "rgb(138, 59, 18)");
  assert.equal(await page.locator("h1").evaluate((element) => getComputedStyle(element).fontFamily), "Georgia, serif");
  await button(page, "Save…").click();
  await dialog(page).waitFor();
  await look(page, "embedded");
  await button(page, "Save the change").click();
  await notice(page, "Saved. Jonas Weber is the security contact now.");
  await page.getByText("Security mail goes to Jonas Weber.").waitFor();
  assert.deepEqual(wrong, []);
});

test("without a session the field says so, and goes on with the next one", async (context) => {
  const url = await platform(context);
  const page = await browser.newPage({ locale: "en-GB" });
  context.after(() => page.close());
  await page.route("**/session", (route) => route.fulfill({ json: { token: "expired" } }));
  await page.goto(url);
  await page.getByRole("alert").filter({ hasText: "You are not logged in any more" }).waitFor();
  await page.unroute("**/session");
  await button(page, "Try again").click();
  await page.getByText("Security mail goes to Maya Lindqvist.").waitFor();
});

test("fields come, go and change account like any other element", async (context) => {
  const url = await platform(context);
  const page = await browser.newPage({ locale: "en-GB" });
  context.after(() => page.close());
  await page.goto(url);
  await settled(page);
  const field = page.locator("security-contact-field");
  await field.evaluate((element) => element.setAttribute("lang", "de"));
  await page.getByRole("heading", { name: "Sicherheitskontakt" }).waitFor();
  await field.evaluate((element) => element.setAttribute("account", "birch"));
  await page.getByRole("alert").filter({ hasText: "Sie gehören nicht zu diesem Konto." }).waitFor();
  await field.evaluate((element) => {
    element.setAttribute("account", "acme");
    const { parentElement } = element;
    element.remove();
    parentElement.append(element);
  });
  await page.locator("#contact .name").filter({ hasText: "Maya Lindqvist" }).waitFor();
});

test("a program without a page can import the field", async () => {
  const { SecurityContactField } = await import("../../pkg/field.js");
  assert.equal(typeof SecurityContactField, "function");
  assert.ok(readFileSync(new URL("../../pkg/field.d.ts", import.meta.url), "utf8").includes("SecurityContactField"));
});
