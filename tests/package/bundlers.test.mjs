// The package through the bundlers that people use, loaded and called.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { after, test } from "node:test";

import { nodeResolve } from "@rollup/plugin-node-resolve";
import { importMetaAssets } from "@web/rollup-plugin-import-meta-assets";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

import { installPackage } from "../support/install.mjs";
import { launchChromium } from "../support/runtimes.mjs";

const WASM = "security_contact_policy_bg.wasm";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `
import { createPolicy, init } from "security-contact-policy";
await init();
const owner = { id: "u-1", role: "owner", accountSettings: "edit", status: "active", lastLoginAt: null, staffRole: null };
const { userId, ownerUnmet } = createPolicy().resolve({ owner, designation: null }, { now: 0 });
document.title = [userId, ...ownerUnmet].join();
`;

/** The element asks for the module as soon as it is in a page. */
const FIELD = `
import "security-contact-policy/field";
document.body.innerHTML = '<security-contact-field account="acme"></security-contact-field>';
`;

const project = installPackage();
project.write("index.html", `<!doctype html><script type="module" src="./page.js"></script>`);
const browser = await launchChromium();
after(async () => {
  await browser.close();
  project.remove();
});

/** Each makes the folder of a page whose script is `page.js`, unless it writes the page itself. */
const BUNDLERS = {
  vite: (outDir) => vite.build({ root: project.folder, base: "./", logLevel: "error", build: { outDir, target: "es2022" } }),
  webpack: (path) =>
    new Promise((resolve, reject) => {
      const entry = join(project.folder, "page.js");
      const experiments = { outputModule: true };
      const output = { path, filename: "page.js", module: true };
      webpack({ context: project.folder, mode: "production", entry, experiments, output }, (error, stats) =>
        error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve(),
      );
    }),
  rollup: async (dir) => {
    const plugins = [nodeResolve({ browser: true }), importMetaAssets()];
    const bundle = await rollup({ input: join(project.folder, "page.js"), plugins });
    await bundle.write({ dir, format: "es" });
  },
  esbuild: async (outdir) => {
    const entryPoints = [join(project.folder, "page.js")];
    await esbuild.build({ entryPoints, outdir, bundle: true, minify: true, format: "esm", logLevel: "error" });
    copyFileSync(join(project.installed, WASM), join(outdir, WASM)); // as the README says
  },
};

/** A folder with what the bundler makes of a page with that script. */
async function bundled(name, script) {
  const folder = mkdtempSync(join(project.folder, `dist-${name}-`));
  project.write("page.js", script);
  await BUNDLERS[name](folder);
  if (!existsSync(join(folder, "index.html"))) copyFileSync(join(project.folder, "index.html"), join(folder, "index.html"));
  return folder;
}

const scriptsOf = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");

for (const name of Object.keys(BUNDLERS)) {
  test(`a page through ${name} finds the module`, async (context) => {
    const folder = await bundled(name, PAGE);
    assert.ok(!scriptsOf(folder).includes("security-contact-field"), "nobody has asked for the field");
    const page = await browser.newPage();
    const failures = [];
    page.on("pageerror", (error) => failures.push(error.message));
    await page.goto(await serve(context, folder));
    await page.waitForFunction("document.title !== ''", undefined, { timeout: 20_000 }).catch(() => {});
    assert.deepEqual(failures, []);
    assert.equal(await page.title(), "u-1,never_logged_in");
  });

  test(`the field through ${name} finds the module`, async (context) => {
    const url = await serve(context, await bundled(name, FIELD));
    const page = await browser.newPage();
    const failures = [];
    page.on("pageerror", (error) => failures.push(error.message));
    const module = page.waitForResponse((response) => response.url().endsWith(".wasm"));
    await page.goto(url);
    assert.equal((await module).status(), 200);
    await page.getByRole("alert").waitFor(); // there is no API here, and the field says so
    assert.deepEqual(failures, []);
  });
}

/** Serves a folder on a free port; the bundlers put files below `assets`. */
async function serve(context, folder) {
  const server = createServer(({ url }, response) => {
    const file = join(folder, url === "/" ? "index.html" : url);
    if (!existsSync(file) || basename(file) === "favicon.ico") return response.writeHead(404).end();
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    response.end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}
