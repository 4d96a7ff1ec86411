// What the server says, in its words.

import type { Person, Reason, RefusalCode, Rules, Source, UserId, Verdict } from "security-contact-policy";

/** RFC 3339 text with milliseconds and `Z`. */
export type Instant = string;

/** The field as a manager sees it. */
export interface ContactState {
  account: { id: string; name: string };
  /** Moves with every change of the choice. */
  version: number;
  contact: ContactPerson;
  designation: Designation | null;
  canEdit: boolean;
  fingerprint: string;
}

/** Who is the contact, and why. */
export interface ContactPerson {
  userId: UserId;
  source: Source;
  validUntil: Instant | null;
  reasons: Reason[];
  ownerUnmet: Reason[];
  name: string;
  email: string | null;
  /** Since when the mail server refuses that address for good. */
  unreachableSince?: Instant;
  role: string;
  lastLoginAt: Instant | null;
}

export interface Designation {
  userId: UserId;
  /** Null for somebody who has left. */
  name: string | null;
  since: Instant;
  by: UserId;
}

/** A person of the account, and what the server thinks of them. */
export interface Candidate {
  person: Person;
  name: string;
  email: string | null;
  /** Since when the mail server refuses that address for good. */
  unreachableSince?: Instant;
  verdict: Verdict;
}

export interface CandidatePage {
  candidates: Candidate[];
  nextCursor: string | null;
}

/** What the history knows; a newer server may know more. */
export type Action =
  | "designated"
  | "reset"
  | "reverted"
  | "owner_changed"
  | "designation_refused"
  | "reset_refused"
  | "event_sent"
  | "address_unreachable";

export interface HistoryEntry {
  number: number;
  at: Instant;
  actor: UserId | null;
  action: Action;
  before: UserId | null;
  after: UserId | null;
  reasons: Reason[];
  detail: Detail | null;
}

export interface Detail {
  refused?: { code: RefusalCode; asked: UserId | null };
  event?: { event: { kind: string; severity: string }; to: UserId };
  address?: { person: UserId };
}

export interface HistoryPage {
  entries: HistoryEntry[];
  names: Record<UserId, string>;
  nextBefore: number | null;
}

/** Which policy the server decides by. */
export interface PolicyInForce {
  policyVersion: string;
  moduleSha256: string;
  fingerprint: string;
  rules: Rules;
}
