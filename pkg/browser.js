// Fetches the module that lies beside this file.

import * as manual from "./manual.js";

export { PolicyError, abiVersion, createPolicy, decide, moduleSha256, version } from "./manual.js";

export const init = () => manual.init();
