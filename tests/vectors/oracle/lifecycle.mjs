// Changing, notices and the review (SPEC 6, 7, 8).

import { MS_PER_DAY, clampInstant } from "./instant.mjs";
import { accessReasons, effectiveContact, unmetCriteria } from "./policy.mjs";

/** SPEC 6: a refusal, or what is stored, who the contact then is and who is told. */
export function decideChange(input) {
  const { account, change, rules, now } = input;
  const refusal = refuse(input);
  if (refusal !== null) return refusal;
  const replaced = effectiveContact(account, rules, now);
  const userIdAfter = change.kind === "reset" ? null : change.userId;
  const userIdBefore = account.designation === null ? null : account.designation.userId;
  if (userIdAfter === userIdBefore) return { outcome: "unchanged", contact: replaced };
  const designation = change.kind === "reset" ? null : { userId: change.userId, person: change.person };
  const contact = effectiveContact({ owner: account.owner, designation }, rules, now);
  const before = input.announced ?? replaced.userId;
  const cause = change.kind === "reset" ? "reset" : "designated";
  return {
    outcome: "changed",
    designation: designation === null ? null : { userId: designation.userId },
    contact,
    notices: notices(account, before, contact.userId, cause),
  };
}

/** The checks of SPEC 6 in their order; null when all pass. */
function refuse({ actor, change, rules, now }) {
  const access = actor === null ? ["not_a_member"] : accessReasons(actor, rules);
  if (access.length > 0) return refused("actor_not_permitted", access);
  if (change.kind === "reset") return null;
  if (change.person === null) return refused("not_a_member", []);
  const unmet = unmetCriteria(change.person, rules, now);
  return unmet.length > 0 ? refused("not_eligible", unmet) : null;
}

function refused(code, reasons) {
  return { outcome: "refused", code, reasons };
}

/** SPEC 7: two notices, or none when nobody was contact before or the contact stays. */
function notices(account, before, after, cause) {
  if (before === null || before === after) return [];
  const counterpart = mayLearnSuccessor(account, before) ? after : null;
  return [
    { to: after, kind: "assigned", cause, counterpart: before },
    { to: before, kind: "unassigned", cause, counterpart },
  ];
}

/** Before is, in the input, the owner or the designee, and active (SPEC 7). */
function mayLearnSuccessor({ owner, designation }, before) {
  return [owner, designation?.person ?? null].some(
    (person) => person !== null && person.id === before && person.status === "active",
  );
}

/** SPEC 8. An invalid designation is one of which the effective contact is a fallback. */
export function decideReview({ account, announced, remindedFor, rules, now }) {
  const contact = effectiveContact(account, rules, now);
  const before = announced ?? account.designation?.userId ?? null;
  if (contact.source === "fallback") return revert(account, contact.reasons, before, rules, now);
  const designated = contact.source === "designated";
  return {
    outcome: "kept",
    contact,
    notices: notices(account, before, contact.userId, "owner_changed"),
    reminders: designated ? reminders(account.owner, contact, remindedFor, rules, now) : [],
    nextReviewAt: designated ? nextReviewAt(contact.validUntil, rules, now) : null,
  };
}

function revert({ owner, designation }, reasons, before, rules, now) {
  const contact = effectiveContact({ owner, designation: null }, rules, now);
  return {
    outcome: "reverted",
    reasons,
    contact,
    notices: notices({ owner, designation }, before, contact.userId, "reverted"),
    reminders: [],
    nextReviewAt: null,
  };
}

/** The smallest day due, unless it or a smaller one was sent for this very validUntil (SPEC 8). */
function reminders(owner, contact, remindedFor, rules, now) {
  const due = rules.expiryReminderDays.filter((days) => now >= reminderAt(contact.validUntil, days));
  if (due.length === 0) return [];
  const days = Math.min(...due);
  const sent = remindedFor !== null && remindedFor.validUntil === contact.validUntil ? remindedFor.days : [];
  if (sent.some((sentDays) => sentDays <= days)) return [];
  const to = contact.userId === owner.id ? [owner.id] : [contact.userId, owner.id];
  return to.map((userId) => ({ to: userId, validUntil: contact.validUntil, days }));
}

/** The earliest of the end of validity and the reminders not yet due (SPEC 8). */
function nextReviewAt(validUntil, rules, now) {
  const upcoming = rules.expiryReminderDays
    .map((days) => reminderAt(validUntil, days))
    .filter((instant) => now < instant);
  return Math.min(clampInstant(validUntil + 1), ...upcoming);
}

function reminderAt(validUntil, days) {
  return validUntil - days * MS_PER_DAY;
}
