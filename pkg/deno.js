// Deno compiles what is imported in the source phase, and asks for no permission to read it.

import source module from "./security_contact_policy_bg.wasm";
import { synchronous } from "./synchronous.js";

export { PolicyError, abiVersion, moduleSha256, version } from "./manual.js";

export const { createPolicy, decide, init } = synchronous(() => module);
