// Vercel's edge functions compile the module when a function is deployed.

import module from "./security_contact_policy_bg.wasm?module";
import { synchronous } from "./synchronous.js";

export { PolicyError, abiVersion, moduleSha256, version } from "./manual.js";

export const { createPolicy, decide, init } = synchronous(() => module);
