// Takes the module from whoever has it. This and what it imports becomes one file of the package, which all others use.

export { createPolicy, decide, init, initSync } from "./asynchronous.js";
export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";
