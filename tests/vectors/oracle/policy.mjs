// The rules on one person and on who the contact is (SPEC 3, 4, 5).

import { MS_PER_DAY, clampInstant } from "./instant.mjs";

/** Every unmet criterion, in the order of SPEC 3. */
export function unmetCriteria(person, rules, now) {
  const login = person.lastLoginAt;
  const hasRole = rules.contactRoles.includes(person.role);
  const hasSettings = rules.accountSettingsEditQualifies && person.accountSettings === "edit";
  return codes([
    ["role_not_allowed", !hasRole && !hasSettings],
    ["not_active", person.status !== "active"],
    ["never_logged_in", login === null],
    ["login_too_old", login !== null && now - login > rules.maxLoginAgeDays * MS_PER_DAY],
    ["login_in_future", login !== null && login - now > rules.maxClockSkewSeconds * 1000],
    ["blocked_staff_role", rules.blockedStaffRoles.includes(person.staffRole)],
  ]);
}

/** SPEC 3: `validUntil` is the last instant at which the login is recent enough, clamped as in SPEC 8. */
export function judge(person, rules, now) {
  const unmet = unmetCriteria(person, rules, now);
  const eligible = unmet.length === 0;
  const validUntil = eligible ? clampInstant(person.lastLoginAt + rules.maxLoginAgeDays * MS_PER_DAY) : null;
  return { eligible, unmet, validUntil };
}

/** Why a person may neither see nor change the field; empty for a manager (SPEC 4). */
export function accessReasons(person, rules) {
  return codes([
    ["manager_role_required", !rules.managerRoles.includes(person.role)],
    ["not_active", person.status !== "active"],
  ]);
}

/** The table of SPEC 5. */
export function effectiveContact({ owner, designation }, rules, now) {
  if (designation === null) return ownerAsContact(owner, "default", [], rules, now);
  if (designation.person === null) return ownerAsContact(owner, "fallback", ["not_a_member"], rules, now);
  const verdict = judge(designation.person, rules, now);
  if (!verdict.eligible) return ownerAsContact(owner, "fallback", verdict.unmet, rules, now);
  return {
    userId: designation.userId,
    source: "designated",
    validUntil: verdict.validUntil,
    reasons: [],
    // The owner is the contact by a pin as well (SPEC 5).
    ownerUnmet: designation.userId === owner.id ? unmetCriteria(owner, rules, now) : [],
  };
}

function ownerAsContact(owner, source, reasons, rules, now) {
  return { userId: owner.id, source, validUntil: null, reasons, ownerUnmet: unmetCriteria(owner, rules, now) };
}

function codes(table) {
  return table.filter(([, unmet]) => unmet).map(([code]) => code);
}
