// What npm packs, and what it says about itself.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";

import { installPackage } from "../support/install.mjs";

const MAX_MODULE = 110_000;
const MAX_MODULE_GZIP = 40_000;
const MAX_FIELD_GZIP = 30_000;
const MAX_PACKAGE_GZIP = 98_000;

const project = installPackage();
const read = (name, encoding) => readFileSync(join(project.installed, name), encoding);
after(() => project.remove());

test("npm packs every file", () => {
  const committed = readdirSync(new URL("../../pkg", import.meta.url));
  assert.deepEqual(readdirSync(project.installed).sort(), committed.sort());
});

test("module and package keep within their sizes", () => {
  const module = read("security_contact_policy_bg.wasm");
  assert.ok(module.length <= MAX_MODULE, `${module.length} bytes`);
  assert.ok(gzipSync(module, { level: 9 }).length <= MAX_MODULE_GZIP);
  assert.ok(gzipSync(read("field.js"), { level: 9 }).length <= MAX_FIELD_GZIP);
  const packed = readFileSync(project.tarball).length;
  assert.ok(packed <= MAX_PACKAGE_GZIP, `${packed} bytes`);
});

test("module.json, the package and the module itself tell which module it is", async () => {
  const { file, sha256, bytes, policyVersion, abiVersion } = JSON.parse(read("module.json", "utf8"));
  const module = read(file);
  assert.equal(bytes, module.length);
  assert.equal(sha256, createHash("sha256").update(module).digest("hex"));
  const { moduleSha256, version, abiVersion: abi } = await import(join(project.installed, "manual.js"));
  assert.deepEqual([moduleSha256, version, abi], [sha256, policyVersion, abiVersion]);
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(module), "security-contact-policy");
  const told = JSON.parse(Buffer.from(section).toString());
  assert.deepEqual([told.policyVersion, told.abiVersion], [policyVersion, abiVersion]);
  assert.equal(told.version, JSON.parse(read("package.json", "utf8")).version);
});

test("no file holds a path of the machine that built it", () => {
  for (const name of readdirSync(project.installed)) {
    assert.doesNotMatch(read(name, "latin1"), /\/(home|root|Users|tmp|work)\/|\.cargo|\.rustup|index\.crates\.io/, name);
  }
});
