// The people, accounts and instants that most cases share.

import { product } from "./vectors.mjs";

export const DAY = 86_400_000;
export const NOW = "2026-10-01T09:30:00.000Z";
export const LAST_INSTANT = "9999-12-31T23:59:59.999Z";

/** The instant `ms` milliseconds after `from`; `Date` checks the oracle's own calendar. */
export function later(from, ms) {
  const instant = new Date(Date.parse(from) + ms).toISOString();
  if (instant.length !== 24) throw new RangeError(`${instant} needs more than four digits of year`);
  return instant;
}

/** The end of a login's validity, as a hand-computed claim. */
export function untilOf(lastLoginAt, days = 365) {
  return later(lastLoginAt, days * DAY);
}

export function person(facts = {}) {
  return {
    id: "u-17",
    role: "admin",
    accountSettings: "view",
    status: "active",
    lastLoginAt: "2026-09-01T12:00:00Z",
    staffRole: null,
    ...facts,
  };
}

export function owner(facts = {}) {
  return person({ id: "u-1", role: "owner", accountSettings: "edit", lastLoginAt: "2026-09-20T08:00:00Z", ...facts });
}

/** An admin who is neither owner nor designee. */
export function third(facts = {}) {
  return person({ id: "u-23", lastLoginAt: "2026-09-30T17:45:00Z", ...facts });
}

/** Someone to designate who is not yet designated. */
export function candidate(facts = {}) {
  return person({ id: "u-31", role: "member", accountSettings: "edit", lastLoginAt: "2026-08-15T06:00:00Z", ...facts });
}

/** The id of someone who has left the account. */
export const FORMER = "u-90";

export function designationOf(someone) {
  return { userId: someone.id, person: someone };
}

export function left(userId = "u-17") {
  return { userId, person: null };
}

export function account(designation = null, ownerPerson = owner()) {
  return { owner: ownerPerson, designation };
}

export function designate(someone) {
  return { kind: "designate", ...designationOf(someone) };
}

export const RESET = { kind: "reset" };

/** The defaults of SPEC 3, in full. */
export const DEFAULT_RULES = {
  contactRoles: ["owner", "admin"],
  accountSettingsEditQualifies: true,
  managerRoles: ["owner", "admin"],
  maxLoginAgeDays: 365,
  maxClockSkewSeconds: 300,
  blockedStaffRoles: [],
  copyOwnerOnEvents: false,
  expiryReminderDays: [14],
};

/** The rules under which `contractor` is a blocked staff role. */
export const BLOCKED = { blockedStaffRoles: ["contractor"] };

const ROLE = [{}, { codes: ["role_not_allowed"], facts: { role: "member", accountSettings: "view" } }];
const STATUS = [{}, { codes: ["not_active"], facts: { status: "suspended" } }];
const LOGIN = [
  {},
  { codes: ["never_logged_in"], facts: { lastLoginAt: null } },
  { codes: ["login_too_old"], facts: { lastLoginAt: later(NOW, -365 * DAY - 1) } },
  { codes: ["login_in_future"], facts: { lastLoginAt: later(NOW, 300_001) } },
];
const STAFF = [{}, { codes: ["blocked_staff_role"], facts: { staffRole: "contractor" } }];

/** Every set of unmet codes that one person can have at NOW under BLOCKED, the empty one first. */
export const UNMET_SETS = product(ROLE, STATUS, LOGIN, STAFF).map((parts) => {
  const codes = parts.flatMap((part) => part.codes ?? []);
  const facts = Object.assign({}, ...parts.map((part) => part.facts ?? {}));
  return { name: codes.join("+") || "none", codes, facts };
});

/** The effective contact when the owner is it. */
export function ownerContact(source, reasons = [], ownerUnmet = [], userId = "u-1") {
  return { userId, source, validUntil: null, reasons, ownerUnmet };
}

/** The effective contact when it is a designee. */
export function designatedContact(someone, days = 365, ownerUnmet = []) {
  return {
    userId: someone.id,
    source: "designated",
    validUntil: untilOf(someone.lastLoginAt, days),
    reasons: [],
    ownerUnmet,
  };
}

/** The two notices of SPEC 7. */
export function told(after, before, cause, counterpart) {
  return [
    { to: after, kind: "assigned", cause, counterpart: before },
    { to: before, kind: "unassigned", cause, counterpart },
  ];
}
