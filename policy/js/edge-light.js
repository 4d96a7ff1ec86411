// Vercel's edge functions compile the module when a function is deployed.

import module from "./security_contact_policy_bg.wasm?module";
import { synchronous } from "./synchronous.js";

export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";

export const { createPolicy, decide, init } = synchronous(() => module);
