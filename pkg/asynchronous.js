// For runtimes that fetch the module: `init` is awaited once, before anything else.

import { PolicyError } from "./error.js";
import { policyOver } from "./policy.js";
import initGlue, { Engine, initSync as initGlueSync } from "./security_contact_policy.js";

let ready = false;
let loading;

/** Calls at the same time share one load; after a failure the next call tries again. */
export function init(source) {
  loading ??= load(source).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(source) {
  await initGlue({ module_or_path: source });
  ready = true;
}

/** Takes over a module that somebody compiled, or its bytes. */
export function initSync(module) {
  initGlueSync({ module });
  ready = true;
}

export const { createPolicy, decide } = policyOver(() => {
  if (!ready) throw new PolicyError("not_initialized", "", "the module is not loaded: await `init()` first");
  return Engine;
});
