// Deno compiles what is imported in the source phase, and asks for no permission to read it.

import source module from "./security_contact_policy_bg.wasm";
import { synchronous } from "./synchronous.js";

export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";

export const { createPolicy, decide, init } = synchronous(() => module);
