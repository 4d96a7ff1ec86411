// For runtimes that have the module at hand: it is compiled when it is first needed.

import * as manual from "./manual.js";

/** The exports of the package over a function that gives the module, compiled or as bytes. */
export function synchronous(load) {
  let loaded = false;
  const ready = () => {
    if (!loaded) manual.initSync(load());
    loaded = true;
  };
  return {
    // There is nothing to wait for, but code that runs everywhere waits.
    init: async () => ready(),
    createPolicy(rules) {
      ready();
      return manual.createPolicy(rules);
    },
    decide(request) {
      ready();
      return manual.decide(request);
    },
  };
}
