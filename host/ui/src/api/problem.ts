// What can go wrong between the page and the server.

import type { Reason } from "security-contact-policy";

import type { ContactState } from "./types";

/** An answer of the server that is no success: a problem of RFC 9457. */
export class Problem extends Error {
  readonly code: string;
  readonly reasons: Reason[];
  /** The state that a change did not expect. */
  readonly current: ContactState | null;

  constructor(
    readonly status: number,
    body: { detail?: string; code?: string; reasons?: Reason[]; current?: ContactState },
  ) {
    super(body.detail ?? `the server answered with status ${status}`);
    this.name = "Problem";
    this.code = body.code ?? "internal";
    this.reasons = body.reasons ?? [];
    this.current = body.current ?? null;
  }
}

/** There was no answer, so that nobody knows what the server did. */
export class Unreachable extends Error {
  constructor(readonly offline: boolean) {
    super("the server did not answer");
    this.name = "Unreachable";
  }
}
