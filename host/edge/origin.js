// The host behind the gate, and whether it decides as the gate does.

import { Problem } from "./problem.js";

/** The gate sends its fingerprint in this header; the host answers in the same with `current` or `stale`. */
const HEADER = "security-contact-gate";

/** For how long the host's last word counts. Then the next request passes, whatever it is, and brings a new one. */
const TRUST_MS = 60_000;

export class Origin {
  #address;
  #fingerprint;
  #agreedAt = -Infinity;
  #told = false;

  constructor(address, fingerprint) {
    this.#address = new URL(address);
    this.#fingerprint = fingerprint;
  }

  /** Whether the host said lately that it decides alike. Until then the gate turns nobody away. */
  agrees() {
    return Date.now() - this.#agreedAt < TRUST_MS;
  }

  /** Passes a request on as it came, but for the header and, when one is given, another body. */
  async pass(request, body = request.body) {
    const url = new URL(request.url);
    url.protocol = this.#address.protocol;
    url.host = this.#address.host;
    const headers = new Headers(request.headers);
    headers.set(HEADER, this.#fingerprint); // a client's own would be a lie
    if (typeof body === "string") headers.delete("content-length");
    let response;
    try {
      response = await fetch(url, { method: request.method, headers, body, redirect: "manual" });
    } catch {
      const headers = { "retry-after": "5" };
      throw new Problem(502, "origin_unreachable", "the host behind this gate cannot be reached", { headers });
    }
    this.#listen(response.headers.get(HEADER));
    const answer = new Response(response.body, response);
    answer.headers.delete(HEADER);
    return answer;
  }

  #listen(word) {
    this.#agreedAt = word === "current" ? Date.now() : -Infinity;
    if (word === "stale" && !this.#told) console.warn("the host has other rules or another version: all requests pass");
    this.#told = word === "stale";
  }
}
