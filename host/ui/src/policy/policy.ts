// The policy module in this browser, under the server's rules.

import { createPolicy, init, moduleSha256 } from "security-contact-policy/manual";
import type { Person, Policy, Rules, Verdict } from "security-contact-policy";

import type { Client } from "../api/client";
import type { PolicyInForce } from "../api/types";

const HERE = import.meta.url;

/** What the glue of the module gives, whichever release it is of. */
interface Glue {
  createPolicy(rules: Rules): Policy;
  init(source: BufferSource | URL): Promise<void>;
  moduleSha256: string;
}

interface Loaded {
  glue: Glue;
  bytes: ArrayBuffer;
}

/** One module serves every field of a page. */
let loading: Promise<Loaded> | undefined;

/** The policy that decides in this browser, and the server's word on its own. */
export class BrowserPolicy {
  readonly rules: Rules;
  readonly version: string;
  readonly fingerprint: string;
  readonly #policy: Policy;
  readonly #bytes: ArrayBuffer;

  constructor(
    readonly server: PolicyInForce,
    { glue, bytes }: Loaded,
  ) {
    this.#policy = glue.createPolicy(server.rules);
    this.#bytes = bytes;
    this.rules = server.rules;
    this.version = this.#policy.version;
    this.fingerprint = this.#policy.fingerprint;
  }

  /** Can these people be the contact now, as far as this browser's clock knows? */
  judge(people: readonly Person[], now: number): Verdict[] {
    return this.#policy.eligibilityMany(people, { now });
  }

  /** The hash of the bytes that decide here; null where browsers do not offer it, on pages without HTTPS. */
  async moduleSha256(): Promise<string | null> {
    if (globalThis.crypto?.subtle === undefined) return null;
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", this.#bytes));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/**
 * The policy as the server decides by it now. Its rules are always asked for; the module is loaded once, and again when
 * the server has another.
 *
 * The answer's `fingerprint` can still differ from the server's, where the files beside this one are of another release.
 */
export async function loadPolicy(client: Client): Promise<BrowserPolicy> {
  loading ??= load({ createPolicy, init: init as Glue["init"], moduleSha256 });
  const [inForce, loaded] = await Promise.all([client.policy(), loading.catch(forget)]);
  if (loaded.glue.moduleSha256 === inForce.moduleSha256) return new BrowserPolicy(inForce, loaded);
  const other = await reload(inForce.moduleSha256).catch(() => null);
  return new BrowserPolicy(inForce, other ?? loaded);
}

function forget(error: unknown): never {
  loading = undefined;
  throw error;
}

async function load(glue: Glue): Promise<Loaded> {
  const response = await fetch(new URL("./security_contact_policy_bg.wasm", import.meta.url));
  if (!response.ok) throw new Error("the policy module could not be loaded");
  const bytes = await response.arrayBuffer();
  await glue.init(bytes);
  return { glue, bytes };
}

/** The module of another release with its own glue, from where this file came from. */
async function reload(sha256: string): Promise<Loaded | null> {
  const address = new URL("manual.js", HERE);
  address.search = sha256;
  const glue = (await import(/* webpackIgnore: true */ /* @vite-ignore */ address.href)) as Glue;
  if (glue.moduleSha256 !== sha256) return null;
  loading = load(glue);
  return loading.catch(forget);
}
