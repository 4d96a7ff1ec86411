// Fetches the module that lies beside this file.

export { createPolicy, decide } from "./asynchronous.js";
export { PolicyError } from "./error.js";
export { abiVersion, moduleSha256, version } from "./identity.js";

import { init as initFrom } from "./asynchronous.js";

export const init = () => initFrom();
