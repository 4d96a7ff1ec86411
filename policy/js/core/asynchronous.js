// For runtimes that fetch the module: `init` is awaited once, before anything else.

import { PolicyError } from "./error.js";
import { policyOver } from "./policy.js";
import initGlue, { Engine, initSync as initGlueSync, words } from "./security_contact_policy.js";

let loading;
let memory;

/** Calls at the same time share one load; after a failure the next call tries again. */
export function init(source) {
  loading ??= load(source).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(source) {
  ({ memory } = await initGlue({ module_or_path: source }));
}

/** Takes over a module that somebody compiled, or its bytes. */
export function initSync(module) {
  ({ memory } = initGlueSync({ module }));
}

export const { createPolicy, decide } = policyOver(() => {
  if (memory === undefined) throw new PolicyError("not_initialized", "", "the module is not loaded: await `init()` first");
  return { Engine, words, memory };
});
