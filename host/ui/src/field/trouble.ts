// What went wrong, as the page tells it.

import type { Reason } from "security-contact-policy";

import { Problem, Unreachable } from "../api/problem";

export type Trouble =
  | { kind: "offline" | "unreachable" | "busy" | "broken" | "signedOut" | "stale" | "noOwner" }
  /** The person may not see the field, or not change it any more. */
  | { kind: "denied"; reasons: Reason[] }
  /** The pick cannot be the contact. */
  | { kind: "refused"; reasons: Reason[]; rulesChanged: boolean }
  /** Somebody else was faster. */
  | { kind: "conflict" };

/** Whether the same again can help. */
export const isPassing = ({ kind }: Trouble): boolean =>
  kind === "offline" || kind === "unreachable" || kind === "busy" || kind === "broken" || kind === "signedOut";

export function troubleOf(error: unknown): Trouble {
  if (error instanceof Unreachable) return { kind: error.offline ? "offline" : "unreachable" };
  if (!(error instanceof Problem)) return { kind: "broken" };
  const { code, reasons, status } = error;
  if (code === "version_conflict") return { kind: "conflict" };
  if (code === "not_eligible") return { kind: "refused", reasons, rulesChanged: false };
  if (code === "not_a_member" && status === 422) return { kind: "refused", reasons: ["not_a_member"], rulesChanged: false };
  if (code === "no_owner") return { kind: "noOwner" };
  if (status === 401) return { kind: "signedOut" };
  if (status === 403) return { kind: "denied", reasons };
  if (status === 503 || status === 429) return { kind: "busy" };
  return { kind: "broken" };
}
