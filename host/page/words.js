// What the codes of policy and server mean, in plain words.

const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});

export function date(instant) {
  return DATE.format(new Date(instant));
}

export function time(instant) {
  return TIME.format(new Date(instant));
}

export function lastLogin(instant) {
  return instant === null ? "Never logged in" : `Last login ${date(instant)}`;
}

/** `a, b or c` */
function listed(words, last) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

const NOT_ACTIVE = {
  invited: ["The invitation is not accepted yet.", "They need to accept it and log in."],
  suspended: ["The user is suspended.", "Lift the suspension."],
  deactivated: ["The user is deactivated.", "Activate the user again."],
};

const REASONS = {
  role_not_allowed: (rules, { role }) => [
    role === undefined ? "The role does not qualify." : `The role “${role}” does not qualify.`,
    `Give them the role ${listed(rules.contactRoles, "or")}${
      rules.accountSettingsEditQualifies ? ", or the permission to edit Account Settings" : ""
    }.`,
  ],
  manager_role_required: (rules) => [
    `They have none of the roles that may change it: ${listed(rules.managerRoles, "or")}.`,
    "Ask somebody who has one.",
  ],
  not_active: (_, { status }) => NOT_ACTIVE[status] ?? ["The user is not active.", "Activate the user."],
  never_logged_in: () => ["They have never logged in.", "They need to log in once."],
  login_too_old: (rules, { lastLoginAt }) => [
    lastLoginAt
      ? `The last login, on ${date(lastLoginAt)}, is more than ${rules.maxLoginAgeDays} days ago.`
      : `The last login is more than ${rules.maxLoginAgeDays} days ago.`,
    "They need to log in again.",
  ],
  login_in_future: () => ["The last login lies in the future.", "The data is wrong: ask the platform’s support."],
  blocked_staff_role: (_, { staffRole }) => [
    staffRole ? `Platform staff with the role “${staffRole}” is excluded.` : "Their platform-staff role excludes them.",
    "Choose somebody else.",
  ],
  not_a_member: () => ["They are not a member of the account.", "Choose somebody else."],
};

/** A reason in words: what is the matter, and what would fix it. `person` is whatever facts there are. */
export function reason(code, rules, person = {}) {
  const [what, fix] = REASONS[code]?.(rules, person) ?? [`This is the matter: ${code}.`, ""];
  return { what, fix };
}

/** What a person is told who may not see the field. */
export function denied(reasons, rules) {
  if (reasons.includes("manager_role_required")) {
    const roles = listed(rules.managerRoles.map((role) => `${role}s`), "and");
    return `Only ${roles} can see the security contact.`;
  }
  if (reasons.includes("not_a_member")) {
    return "You are not a member of this account.";
  }
  return "Your user is not active, so you cannot see the security contact.";
}

const SOURCES = { default: "Default (account owner)", designated: "Chosen", fallback: "Fallback (account owner)" };

export function source(contact) {
  return SOURCES[contact.source] ?? contact.source;
}

/** Why the contact is who it is. */
export function why({ contact, designation }) {
  if (contact.source === "designated") {
    const until = `${contact.name} stays the contact until ${date(contact.validUntil)}, and longer with every login.`;
    return `Chosen on ${date(designation.since)}. ${until}`;
  }
  if (contact.source === "fallback") {
    const chosen = designation.name ?? "Somebody who has left";
    return `${chosen} was chosen and cannot be the contact, so the mail goes to the account owner:`;
  }
  return "Nobody was chosen, so the mail goes to the account owner.";
}

/** What to know about an owner who does not meet the criteria. */
export function ownerWarning(contact) {
  return `${contact.name} gets the mail as the account owner, and does not qualify. Choose somebody who does.`;
}

/** One line of the history. `names` has the names of the people who are still members. */
export function happened(entry, names) {
  const name = (id) => names[id] ?? id;
  const after = name(entry.after);
  const instead = entry.before === null || entry.before === entry.after ? "" : ` instead of ${name(entry.before)}`;
  switch (entry.action) {
    case "designated":
      return `${name(entry.actor)} chose ${after}${instead}.`;
    case "reset":
      return `${name(entry.actor)} went back to the default: ${after}${instead}.`;
    case "reverted":
      return `A review found that ${name(entry.before)} can no longer be it. Now it is the account owner: ${after}.`;
    case "owner_changed":
      return `The account has another owner, who is the contact by default: ${after}${instead}.`;
    case "designation_refused":
      return `${name(entry.actor)} tried to choose ${name(entry.detail.refused.asked)}. ${refusal(entry)}`;
    case "reset_refused":
      return `${name(entry.actor)} tried to go back to the default. ${refusal(entry)}`;
    case "event_sent":
      return `${name(entry.detail.event.to)} was sent a security event: ${event(entry.detail.event.event)}.`;
    case "address_unreachable":
      return `The mail address of ${name(entry.detail.address.person)} was refused for good: no mail reaches it.`;
    default:
      return `This happened: ${entry.action}.`;
  }
}

const REFUSALS = {
  actor_not_permitted: "That was refused, since they may not change the contact:",
  not_a_member: "That was refused, since that person is not a member of the account.",
  not_eligible: "That was refused, since that person cannot be the contact:",
};

/** Why an attempt came to nothing; the reasons follow. */
function refusal({ detail: { refused } }) {
  return REFUSALS[refused.code] ?? `That was refused: ${refused.code}.`;
}

const EVENTS = {
  breach_alert: "breach alert",
  suspicious_activity: "suspicious activity",
  abnormal_login: "unusual login",
  action_required: "something to do",
  compliance_request: "compliance request",
};

function event({ kind, severity }) {
  return `${EVENTS[kind] ?? kind} (${severity})`;
}

/** Who was picked. */
export function picked(pick) {
  return pick.userId === null ? "Account owner (default)" : pick.name;
}

export function saved(before, after) {
  const now = `Saved. ${after.name} is the security contact.`;
  return before.userId === after.userId ? now : `${now} ${before.name} and ${after.name} are told by mail.`;
}

/** Somebody else was faster. `pick` is what remains to be saved, if anything does. */
export function conflict(current, pick) {
  const now = `Somebody else changed the security contact meanwhile. It is ${current.contact.name} now.`;
  if (pick === null) {
    return now;
  }
  return `${now} Your choice is kept but not saved: ${picked(pick)}. Save again if you still want it.`;
}

export const MISMATCH =
  "This page judges by other rules than the server, so that nothing can be saved. Reload the page.";

/** Why a change did not happen. */
export function notSaved(problem, rules, person) {
  switch (problem.code) {
    case "not_eligible":
      return `Not saved. ${problem.reasons.map((code) => reason(code, rules, person).what).join(" ")}`;
    case "not_a_member":
      return "Not saved. The person has left the account meanwhile.";
    case "busy":
    case "timeout":
      return "The server was too busy. Try again.";
    default:
      return `Not saved: ${problem.message}.`;
  }
}

export function failed(error) {
  return `The page could not be loaded: ${error.message}. Reload it to try again.`;
}

export const NO_ANSWER = "The server did not answer. Reload the page to see what is stored.";

/** How many people a search found, as far as they are shown. */
export function found(count, more, query) {
  if (count === 0) {
    return query === "" ? "There is nobody." : `Nobody’s name or address has “${query}”.`;
  }
  const people = count === 1 ? "1 person" : `${more ? "The first " : ""}${count} people`;
  return query === "" ? people : `${people} with “${query}”`;
}
