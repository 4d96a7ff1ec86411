// Node's `require` reads the module that lies beside this file.

"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const manual = require("./manual.cjs");

const FILE = join(__dirname, "security_contact_policy_bg.wasm");
let loaded = false;

function ready() {
  if (!loaded) manual.initSync(readFileSync(FILE));
  loaded = true;
}

exports.PolicyError = manual.PolicyError;
exports.abiVersion = manual.abiVersion;
exports.moduleSha256 = manual.moduleSha256;
exports.version = manual.version;

exports.init = async () => ready();
exports.createPolicy = (rules) => {
  ready();
  return manual.createPolicy(rules);
};
exports.decide = (request) => {
  ready();
  return manual.decide(request);
};
