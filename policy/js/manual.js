// Takes the module from whoever has it.

export { createPolicy, decide, init, initSync } from "./asynchronous.js";
export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";
