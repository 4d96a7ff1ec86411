// The reference: the answer to a request of SPEC 11, written from the specification alone.
//
// Reading order: oracle/input.mjs (what fits), oracle/policy.mjs (SPEC 3 to 5), oracle/lifecycle.mjs (SPEC 6 to 8).

import { Fault, noOwner } from "./oracle/fault.mjs";
import { readRequest } from "./oracle/input.mjs";
import { formatInstant } from "./oracle/instant.mjs";
import { decideChange, decideReview } from "./oracle/lifecycle.mjs";
import { accessReasons, effectiveContact, judge } from "./oracle/policy.mjs";

const ANSWERS = {
  eligibility: ({ person, rules, now }) => showVerdict(judge(person, rules, now)),
  access: ({ person, rules }) => showAccess(accessReasons(person, rules)),
  resolve: ({ account, rules, now }) => showContact(effectiveContact(account, rules, now)),
  change: (input) => showOutcome(decideChange(input)),
  review: (input) => showOutcome(decideReview(input)),
  route: ({ account, rules, now }) => route(account, rules, now),
};

/** The answer to one request, given as parsed JSON: first the whole input, then `no_owner`, then the op (SPEC 5, 11). */
export function decide(request) {
  try {
    const input = readRequest(request);
    if (input.account?.owner === null) throw noOwner();
    return ANSWERS[input.op](input);
  } catch (fault) {
    if (fault instanceof Fault) return fault.answer();
    throw fault;
  }
}

/** SPEC 9: the contact, and the owner too when the rules say so and they differ. */
function route(account, rules, now) {
  const contact = effectiveContact(account, rules, now);
  const copy = rules.copyOwnerOnEvents && account.owner.id !== contact.userId ? [account.owner.id] : [];
  return { recipients: [contact.userId, ...copy], contact: showContact(contact) };
}

function showVerdict({ eligible, unmet, validUntil }) {
  return { eligible, unmet, validUntil: showInstant(validUntil) };
}

function showAccess(reasons) {
  const permitted = reasons.length === 0;
  return { canView: permitted, canEdit: permitted, reasons };
}

function showContact(contact) {
  return { ...contact, validUntil: showInstant(contact.validUntil) };
}

/** Members keep the order in which SPEC 11 lists them. */
function showOutcome(outcome) {
  const shown = { ...outcome };
  if (outcome.contact !== undefined) shown.contact = showContact(outcome.contact);
  if (outcome.reminders === undefined) return shown;
  shown.reminders = outcome.reminders.map((reminder) => ({
    ...reminder,
    validUntil: showInstant(reminder.validUntil),
  }));
  shown.nextReviewAt = showInstant(outcome.nextReviewAt);
  return shown;
}

function showInstant(instant) {
  return instant === null ? null : formatInstant(instant);
}
