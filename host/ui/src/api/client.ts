// The server's API, as one person sees one account.

import type { UserId } from "security-contact-policy";

import type { Credentials } from "./credentials";
import { Problem, Unreachable } from "./problem";
import type { CandidatePage, ContactState, HistoryPage, PolicyInForce } from "./types";

/** A little longer than the server gives itself. */
const TIMEOUT_MS = 15_000;

/** The most people that the server tells at once. */
const PAGE_OF_PEOPLE = "200";

interface Request {
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
}

export class Client {
  readonly #base: string;
  readonly #contact: string;

  /**
   * @param base where the server is: nothing for the page's own, else an address without a final slash
   * @param signal gives up all requests when it is aborted
   */
  constructor(
    base: string,
    readonly account: string,
    readonly credentials: Credentials,
    readonly signal: AbortSignal,
  ) {
    this.#base = base;
    this.#contact = `/v1/accounts/${encodeURIComponent(account)}/security-contact`;
  }

  policy(): Promise<PolicyInForce> {
    return this.#send("GET", "/v1/policy");
  }

  contact(): Promise<ContactState> {
    return this.#send("GET", this.#contact);
  }

  /** Makes the person the contact, or with null the account's owner by default. The same key does it once. */
  change(userId: UserId | null, version: number, key: string): Promise<ContactState> {
    const headers = { "if-match": `"v${version}"`, "idempotency-key": key };
    if (userId === null) return this.#send("DELETE", this.#contact, { headers });
    const body = JSON.stringify({ userId });
    return this.#send("PUT", this.#contact, { headers: { ...headers, "content-type": "application/json" }, body });
  }

  candidates(query: string, cursor: string | null, signal?: AbortSignal): Promise<CandidatePage> {
    const params = new URLSearchParams({ q: query, limit: PAGE_OF_PEOPLE });
    if (cursor !== null) params.set("cursor", cursor);
    return this.#send("GET", `${this.#contact}/candidates?${params}`, { signal });
  }

  history(before: number | null, limit: number): Promise<HistoryPage> {
    const params = new URLSearchParams({ limit: String(limit) });
    if (before !== null) params.set("before", String(before));
    return this.#send("GET", `${this.#contact}/history?${params}`);
  }

  async #send<Answer>(method: string, path: string, { headers = {}, body, signal }: Request = {}): Promise<Answer> {
    const all = new Headers(await this.credentials());
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    const givenUp = signal === undefined ? this.signal : AbortSignal.any([this.signal, signal]);
    const request: RequestInit = {
      method,
      headers: all,
      body: body ?? null,
      signal: AbortSignal.any([givenUp, AbortSignal.timeout(TIMEOUT_MS)]),
    };
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#base + path, request);
      text = await response.text();
    } catch (error) {
      if (givenUp.aborted) throw error;
      throw new Unreachable(navigator.onLine === false);
    }
    return read(response, text) as Answer;
  }
}

function read(response: Response, text: string): unknown {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Something in between has answered, such as a proxy.
    throw new Problem(response.ok ? 502 : response.status, {});
  }
  if (response.ok) return body;
  throw new Problem(response.status, typeof body === "object" && body !== null ? body : {});
}
