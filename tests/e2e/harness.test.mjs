import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { launchBrowser, startDemo } from "./harness.mjs";

/** A program in place of the product: `body` runs in Node. */
async function program(context, body) {
  const folder = await mkdtemp(join(tmpdir(), "program-"));
  context.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "program");
  await writeFile(path, `#!${process.execPath}\n${body}`);
  await chmod(path, 0o755);
  return path;
}

test("the demo's address, arguments and folder", async (context) => {
  const listening = `console.log(process.argv.slice(2).join(" "));
    console.log("the page is at http://127.0.0.1:4711/ now");
    setInterval(() => {}, 1000);`;
  const demo = await startDemo({ program: await program(context, listening) });
  context.after(() => demo.stop());
  assert.equal(demo.url, "http://127.0.0.1:4711");
  assert.match(demo.output(), new RegExp(`^demo --data ${demo.dataDir} --listen 127.0.0.1:0\n`));
  assert.ok((await stat(demo.dataDir)).isDirectory());
  await demo.stop();
  await assert.rejects(stat(demo.dataDir), { code: "ENOENT" });
});

test("a demo that ends early tells what it printed", async (context) => {
  const ending = `console.log("opening"); console.error("the disk is full"); process.exitCode = 3;`;
  const start = startDemo({ program: await program(context, ending) });
  await assert.rejects(start, /it ended \(3\) before it listened; it printed:\nopening\nthe disk is full\n$/);
});

test("a demo that never listens is ended", async (context) => {
  const silent = `setInterval(() => {}, 1000);`;
  const start = startDemo({ program: await program(context, silent), deadlineMs: 300 });
  await assert.rejects(start, /it did not listen within 300 ms/);
});

test("a demo that ignores the signal is ended all the same", async (context) => {
  const stubborn = `process.on("SIGTERM", () => {}); console.log("http://127.0.0.1:1"); setInterval(() => {}, 1000);`;
  const demo = await startDemo({ program: await program(context, stubborn), deadlineMs: 3_000 });
  await demo.stop();
});

test("a program that is not there is named", async () => {
  await assert.rejects(startDemo({ program: "/no/such/program" }), /spawn \/no\/such\/program ENOENT/);
});

test("the browser shows a page", async (context) => {
  const browser = await launchBrowser();
  context.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto("data:text/html,<title>hello</title>");
  assert.equal(await page.title(), "hello");
});
