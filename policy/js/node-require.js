// For `require`: bundled into one CommonJS file, which reads the module that lies beside it.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { synchronous } from "./synchronous.js";

export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";

const FILE = join(__dirname, "security_contact_policy_bg.wasm");

export const { createPolicy, decide, init } = synchronous(() => readFileSync(FILE));
