// All words of the field in English.

import type { Person, Reason, Rules } from "security-contact-policy";

import type { Formats } from "./formats";

/** Whatever facts there are of a person. */
export type Facts = Partial<Person>;

/** What is the matter, and what would fix it. */
export interface ReasonWords {
  what: string;
  fix: string;
}

/** What happened, with the names that are known. */
export interface Happening {
  actor: string | null;
  before: string | null;
  after: string | null;
  /** Whom an attempt, an event or an address was about. */
  about: string | null;
  kind: string | null;
  severity: string | null;
}

const SETTINGS = { none: "no permission on account settings", view: "views account settings", edit: "edits account settings" };
const STATUS = { active: "active", invited: "invited", suspended: "suspended", deactivated: "deactivated" };
const EVENTS: Record<string, string> = {
  breach_alert: "breach alert",
  suspicious_activity: "suspicious activity",
  abnormal_login: "abnormal login",
  action_required: "action required",
  compliance_request: "compliance request",
};
const SEVERITIES: Record<string, string> = { low: "low", medium: "medium", high: "high", critical: "critical" };
const NOT_ACTIVE: Record<string, [string, string]> = {
  invited: ["The invitation is not accepted yet.", "They need to accept it and log in."],
  suspended: ["The user is suspended.", "Lift the suspension."],
  deactivated: ["The user is deactivated.", "Activate the user again."],
};

export function en(f: Formats) {
  const inPlace = (before: string | null, after: string | null) =>
    before === null || before === after ? "" : ` in place of ${before}`;

  const reasons: Record<Reason, (rules: Rules, facts: Facts) => [string, string]> = {
    role_not_allowed: (rules, { role }) => [
      role === undefined ? "The role does not qualify." : `The role “${role}” does not qualify.`,
      `Give them the role ${f.either(rules.contactRoles)}${
        rules.accountSettingsEditQualifies ? ", or the permission to edit account settings." : "."
      }`,
    ],
    not_active: (_, { status }) =>
      (status && NOT_ACTIVE[status]) ?? ["The user is not active.", "Activate the user."],
    never_logged_in: () => ["They have never logged in.", "They need to log in once."],
    login_too_old: (rules, { lastLoginAt }) => [
      lastLoginAt
        ? `The last login, on ${f.date(lastLoginAt)}, is more than ${f.count(rules.maxLoginAgeDays)} days ago.`
        : `The last login is more than ${f.count(rules.maxLoginAgeDays)} days ago.`,
      "They need to log in again.",
    ],
    login_in_future: () => ["The last login lies in the future.", "The data is wrong: tell the platform’s support."],
    blocked_staff_role: (_, { staffRole }) => [
      staffRole ? `Platform staff with the role “${staffRole}” is excluded.` : "Their platform-staff role excludes them.",
      "Choose somebody else.",
    ],
    not_a_member: () => ["They are not a member of the account.", "Choose somebody else."],
    manager_role_required: (rules) => [
      "The role does not allow it.",
      `Ask somebody with the role ${f.either(rules.managerRoles)}.`,
    ],
  };

  return {
    title: "Security contact",
    intro: "The one person who receives security mail for this account: breach alerts, suspicious activity, unusual logins, actions to take and compliance requests.",
    loading: "Loading the security contact…",
    tryAgain: "Try again",
    reloadPage: "Reload the page",

    // The contact.
    role: "Role",
    lastLogin: "Last login",
    since: "Contact since",
    validUntil: "Confirmed until",
    never: "Never",
    noEmail: "No mail address",
    byDefault: "Default (account owner)",
    chosenBy: (name: string | null) => (name === null ? "Chosen" : `Chosen by ${name}`),
    reverted: "Reverted to the owner",
    revertedBecause: (name: string) => `Reverted to the owner, because ${name} can no longer be the contact:`,
    revertedOn: (name: string, at: string) =>
      `Reverted to the owner on ${f.date(at)}, because ${name} could no longer be the contact:`,
    followsOwner: "Nobody was chosen, so the account owner is the contact. If ownership moves, so does the contact.",
    staysUntil: (name: string, at: string) =>
      `${name} stays the contact until ${f.date(at)}, and longer with every login.`,
    someone: "somebody who has left",
    ownerWarning: (name: string) => `${name} does not meet the criteria`,
    ownerWarningWhy: "As the account owner they receive the mail all the same. Choose somebody who meets the criteria, or:",
    lapsing: (name: string, at: string, now: number) => `${name} lapses ${f.days(at, now)}`,
    lapsingWhy: (_name: string, at: string) =>
      `The confirmation by their last login ends on ${f.date(at)}; then the account owner becomes the contact again.`,
    lapsingFix: (name: string) => `Ask ${name} to log in before that day, or choose somebody else.`,
    noAddressWarning: (name: string) => `No mail reaches ${name}`,
    noAddressWhy: "There is no mail address on file. Add one, or choose somebody else.",
    refusedAddressWhy: (at: string) =>
      `The mail server refuses the address for good, since ${f.date(at)}. Correct it, or choose somebody else.`,

    // Choosing.
    change: "Change the contact",
    who: "Who should receive security mail?",
    defaultChoice: "Default (account owner)",
    defaultHint: (owner: string | null) =>
      owner === null ? "Follows the ownership of the account." : `${owner} today. Follows the ownership of the account.`,
    personChoice: "A person of this account",
    personHint: "Stays with that person, as long as they meet the criteria.",
    search: "Search by name or mail address",
    clear: "Clear the search",
    people: "People",
    eligible: "Can be chosen",
    ineligible: "Cannot be chosen",
    isContact: "Contact now",
    editsSettings: "edits account settings",
    refusedAddress: (at: string) => `The mail server refuses this address since ${f.date(at)}.`,
    lastLoginOn: (at: string | null) => (at === null ? "Never logged in" : `Last login ${f.date(at)}`),
    searching: "Searching…",
    moreLoading: "Loading more people…",
    nobodyFound: (query: string) =>
      query === "" ? "There is nobody in this account." : `Nobody’s name or address has “${query}”.`,
    found: (people: number, more: boolean, choosable: number) =>
      `${people === 1 ? "1 person" : `${f.count(people)}${more ? " or more" : ""} people`}, ${f.count(choosable)} can be chosen`,
    cannotChoose: (name: string, why: string) => `${name} cannot be chosen. ${why}`,
    chosen: (name: string) => `${name} is picked and not saved yet.`,
    picked: "Picked",
    save: "Save…",
    discard: "Discard",

    // The dialog.
    confirmTitle: "Change the security contact?",
    from: "Now",
    to: "New",
    mailTitle: "Who gets mail",
    mailTo: (name: string, email: string | null, gains: boolean) =>
      email === null
        ? `${name} has no mail address and is not told.`
        : `${name} (${email}) learns that they ${gains ? "are the contact now" : "are no longer the contact"}.`,
    mailToOwner: "The account owner learns that they are the contact now.",
    mailNobody: (name: string) => `Nobody: ${name} is the contact already.`,
    owner: "The account owner",
    confirm: "Save the change",
    saving: "Saving…",
    cancel: "Cancel",
    again: "Save all the same",
    saved: (name: string) => `Saved. ${name} is the security contact now.`,
    savedTold: (names: readonly string[]) => (names.length === 0 ? "" : ` Mail is on its way to ${f.all(names)}.`),

    // When others act too, and when something fails.
    meanwhile: "The contact has changed meanwhile",
    meanwhileNow: (name: string) => `${name} is the contact now.`,
    kept: (name: string) => `Your pick, ${name}, is kept and not saved.`,
    rulesChanged: "The rules have changed, and were loaded again.",
    notSaved: "Not saved",
    offline: "You are offline",
    offlineWhy: "Nothing is lost. Try again when the connection is back.",
    unreachable: "The server did not answer",
    unreachableWhy: "Nothing is lost. Try again in a moment; the same change is never made twice.",
    busy: "The server is busy",
    busyWhy: "Nothing is lost. Try again in a moment.",
    broken: "The server failed",
    brokenWhy: "Nothing is lost. Try again; if it fails again, tell the platform’s support.",
    signedOut: "You are not logged in any more",
    signedOutWhy: "Log in again in another window, and come back to this one.",
    staleTitle: "This page is out of date",
    staleWhy: "The server decides by newer rules than this page can load. Reload the page to go on; nothing was saved.",
    noOwner: "This account has no owner",
    noOwnerWhy: "Every account needs one before it can have a security contact. Tell the platform’s support.",
    refused: (name: string) => `${name} cannot be the contact`,
    notPermitted: "You may not change the security contact any more",
    denied: (reasons: readonly Reason[], rules: Rules | null) => {
      if (reasons.includes("manager_role_required")) {
        const roles = rules?.managerRoles ?? [];
        return roles.length === 0
          ? "Your role does not show the security contact."
          : `Only people with the role ${f.either(roles)} see the security contact.`;
      }
      if (reasons.includes("not_a_member")) return "You are not a member of this account.";
      return "Your user is not active, so you do not see the security contact.";
    },
    searchFailed: "The search failed. What you typed is still there.",

    // The history.
    history: "History",
    historyEmpty: "Nothing has happened yet.",
    historyNone: "Nothing of this kind has happened.",
    historyFailed: "The history could not be loaded.",
    older: "Show older entries",
    filter: "Show",
    filters: {
      all: "Everything",
      changes: "Changes",
      reverts: "Reverts",
      refusals: "Refusals",
      mail: "Mail",
    },
    happened: {
      designated: ({ actor, before, after }: Happening) => `${actor} chose ${after}${inPlace(before, after)}.`,
      reset: ({ actor, before, after }: Happening) =>
        `${actor} went back to the default: the account owner, ${after}${inPlace(before, after)}.`,
      reverted: ({ before, after }: Happening) =>
        `A review found that ${before} can no longer be the contact. The account owner, ${after}, is it again.`,
      owner_changed: ({ before, after }: Happening) =>
        `Ownership moved, and the contact with it: ${after}${inPlace(before, after)}.`,
      designation_refused: ({ actor, about }: Happening) => `${actor} tried to choose ${about}, and was refused.`,
      reset_refused: ({ actor }: Happening) => `${actor} tried to go back to the default, and was refused.`,
      event_sent: ({ about, kind, severity }: Happening) =>
        `Security mail went to ${about}: ${EVENTS[kind ?? ""] ?? kind}, severity ${SEVERITIES[severity ?? ""] ?? severity}.`,
      address_unreachable: ({ about }: Happening) => `The mail server of ${about} refuses their address for good.`,
    },
    somethingElse: (action: string) => `Something that this page does not know: ${action}.`,

    // How this was decided.
    decided: "How this was decided",
    decidedIntro:
      "Server and browser run the same policy module under the same rules. The server decides every change itself; what you see while searching is decided here, at once.",
    decidedFacts: (name: string) => `Facts about ${name}`,
    criteria: "Criteria",
    met: "met",
    unmet: "not met",
    bothAgree: "Server and this browser give the same answer.",
    disagree: "Server and this browser give different answers.",
    criterion: (rules: Rules): [Reason, string][] => [
      [
        "role_not_allowed",
        `The role is ${f.either(rules.contactRoles)}${
          rules.accountSettingsEditQualifies ? ", or the person may edit account settings" : ""
        }`,
      ],
      ["not_active", "The user is active"],
      ["never_logged_in", "The user has logged in"],
      ["login_too_old", `The last login is at most ${f.count(rules.maxLoginAgeDays)} days ago`],
      ["login_in_future", "The last login does not lie in the future"],
      [
        "blocked_staff_role",
        rules.blockedStaffRoles.length === 0
          ? "The user is not of an excluded staff role (none is excluded)"
          : `The user is not platform staff with the role ${f.either(rules.blockedStaffRoles)}`,
      ],
    ],
    status: "Status",
    settings: "Account settings",
    staff: "Staff role",
    none: "None",
    statusWord: (status: string) => STATUS[status as keyof typeof STATUS] ?? status,
    settingsWord: (settings: string) => SETTINGS[settings as keyof typeof SETTINGS] ?? settings,
    policyVersion: "Policy version",
    moduleDigest: "Module (SHA-256)",
    fingerprint: "Fingerprint of version and rules",
    server: "Server",
    browser: "This browser",
    same: "equal",
    different: "different",
    httpsOnly: "browsers tell it on HTTPS only",

    reason: (code: Reason, rules: Rules, facts: Facts = {}): ReasonWords => {
      const [what, fix] = reasons[code]?.(rules, facts) ?? [`Unknown criterion: ${code}.`, ""];
      return { what, fix };
    },
  };
}

export type Messages = ReturnType<typeof en>;
