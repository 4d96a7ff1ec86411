// The server's API, as one person sees one account.

/** An answer of the server that is no success: a problem of RFC 9457. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? `the server answered with status ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "internal";
    this.reasons = body.reasons ?? [];
    this.current = body.current ?? null;
  }
}

/** The requests of one view of the page. They are given up when `signal` is aborted. */
export class Client {
  #base;
  #headers;
  #signal;

  /** `person` is null when a proxy in front of the server says who it is. */
  constructor(account, person, signal) {
    this.#base = `/v1/accounts/${encodeURIComponent(account)}/security-contact`;
    this.#headers = person === null ? {} : { "x-view-as": person };
    this.#signal = signal;
  }

  contact() {
    return this.#send("GET", this.#base);
  }

  /** Makes the person the contact, or with null the account's owner by default. */
  change(userId, version) {
    const headers = { "if-match": `"v${version}"` };
    if (userId === null) {
      return this.#send("DELETE", this.#base, { headers });
    }
    headers["content-type"] = "application/json";
    return this.#send("PUT", this.#base, { headers, body: JSON.stringify({ userId }) });
  }

  candidates(query, cursor, signal) {
    const params = new URLSearchParams({ q: query });
    if (cursor !== null) {
      params.set("cursor", cursor);
    }
    return this.#send("GET", `${this.#base}/candidates?${params}`, { signal });
  }

  history(before) {
    const params = new URLSearchParams({ limit: "10" });
    if (before !== null) {
      params.set("before", before);
    }
    return this.#send("GET", `${this.#base}/history?${params}`);
  }

  async #send(method, path, { headers = {}, body, signal } = {}) {
    const signals = [this.#signal, signal].filter((one) => one !== undefined);
    const request = { method, body, headers: { ...this.#headers, ...headers }, signal: AbortSignal.any(signals) };
    return read(await fetch(path, request));
  }
}

/** Which policy the server decides by. */
export async function policyInForce() {
  return read(await fetch("/v1/policy"));
}

/** The demo's accounts and people. */
export async function demoAccounts() {
  return (await read(await fetch("/demo/people"))).accounts;
}

async function read(response) {
  // A proxy in between may answer with something else than JSON.
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Problem(response.status, body);
  }
  return body;
}
