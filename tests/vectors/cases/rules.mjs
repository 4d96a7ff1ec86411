// SPEC 3: rules as data, their defaults and their place in every op.

import {
  DAY,
  DEFAULT_RULES,
  NOW,
  RESET,
  account,
  candidate,
  designate,
  designationOf,
  later,
  owner,
  person,
  third,
  untilOf,
} from "../support/people.mjs";
import { errorAt, product, vector } from "../support/vectors.mjs";

export function ruleVectors() {
  return [...defaults(), ...single(), ...everywhere(), ...precedence()];
}

function request(facts, rules) {
  return { op: "eligibility", person: person(facts), now: NOW, rules };
}

const MEMBER = { role: "member", accountSettings: "none" };
const EDITOR = { role: "member", accountSettings: "edit" };

function pass(lastLoginAt = person().lastLoginAt, days = 365) {
  return { eligible: true, unmet: [], validUntil: untilOf(lastLoginAt, days) };
}

function fail(...unmet) {
  return { eligible: false, unmet, validUntil: null };
}

/** Each person gets one answer without rules, with none given, with one given as it is, and with all given. */
function defaults() {
  const people = [
    ["editor", EDITOR, pass()],
    ["member", MEMBER, fail("role_not_allowed")],
    ["too-old", { lastLoginAt: later(NOW, -365 * DAY - 1) }, fail("login_too_old")],
    ["ahead", { lastLoginAt: later(NOW, 300_001) }, fail("login_in_future")],
  ];
  const given = [
    ["absent", undefined],
    ["empty", {}],
    ["all", DEFAULT_RULES],
    ...Object.entries(DEFAULT_RULES).map(([name, value]) => [name, { [name]: value }]),
  ];
  return product(people, given).map(([[who, facts, claim], [name, rules]]) =>
    vector(`rules/default/${who}/${name}`, "a missing rule takes its default (SPEC 3)", request(facts, rules), claim),
  );
}

function single() {
  const rows = [
    ["edit-does-not-qualify", EDITOR, { accountSettingsEditQualifies: false }, fail("role_not_allowed")],
    ["edit-off-admin", { accountSettings: "edit" }, { accountSettingsEditQualifies: false }, pass()],
    ["edit-on-no-roles", EDITOR, { contactRoles: [], accountSettingsEditQualifies: true }, pass()],
    [
      "edit-off-no-roles",
      { role: "owner", accountSettings: "edit" },
      { contactRoles: [], accountSettingsEditQualifies: false },
      fail("role_not_allowed"),
    ],
    [
      "view-does-not-qualify",
      { role: "member", accountSettings: "view" },
      { accountSettingsEditQualifies: true },
      fail("role_not_allowed"),
    ],
    ["roles-replace-the-default", {}, { contactRoles: ["member"] }, fail("role_not_allowed")],
    ["roles-member", MEMBER, { contactRoles: ["member"] }, pass()],
    ["manager-roles-do-not-qualify", MEMBER, { managerRoles: ["member"] }, fail("role_not_allowed")],
    ["copy-does-not-matter", {}, { copyOwnerOnEvents: true }, pass()],
    ["reminders-do-not-matter", {}, { expiryReminderDays: [364, 363, 2, 1] }, pass()],
    ["role-named-twice", {}, { contactRoles: ["admin", "admin"] }, pass()],
    ["control-character-in-a-name", { ...MEMBER, role: "a\tb" }, { contactRoles: ["a\tb"] }, pass()],
    ["blocked-twice", { staffRole: "s" }, { blockedStaffRoles: ["s", "s"] }, fail("blocked_staff_role")],
  ];
  return rows.map(([name, facts, rules, claim]) =>
    vector(`rules/single/${name}`, "each rule does what it names and no more (SPEC 3)", request(facts, rules), claim),
  );
}

const OPS = {
  eligibility: { person: person(), now: NOW },
  access: { person: person() },
  resolve: { account: account(), now: NOW },
  change: { account: account(designationOf(person())), announced: null, actor: third(), change: RESET, now: NOW },
  review: { account: account(), announced: null, remindedFor: null, now: NOW },
  route: { account: account(), event: { kind: "breach_alert", severity: "low" }, now: NOW },
};

/** Rules are optional in every op and checked whole in every op, used or not. */
function everywhere() {
  const faults = [
    ["unknown", { colour: "red" }, "rules.colour"],
    ["age", { maxLoginAgeDays: 0 }, "rules.maxLoginAgeDays"],
    ["reminders", { expiryReminderDays: [1, 2] }, "rules.expiryReminderDays"],
    ["copy", { copyOwnerOnEvents: null }, "rules.copyOwnerOnEvents"],
    ["null", null, "rules"],
  ];
  const bad = product(Object.entries(OPS), faults).map(([[op, members], [name, rules, path]]) =>
    vector(
      `rules/op/${op}/${name}`,
      "rules outside the limits are refused as a whole, in every op (SPEC 3, 11)",
      { op, ...members, rules },
      errorAt(path, "invalid_rules"),
    ),
  );
  const good = product(Object.entries(OPS), [
    ["absent", {}],
    ["empty", { rules: {} }],
    ["defaults", { rules: DEFAULT_RULES }],
  ]).map(([[op, members], [name, given]]) =>
    vector(
      `rules/op/${op}/${name}`,
      "rules are optional everywhere (SPEC 11)",
      { op, ...members, ...given },
      { error: undefined },
    ),
  );
  return [...bad, ...good];
}

/** Bad rules come before the answer, whatever the answer would be. */
function precedence() {
  const bad = { maxClockSkewSeconds: -1 };
  const path = "rules.maxClockSkewSeconds";
  const rows = [
    ["no-owner", { op: "resolve", account: account(null, null), now: NOW }],
    ["actor-refused", { op: "change", ...OPS.change, actor: null }],
    ["not-eligible", { op: "change", ...OPS.change, change: designate(candidate({ status: "invited" })) }],
    ["reverted", { op: "review", ...OPS.review, account: account(designationOf(person({ lastLoginAt: null }))) }],
    ["owner-unmet", { op: "resolve", ...OPS.resolve, account: account(null, owner({ status: "suspended" })) }],
  ];
  return rows.map(([name, given]) =>
    vector(
      `rules/precedence/${name}`,
      "the rules are checked before any answer (SPEC 3, 11)",
      { ...given, rules: bad },
      errorAt(path, "invalid_rules"),
    ),
  );
}
