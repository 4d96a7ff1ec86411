// Node's `require` gets one file with everything in it, and reads the module that lies beside it.

"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const manual = require("./manual.cjs");

const FILE = join(__dirname, "security_contact_policy_bg.wasm");
let loaded = false;

function load() {
  if (!loaded) manual.initSync(readFileSync(FILE));
  loaded = true;
}

exports.PolicyError = manual.PolicyError;
exports.abiVersion = manual.abiVersion;
exports.moduleSha256 = manual.moduleSha256;
exports.version = manual.version;

exports.init = async () => load();
exports.createPolicy = (rules) => {
  load();
  return manual.createPolicy(rules);
};
exports.decide = (request) => {
  load();
  return manual.decide(request);
};
