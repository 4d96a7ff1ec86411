// Node reads the module that lies beside this file.

import { readFileSync } from "node:fs";

import { synchronous } from "./synchronous.js";

export { PolicyError, abiVersion, moduleSha256, version } from "./manual.js";

const FILE = new URL("./security_contact_policy_bg.wasm", import.meta.url);

export const { createPolicy, decide, init } = synchronous(() => readFileSync(FILE));
