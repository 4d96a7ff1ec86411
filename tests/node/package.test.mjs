// The package as npm installs it, and the examples of its README.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { example, saidToPrint } from "../readme.mjs";

const PKG = fileURLToPath(new URL("../../pkg", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "package-"));
const installed = join(folder, "node_modules/security-contact-policy");

/** What a program prints that is imported nowhere but in a folder where the package is installed. */
function run(code) {
  writeFileSync(join(folder, "example.mjs"), code);
  return execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
}

before(() => {
  const npm = (...args) => execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const [{ filename }] = JSON.parse(npm("pack", PKG, "--json"));
  writeFileSync(join(folder, "package.json"), "{}");
  npm("install", "--offline", "--ignore-scripts", "--no-audit", `./${filename}`);
});
after(() => rmSync(folder, { recursive: true }));

test("npm packs every file", () => {
  assert.deepEqual(readdirSync(installed).sort(), readdirSync(PKG).sort());
});

test("module.json tells the identity of the module", () => {
  const { file, sha256, bytes } = JSON.parse(readFileSync(join(installed, "module.json"), "utf8"));
  const module = readFileSync(join(installed, file));
  assert.equal(bytes, module.length);
  assert.equal(sha256, createHash("sha256").update(module).digest("hex"));
});

test("module.json tells the versions that the module tells", () => {
  const { policyVersion, abiVersion } = JSON.parse(readFileSync(join(installed, "module.json"), "utf8"));
  const versions = run(`${setUp()}\nconsole.log(JSON.stringify([policy.version, policy.abiVersion]));`);
  assert.deepEqual(JSON.parse(versions.split("\n").at(-2)), [policyVersion, abiVersion]);
});

test("the module holds no path of the machine that built it", () => {
  const module = readFileSync(join(installed, "security_contact_policy_bg.wasm"), "latin1");
  assert.doesNotMatch(module, /\/(home|root|Users|tmp|work)\/|\.cargo|\.rustup|index\.crates\.io/);
});

test("the example for Node prints what it says", () => {
  const code = example("In Node");
  assert.equal(run(code), saidToPrint(code));
});

test("the example of an error prints what it says", () => {
  const code = example("What does not fit");
  assert.equal(run(`${setUp()}\n${code}`), saidToPrint(setUp()) + saidToPrint(code));
});

test("the example for the edge answers a request", () => {
  // Node has no imports of compiled modules; the rest of the example runs as it stands.
  const code = example("In an edge function").replace(/^import module from "(.*)";$/m, (_, name) =>
    [
      `import { readFileSync } from "node:fs";`,
      `const module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve("${name}"))));`,
    ].join("\n"),
  );
  writeFileSync(join(folder, "edge.mjs"), code);
  const caller = `import edge from "./edge.mjs";
    const person = { id: "u-17", role: "admin", accountSettings: "none", status: "invited", lastLoginAt: null, staffRole: null };
    const request = new Request("http://localhost/", { method: "POST", body: JSON.stringify({ person }) });
    console.log(await (await edge.fetch(request)).text());`;
  assert.equal(run(caller), '{"eligible":false,"unmet":["not_active","never_logged_in"],"validUntil":null}\n');
});

test("a heading or a block of code that is not there is named", () => {
  assert.throws(() => example("In a dream"), /no heading `In a dream`/);
  assert.throws(() => example("License"), /no code under `License`/);
});

/** The example for Node, whose `policy` and `owner` others use. */
function setUp() {
  return example("In Node");
}
