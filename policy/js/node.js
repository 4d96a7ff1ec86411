// Node reads the module that lies beside this file.

import { readFileSync } from "node:fs";

import { synchronous } from "./synchronous.js";

export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";

const FILE = new URL("./security_contact_policy_bg.wasm", import.meta.url);

export const { createPolicy, decide, init } = synchronous(() => readFileSync(FILE));
