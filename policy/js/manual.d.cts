// The same declarations for `require`.

import type * as esm from "./manual.js" with { "resolution-mode": "import" };

export * from "./node.cjs";

export declare const init: typeof esm.init;
export declare const initSync: typeof esm.initSync;
