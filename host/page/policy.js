// The policy module in this browser, under the server's rules.

import { policyInForce } from "./api.js";
import { createPolicy, init } from "./policy/manual.js";

/** What the server decides by, and the same policy for this browser to ask. */
export async function loadPolicy() {
  const [inForce, response] = await Promise.all([
    policyInForce(),
    fetch("/assets/policy/security_contact_policy_bg.wasm"),
  ]);
  if (!response.ok) {
    throw new Error("the policy module could not be loaded");
  }
  const bytes = await response.arrayBuffer();
  await init(bytes);
  return new BrowserPolicy(inForce, createPolicy(inForce.rules), await sha256(bytes));
}

class BrowserPolicy {
  #policy;

  constructor(inForce, policy, moduleSha256) {
    this.#policy = policy;
    this.rules = inForce.rules;
    this.version = policy.version;
    this.fingerprint = policy.fingerprint;
    this.moduleSha256 = moduleSha256;
    this.serverModuleSha256 = inForce.moduleSha256;
  }

  /** Can this person be the contact now, as far as this browser's clock knows? */
  eligibility(person) {
    return this.#policy.eligibility(person);
  }
}

/** The hash in hexadecimal digits; null where browsers do not offer it, on pages without HTTPS. */
async function sha256(bytes) {
  if (globalThis.crypto?.subtle === undefined) {
    return null;
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
