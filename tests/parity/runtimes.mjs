// One runner for each runtime: lines of JSON requests in, the lines of their answers out.

import { execFileSync, spawn } from "node:child_process";
import { createReadStream, createWriteStream, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { bun, deno, launchChromium, launchFirefox, versionOf, workerd } from "../support/runtimes.mjs";
import { bundleWorker, startWorker } from "../support/worker.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RELEASE = `${ROOT}target/release/`;
const CHUNK = 5000;

/** What a program does in Node, Deno and Bun alike. */
const PROGRAM = `
const [input, output] = process.argv.slice(2);
const lines = readFileSync(input, "utf8").split("\\n").slice(0, -1);
writeFileSync(output, lines.map((line) => JSON.stringify(decide(JSON.parse(line))) + "\\n").join(""));
`;
const MODULE = `
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { decide } from "security-contact-policy";
${PROGRAM}`;
const COMMONJS = `
const { readFileSync, writeFileSync } = require("node:fs");
const { decide } = require("security-contact-policy");
${PROGRAM}`;
const WORKER = `
import { decide } from "security-contact-policy";
export default {
  async fetch(request) {
    const lines = (await request.text()).split("\\n").slice(0, -1);
    return new Response(lines.map((line) => JSON.stringify(decide(JSON.parse(line))) + "\\n").join(""));
  },
};`;
const PAGE = `
import { decide, init } from "security-contact-policy";
await init();
globalThis.answers = (lines) => lines.map((line) => JSON.stringify(decide(JSON.parse(line))) + "\\n").join("");`;

/** A runtime's name with the function that answers: from a file, into a file, in the project; gives its version. */
export const RUNTIMES = {
  native: (job) => stream(`${RELEASE}native`, [], job, pinned(/^channel = "(.*)"$/m, "rust-toolchain.toml")),
  wasmtime: (job) => stream(`${RELEASE}security-contact`, ["decide"], job, pinned(/name = "wasmtime"\nversion = "(.*)"/, "Cargo.lock")),
  "node-esm": (job) => program(process.execPath, [], "program.mjs", MODULE, job),
  "node-cjs": (job) => program(process.execPath, [], "program.cjs", COMMONJS, job),
  deno: (job) => program(deno, ["run", "--no-prompt", `--allow-read=${job.input}`, `--allow-write=${job.output}`], "program.mjs", MODULE, job),
  bun: (job) => program(bun, ["run"], "program.mjs", MODULE, job),
  workerd: inWorkerd,
  chromium: (job) => inBrowser(launchChromium, (browser) => browser.version(), job),
  firefox: (job) => inBrowser(launchFirefox, async (browser) => (await browser.version()).replace("firefox/", ""), job),
};

/** A version that this repository pins. */
function pinned(pattern, file) {
  return readFileSync(`${ROOT}${file}`, "utf8").match(pattern)[1];
}

async function stream(path, args, { input, output }, version) {
  const child = spawn(path, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  await Promise.all([
    pipeline(createReadStream(input), child.stdin),
    pipeline(child.stdout, createWriteStream(output)),
  ]);
  const code = await ended;
  if (code !== 0) throw new Error(`${basename(path)} ended with ${code}`);
  return version;
}

function program(path, args, name, text, { project, input, output }) {
  project.write(name, text);
  execFileSync(path, [...args, name, input, output], { cwd: project.folder, stdio: ["ignore", "inherit", "inherit"] });
  return versionOf(path);
}

async function inWorkerd({ project, input, output }) {
  const folder = await bundleWorker(project.write("worker.js", WORKER), join(project.folder, "worker"));
  const worker = await startWorker(folder, "worker.js");
  try {
    await inChunks(input, output, async (lines) => {
      const response = await fetch(worker.url, { method: "POST", body: lines.map((line) => `${line}\n`).join("") });
      if (!response.ok) throw new Error(`workerd answered with ${response.status}: ${await response.text()}`);
      return response.text();
    });
  } finally {
    worker.stop();
  }
  return versionOf(workerd);
}

/** In a page that a bundler made; the browser gets nothing but the bundle and the module. */
async function inBrowser(launch, version, { project, input, output }) {
  const browser = await launch();
  if (browser === undefined) return undefined;
  const server = await servePage(project);
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction("globalThis.answers !== undefined");
    await inChunks(input, output, (lines) => page.evaluate((chunk) => globalThis.answers(chunk), lines));
    return await version(browser);
  } finally {
    server.close();
    await browser.close();
  }
}

async function servePage(project) {
  const outdir = join(project.folder, "page");
  await build({ entryPoints: [project.write("page.js", PAGE)], outdir, bundle: true, format: "esm", logLevel: "warning" });
  const files = {
    "/page.js": ["text/javascript", join(outdir, "page.js")],
    "/security_contact_policy_bg.wasm": ["application/wasm", join(project.installed, "security_contact_policy_bg.wasm")],
  };
  const server = createServer(async ({ url }, response) => {
    const [type, file] = files[url] ?? [];
    if (file !== undefined) return response.setHeader("content-type", type).end(await readFile(file));
    if (url !== "/") return response.writeHead(404).end();
    response.setHeader("content-type", "text/html").end(`<!doctype html><script type="module" src="/page.js"></script>`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Thousands at a time: no message between two programs grows with the number of cases. */
async function inChunks(input, output, answer) {
  const lines = readFileSync(input, "utf8").split("\n").slice(0, -1);
  rmSync(output, { force: true });
  const file = createWriteStream(output);
  for (let start = 0; start < lines.length; start += CHUNK) {
    file.write(await answer(lines.slice(start, start + CHUNK)));
  }
  await new Promise((resolve, reject) => file.end((error) => (error ? reject(error) : resolve())));
}
