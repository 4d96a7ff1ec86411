// The same declarations for `require`.

import type * as esm from "./index.js" with { "resolution-mode": "import" };

export type * from "./index.js" with { "resolution-mode": "import" };

export declare const PolicyError: typeof esm.PolicyError;
export type PolicyError = esm.PolicyError;
export declare const init: typeof esm.init;
export declare const createPolicy: typeof esm.createPolicy;
export declare const decide: typeof esm.decide;
export declare const version: string;
export declare const abiVersion: number;
export declare const moduleSha256: string;
