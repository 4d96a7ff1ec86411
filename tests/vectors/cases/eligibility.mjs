// SPEC 3: who can be the contact.

import { BLOCKED, DAY, LAST_INSTANT, NOW, UNMET_SETS, later, person, untilOf } from "../support/people.mjs";
import { product, vector } from "../support/vectors.mjs";

export function eligibilityVectors() {
  return [
    ...grid(),
    ...unmetSets(),
    ...loginAge(),
    ...clockSkew(),
    ...leapYears(),
    ...clamping(),
    ...extremes(),
    ...otherRoles(),
    ...roles(),
    ...staff(),
    ...ids(),
    ...ignored(),
  ];
}

function request(facts, rules, now = NOW) {
  const base = { op: "eligibility", person: person(facts), now };
  return rules === undefined ? base : { ...base, rules };
}

function passes(lastLoginAt = person().lastLoginAt, days = 365) {
  return { eligible: true, unmet: [], validUntil: untilOf(lastLoginAt, days) };
}

function fails(...unmet) {
  return { eligible: false, unmet, validUntil: null };
}

const LOGINS = [
  ["never", null, "never_logged_in"],
  ["limit+1ms", later(NOW, -365 * DAY - 1), "login_too_old"],
  ["limit", later(NOW, -365 * DAY)],
  ["recent", "2026-09-01T12:00:00.000Z"],
  ["skew", later(NOW, 300_000)],
  ["skew+1ms", later(NOW, 300_001), "login_in_future"],
];

/** Every role, setting, status, staff role and login together. */
function grid() {
  const settings = ["none", "view", "edit"];
  const statuses = ["active", "invited", "suspended", "deactivated"];
  return product(["owner", "admin", "member"], settings, statuses, [null, "contractor"], LOGINS).map(
    ([role, accountSettings, status, staffRole, [login, lastLoginAt, loginCode]]) => {
      const unmet = [
        ...(role === "member" && accountSettings !== "edit" ? ["role_not_allowed"] : []),
        ...(status === "active" ? [] : ["not_active"]),
        ...(loginCode === undefined ? [] : [loginCode]),
        ...(staffRole === "contractor" ? ["blocked_staff_role"] : []),
      ];
      const id = `eligibility/grid/${role}/${accountSettings}/${status}/${staffRole ?? "customer"}/${login}`;
      const why = unmet.length === 0 ? "every criterion holds (SPEC 3)" : `unmet: ${unmet.join(", ")} (SPEC 3)`;
      const claim = unmet.length === 0 ? passes(lastLoginAt) : fails(...unmet);
      return vector(id, why, request({ role, accountSettings, status, lastLoginAt, staffRole }, BLOCKED), claim);
    },
  );
}

function unmetSets() {
  return UNMET_SETS.map(({ name, codes, facts }) =>
    vector(
      `eligibility/unmet/${name}`,
      codes.length > 1
        ? "every unmet criterion is reported, in order (SPEC 3)"
        : "the criteria are independent (SPEC 3)",
      request(facts, BLOCKED),
      codes.length === 0 ? { eligible: true } : fails(...codes),
    ),
  );
}

function loginAge() {
  const edges = [
    [-1, "exact-limit-minus-1ms", "1 ms younger than the limit passes"],
    [0, "exact-limit", "exactly the limit still passes"],
    [1, "exact-limit-plus-1ms", "1 ms older than the limit fails"],
  ];
  return product([1, 2, 30, 365, 366, 3650], edges).map(([days, [beyond, name, text]]) => {
    const lastLoginAt = later(NOW, -days * DAY - beyond);
    const rules = { maxLoginAgeDays: days, expiryReminderDays: [] };
    const claim = beyond > 0 ? fails("login_too_old") : passes(lastLoginAt, days);
    return vector(
      `eligibility/login-age/${days}-days/${name}`,
      `${text} (SPEC 3)`,
      request({ lastLoginAt }, rules),
      claim,
    );
  });
}

function clockSkew() {
  return product([0, 1, 300, 86_400], [-1, 0, 1]).map(([seconds, beyond]) => {
    const lastLoginAt = later(NOW, seconds * 1000 + beyond);
    const name = beyond === 0 ? "exact" : `${beyond > 0 ? "plus" : "minus"}-1ms`;
    const text = beyond > 0 ? "more ahead than the skew is bad data" : "ahead by no more than the skew passes";
    const claim = beyond > 0 ? fails("login_in_future") : passes(lastLoginAt);
    const rules = { maxClockSkewSeconds: seconds };
    return vector(
      `eligibility/clock-skew/${seconds}-seconds/${name}`,
      `${text} (SPEC 3)`,
      request({ lastLoginAt }, rules),
      claim,
    );
  });
}

/** Ages are days of 86,400 s: a leap day in between moves the date, not the length. */
function leapYears() {
  const logins = [
    ["2000-02-28T00:00:00Z", "2001-02-27T00:00:00.000Z"],
    ["2000-02-29T12:34:56.789Z", "2001-02-28T12:34:56.789Z"],
    ["1900-02-28T00:00:00Z", "1901-02-28T00:00:00.000Z"],
    ["1899-03-01T00:00:00Z", "1900-03-01T00:00:00.000Z"],
    ["1999-03-01T00:00:00Z", "2000-02-29T00:00:00.000Z"],
    ["2023-03-01T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2024-02-29T23:59:59.999Z", "2025-02-28T23:59:59.999Z"],
    ["2024-01-01T00:00:00Z", "2024-12-31T00:00:00.000Z"],
    ["2025-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"],
    ["2099-03-01T00:00:00Z", "2100-03-01T00:00:00.000Z"],
    ["2100-02-28T00:00:00Z", "2101-02-28T00:00:00.000Z"],
    ["2399-03-01T00:00:00Z", "2400-02-29T00:00:00.000Z"],
  ];
  const edges = [
    [-1, "minus-1ms"],
    [0, "exact"],
    [1, "plus-1ms"],
  ];
  return product(logins, edges).map(([[lastLoginAt, validUntil], [beyond, name]]) =>
    vector(
      `eligibility/leap-year/${lastLoginAt.slice(0, 10)}/${name}`,
      "the age counts days of 86,400 s across leap days (SPEC 3)",
      request({ lastLoginAt }, undefined, later(validUntil, beyond)),
      beyond > 0 ? fails("login_too_old") : { eligible: true, unmet: [], validUntil },
    ),
  );
}

function clamping() {
  const edges = [
    [-DAY, later(LAST_INSTANT, -DAY), "a-day-before"],
    [-1, later(LAST_INSTANT, -1), "minus-1ms"],
    [0, LAST_INSTANT, "exact"],
    [1, LAST_INSTANT, "plus-1ms"],
    [DAY, LAST_INSTANT, "a-day-past"],
  ];
  return product([2, 365, 3650], edges).map(([days, [past, validUntil, name]]) => {
    const lastLoginAt = later(LAST_INSTANT, past - days * DAY);
    const rules = { maxLoginAgeDays: days, expiryReminderDays: [] };
    const text = past > 0 ? "past the last instant it is clamped" : "up to the last instant it is exact";
    const claim = { eligible: true, unmet: [], validUntil };
    const given = request({ lastLoginAt }, rules, later(lastLoginAt, DAY));
    return vector(`eligibility/clamp/${days}-days/${name}`, `validUntil: ${text} (SPEC 8)`, given, claim);
  });
}

function extremes() {
  const first = "0001-01-01T00:00:00.000Z";
  const rows = [
    ["both-first", first, first, passes(first)],
    ["both-last", LAST_INSTANT, LAST_INSTANT, { eligible: true, unmet: [], validUntil: LAST_INSTANT }],
    ["first-to-last", first, LAST_INSTANT, fails("login_too_old")],
    ["last-to-first", LAST_INSTANT, first, fails("login_in_future")],
    ["before-1970", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", passes("1969-12-31T23:59:59.999Z")],
    ["1970", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", passes("1970-01-01T00:00:00Z")],
    ["across-1970", "1969-06-01T00:00:00Z", "1970-06-01T00:00:00Z", passes("1969-06-01T00:00:00Z")],
    ["across-1970-too-old", "1969-06-01T00:00:00Z", "1970-06-01T00:00:00.001Z", fails("login_too_old")],
    ["never-before-1970", null, "1960-01-01T00:00:00Z", fails("never_logged_in")],
    ["never-at-1970", null, "1970-01-01T00:00:00Z", fails("never_logged_in")],
    ["never-at-first", null, first, fails("never_logged_in")],
    ["never-at-last", null, LAST_INSTANT, fails("never_logged_in")],
    ["first-limit", first, "0002-01-01T00:00:00Z", passes(first)],
    ["first-limit-plus-1ms", first, "0002-01-01T00:00:00.001Z", fails("login_too_old")],
    ["skew-at-last", LAST_INSTANT, "9999-12-31T23:54:59.999Z", { eligible: true, unmet: [], validUntil: LAST_INSTANT }],
    ["skew-at-last-minus-1ms", LAST_INSTANT, "9999-12-31T23:54:59.998Z", fails("login_in_future")],
  ];
  return rows.map(([name, lastLoginAt, now, claim]) =>
    vector(
      `eligibility/extreme/${name}`,
      "any two instants in range compare exactly (SPEC 1, 3)",
      request({ lastLoginAt }, undefined, now),
      claim,
    ),
  );
}

const OTHER_ROLES = [
  "Owner",
  "ADMIN",
  " admin",
  "admin ",
  "adm",
  "billing",
  "constructor",
  "__proto__",
  "toString",
  "администратор",
  "a\u0000b",
  "null",
];

const PLAIN = { accountSettings: "none" };

function otherRoles() {
  const foreign = OTHER_ROLES.map((role, i) =>
    vector(
      `eligibility/role/other-${i}`,
      "roles are compared exactly (SPEC 3)",
      request({ ...PLAIN, role }),
      fails("role_not_allowed"),
    ),
  );
  const edit = OTHER_ROLES.slice(0, 4).map((role, i) =>
    vector(
      `eligibility/role/other-${i}-edit`,
      "Account Settings edit qualifies any role (SPEC 3)",
      request({ role, accountSettings: "edit" }),
      passes(),
    ),
  );
  return [...foreign, ...edit];
}

function roles() {
  const long = "é".repeat(32);
  return [
    vector(
      "eligibility/role/64-bytes",
      "a role of 64 bytes fits (SPEC 2)",
      request({ ...PLAIN, role: long }, { contactRoles: [long] }),
      passes(),
    ),
    vector(
      "eligibility/role/one-byte",
      "a role of one byte fits (SPEC 2)",
      request({ ...PLAIN, role: "a" }, { contactRoles: ["a"] }),
      passes(),
    ),
    vector(
      "eligibility/role/not-normalized",
      "composed and decomposed letters are two roles (SPEC 3)",
      request({ ...PLAIN, role: "\u00e9" }, { contactRoles: ["e\u0301"] }),
      fails("role_not_allowed"),
    ),
    vector(
      "eligibility/role/owner-not-listed",
      "an owner's role has to be listed too (SPEC 3)",
      request({ ...PLAIN, role: "owner" }, { contactRoles: ["admin"] }),
      fails("role_not_allowed"),
    ),
  ];
}

const STAFF = [
  [
    "owner-blocked",
    { role: "owner", staffRole: "contractor" },
    BLOCKED,
    fails("blocked_staff_role"),
    "a blocked staff role holds against owners too",
  ],
  ["default-blocks-none", { staffRole: "contractor" }, undefined, passes(), "no staff role is blocked by default"],
  ["case-matters", { staffRole: "Contractor" }, BLOCKED, passes(), "staff roles are compared exactly"],
  [
    "second-of-list",
    { staffRole: "b" },
    { blockedStaffRoles: ["a", "b"] },
    fails("blocked_staff_role"),
    "any name of the list blocks",
  ],
  ["word-null", { staffRole: null }, { blockedStaffRoles: ["null"] }, passes(), "null is no name"],
  [
    "named-null",
    { staffRole: "null" },
    { blockedStaffRoles: ["null"] },
    fails("blocked_staff_role"),
    "a staff role may be called null",
  ],
  [
    "same-as-role",
    { role: "admin", staffRole: null },
    { blockedStaffRoles: ["admin"] },
    passes(),
    "the role is not the staff role",
  ],
  [
    "64-bytes",
    { staffRole: "s".repeat(64) },
    { blockedStaffRoles: ["s".repeat(64)] },
    fails("blocked_staff_role"),
    "a staff role of 64 bytes fits",
  ],
  [
    "not-a-contact-role",
    { role: "member", staffRole: "admin" },
    undefined,
    fails("role_not_allowed"),
    "a staff role does not qualify",
  ],
];

function staff() {
  return STAFF.map(([name, facts, rules, claim, text]) =>
    vector(`eligibility/staff/${name}`, `${text} (SPEC 3)`, request(facts, rules), claim),
  );
}

/** Ids that fit; those that do not are among the broken vectors. */
function ids() {
  const fitting = [
    "x",
    " ",
    "a".repeat(128),
    "é".repeat(64),
    "€".repeat(42) + "aa",
    "😀".repeat(32),
    "\u00a0",
    "\u2028",
    "\u200b",
    "\ufeff",
    "~",
    "\u00ad",
    '"\\/',
  ];
  return fitting.map((id, i) =>
    vector(`eligibility/id/fits-${i}`, "1 to 128 bytes without control characters is an id (SPEC 2)", request({ id }), {
      eligible: true,
    }),
  );
}

function ignored() {
  const members = {
    name: "Ada",
    email: "ada@example.com",
    tier: "free",
    billing: { tier: "free" },
    lastLogin: 5,
    ID: null,
    rules: [1],
    eligible: false,
  };
  return Object.entries(members).map(([name, value]) =>
    vector(
      `eligibility/ignored/${name}`,
      "other fields of a person are ignored (SPEC 2)",
      request({ [name]: value }),
      passes(person().lastLoginAt),
    ),
  );
}
