// The example for browsers in the package's README, in a browser.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname } from "node:path";
import { test } from "node:test";

import { example } from "../readme.mjs";
import { launchBrowser } from "./harness.mjs";

const PKG = new URL("../../pkg/", import.meta.url);
const PAGE = {
  "content-type": "text/html",
  "content-security-policy": "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
};
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** Serves the example at `/`, and the package below `/security-contact-policy/`. */
async function serve(context) {
  const server = createServer(async ({ url }, response) => {
    if (url === "/") return response.writeHead(200, PAGE).end(example("In a browser"));
    if (!url.startsWith("/security-contact-policy/")) return response.writeHead(404).end();
    response.setHeader("content-type", TYPES[extname(url)] ?? "application/octet-stream");
    response.end(await readFile(new URL(basename(url), PKG)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}

test("the example shows its verdict at any time", async (context) => {
  const url = await serve(context);
  const browser = await launchBrowser();
  context.after(() => browser.close());
  for (const [now, text] of [
    ["2026-10-01T09:30:00Z", "until 2027-09-01T12:00:00.000Z"],
    ["2027-10-01T09:30:00Z", "no: login_too_old"],
  ]) {
    const page = await browser.newPage();
    await page.clock.setFixedTime(now);
    await page.goto(url);
    await page.getByText(text, { exact: true }).waitFor();
  }
});
