// Cloudflare Workers and workerd compile the module when a Worker is deployed.

import module from "./security_contact_policy_bg.wasm";
import { synchronous } from "./synchronous.js";

export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";

export const { createPolicy, decide, init } = synchronous(() => module);
