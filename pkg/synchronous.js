// For runtimes that have the module at hand: it is compiled when it is first needed.

import { policyOver } from "./policy.js";
import { Engine, initSync } from "./security_contact_policy.js";

/** The exports of the package over a function that gives the module, compiled or as bytes. */
export function synchronous(load) {
  let loaded = false;
  const engineClass = () => {
    if (!loaded) initSync({ module: load() });
    loaded = true;
    return Engine;
  };
  // There is nothing to wait for, but code that runs everywhere waits.
  const init = async () => void engineClass();
  return { ...policyOver(engineClass), init };
}
