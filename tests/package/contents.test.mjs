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
const MAX_PACKAGE_GZIP = 60_000;

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
  const packed = readFileSync(project.tarball).length;
  assert.ok(packed <= MAX_PACKAGE_GZIP, `${packed} bytes`);
});

test("module.json and identity.js tell the identity of the module", async () => {
  const { file, sha256, bytes, policyVersion, abiVersion } = JSON.parse(read("module.json", "utf8"));
  const module = read(file);
  assert.equal(bytes, module.length);
  assert.equal(sha256, createHash("sha256").update(module).digest("hex"));
  const identity = await import(join(project.installed, "identity.js"));
  assert.deepEqual({ ...identity }, { abiVersion, moduleSha256: sha256, version: policyVersion });
});

test("the module tells the versions that the package tells", async () => {
  const { initSync, ...glue } = await import(join(project.installed, "security_contact_policy.js"));
  initSync({ module: read("security_contact_policy_bg.wasm") });
  const { policyVersion, abiVersion } = JSON.parse(read("module.json", "utf8"));
  assert.deepEqual([glue.version(), glue.abiVersion()], [policyVersion, abiVersion]);
});

test("no file holds a path of the machine that built it", () => {
  for (const name of readdirSync(project.installed)) {
    assert.doesNotMatch(read(name, "latin1"), /\/(home|root|Users|tmp|work)\/|\.cargo|\.rustup|index\.crates\.io/, name);
  }
});
