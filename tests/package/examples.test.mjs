// The examples of the package's README, each in the runtime that it is for, as it stands there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname, join } from "node:path";
import { after, test } from "node:test";

import { installPackage } from "../support/install.mjs";
import { example, saidToPrint } from "../support/readme.mjs";
import { bun, deno, launchChromium } from "../support/runtimes.mjs";
import { bundleWorker, startWorker } from "../support/worker.mjs";

const TITLE = ""; // the example before the first heading
const project = installPackage();
after(() => project.remove());

function run(program, args, name, code) {
  project.write(name, code);
  return execFileSync(program, [...args, name], { cwd: project.folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
}

for (const [runtime, program, args] of [["Node", process.execPath, []], ["Deno", deno, ["run", "--no-prompt"]], ["Bun", bun, ["run"]]]) {
  for (const heading of [TITLE, "In Node", "In Deno and Bun", "What does not fit"]) {
    test(`${runtime} prints what the example ${heading || "on top"} says`, () => {
      const code = example(heading);
      const printed = run(program, args, "example.mjs", code);
      // Deno and Bun show a list with other quotes.
      assert.equal(printed.replace('[ "login_too_old" ]', "[ 'login_too_old' ]"), saidToPrint(code));
    });
  }
}

test("Node prints what the example with require says", () => {
  const code = example("In Node, with require");
  assert.equal(run(process.execPath, [], "example.cjs", code), saidToPrint(code));
});

test("Node prints what the example with its own module says", () => {
  const code = example("With a module of your own");
  assert.equal(run(process.execPath, [], "example.mjs", code), saidToPrint(code));
});

test("Deno asks for no permission and Bun's bundle finds the module", () => {
  const code = example("In Deno and Bun");
  project.write("bundled.mjs", code);
  const outdir = join(project.folder, "bun");
  execFileSync(bun, ["build", "--target=bun", `--outdir=${outdir}`, "bundled.mjs"], { cwd: project.folder, stdio: "ignore" });
  assert.equal(execFileSync(bun, ["run", join(outdir, "bundled.js")], { encoding: "utf8" }), saidToPrint(code));
});

for (const condition of ["workerd", "edge-light"]) {
  test(`the Worker bundled for ${condition} answers`, async () => {
    const entry = project.write("worker.js", example("In a Worker"));
    const folder = await bundleWorker(entry, join(project.folder, condition), condition);
    const worker = await startWorker(folder, "worker.js");
    try {
      const facts = { role: "admin", accountSettings: "none", status: "invited", lastLoginAt: null, staffRole: null };
      const body = JSON.stringify({ person: { id: "u-17", ...facts } });
      const response = await fetch(worker.url, { method: "POST", body });
      const expected = '{"eligible":false,"unmet":["not_active","never_logged_in"],"validUntil":null}';
      assert.equal(await response.text(), expected);
    } finally {
      worker.stop();
    }
  });
}

test("the page shows its verdict at any time, and init can be tried again", async (context) => {
  const files = { fail: 0 };
  const url = await serve(context, example("In a browser, without a build"), files);
  const browser = await launchChromium();
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
  const page = await browser.newPage();
  await page.goto(`${url}empty`);
  files.fail = 1;
  const seen = await page.evaluate(async () => {
    const { createPolicy, decide, init, PolicyError } = await import("/security-contact-policy/browser.js");
    const attempt = async (act) => {
      try {
        await act();
        return "fine";
      } catch (error) {
        return error instanceof PolicyError ? error.code : "failed";
      }
    };
    const early = await attempt(() => createPolicy());
    const failed = await Promise.all([attempt(init), attempt(init)]);
    const between = await attempt(() => decide({}));
    const again = await Promise.all([attempt(init), attempt(init)]);
    return { early, failed, between, again, after: await attempt(() => createPolicy().fingerprint) };
  });
  assert.deepEqual(seen, {
    early: "not_initialized",
    failed: ["failed", "failed"],
    between: "not_initialized",
    again: ["fine", "fine"],
    after: "fine",
  });
});

test("a heading or a block of code that is not there is named", () => {
  assert.throws(() => example("In a dream"), /no heading `In a dream`/);
  assert.throws(() => example("License"), /no code under `License`/);
});

/** Serves the page at `/`, and the package below; as many requests for the module fail as `files.fail` says. */
async function serve(context, html, files) {
  const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
  const page = { "content-type": "text/html", "content-security-policy": "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'" };
  const server = createServer(async ({ url }, response) => {
    if (url === "/" || url === "/empty") return response.writeHead(200, page).end(url === "/" ? html : "");
    if (!url.startsWith("/security-contact-policy/")) return response.writeHead(404).end();
    if (extname(url) === ".wasm" && files.fail-- > 0) return response.writeHead(503).end();
    response.setHeader("content-type", types[extname(url)]);
    response.end(await readFile(join(project.installed, basename(url))));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}
