// Bun embeds the file in what it bundles, and tells where it is.

import { readFileSync } from "node:fs";

import file from "./security_contact_policy_bg.wasm" with { type: "file" };
import { synchronous } from "./synchronous.js";

export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";

export const { createPolicy, decide, init } = synchronous(() => readFileSync(new URL(file, import.meta.url)));
