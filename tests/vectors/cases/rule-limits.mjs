// SPEC 3: the limits of the rules, and what is refused as a whole.

import { DAY, DEFAULT_RULES, NOW, later, person, untilOf } from "../support/people.mjs";
import { errorAt, product, rawNumber, vector } from "../support/vectors.mjs";

export function ruleLimitVectors() {
  return [...ages(), ...lists(), ...numbers(), ...reminderLists(), ...shortAges(), ...refused(), ...unknown()];
}

function request(facts, rules) {
  return { op: "eligibility", person: person(facts), now: NOW, rules };
}

function pass(lastLoginAt = person().lastLoginAt, days = 365) {
  return { eligible: true, unmet: [], validUntil: untilOf(lastLoginAt, days) };
}

function wrong(name, rules, path, text) {
  return vector(`rules/refused/${name}`, `${text} (SPEC 3)`, request({}, rules), errorAt(path, "invalid_rules"));
}

function ages() {
  return product([1, 2, 14, 15, 90, 364, 366, 3649, 3650], [0, 1]).map(([days, beyond]) => {
    const lastLoginAt = later(NOW, -days * DAY - beyond);
    const rules = { maxLoginAgeDays: days, expiryReminderDays: [] };
    const claim = beyond === 0 ? pass(lastLoginAt, days) : { unmet: ["login_too_old"] };
    return vector(
      `rules/max-login-age/${days}/${beyond === 0 ? "limit" : "beyond"}`,
      "maxLoginAgeDays is 1..=3650 (SPEC 3)",
      request({ lastLoginAt }, rules),
      claim,
    );
  });
}

const LISTS = ["contactRoles", "managerRoles", "blockedStaffRoles"];

function names(count) {
  return Array.from({ length: count }, (_, i) => `role-${i}`);
}

function lists() {
  const texts = [
    ["one-byte", "a", true],
    ["64-bytes", "a".repeat(64), true],
    ["65-bytes", "a".repeat(65), false],
    ["64-bytes-of-32-letters", "é".repeat(32), true],
    ["65-bytes-of-33-letters", "é".repeat(32) + "a", false],
    ["64-bytes-of-16-emoji", "😀".repeat(16), true],
    ["67-bytes-of-17-letters", "😀".repeat(16) + "€", false],
    ["empty", "", false],
  ];
  const lengths = product(LISTS, [
    [0, true],
    [1, true],
    [63, true],
    [64, true],
    [65, false],
    [200, false],
  ]).map(([rule, [count, fits]]) =>
    vector(
      `rules/list/${rule}/${count}-names`,
      "a list has at most 64 names (SPEC 3)",
      { op: "access", person: person(), rules: { [rule]: names(count) } },
      fits ? { canEdit: rule !== "managerRoles" } : errorAt(`rules.${rule}`, "invalid_rules"),
    ),
  );
  const items = product(LISTS, texts).map(([rule, [name, text, fits]]) =>
    vector(
      `rules/list/${rule}/name-${name}`,
      "a name has 1 to 64 bytes (SPEC 2, 3)",
      { op: "access", person: person(), rules: { [rule]: ["x", "y", text] } },
      fits ? { canEdit: rule !== "managerRoles" } : errorAt(`rules.${rule}[2]`, "invalid_rules"),
    ),
  );
  return [...lengths, ...items];
}

const WRONG_AGES = [
  ["0", 0],
  ["minus-1", -1],
  ["3651", 3651],
  ["half", 365.5],
  ["2-to-32", 4294967296],
  ["2-to-53", 9007199254740992],
  ["2-to-64", rawNumber("18446744073709551616")],
  ["1e300", rawNumber("1e300")],
  ["tiny", rawNumber("1e-9")],
  ["just-above", rawNumber("3650.0000001")],
];

const WRONG_SKEWS = [
  ["minus-1", -1],
  ["86401", 86_401],
  ["half", 0.5],
  ["2-to-32", 4294967296],
  ["1e300", rawNumber("1e300")],
  ["large-negative", rawNumber("-1e300")],
];

const SPELLED = [
  ["365.0", { maxLoginAgeDays: rawNumber("365.0") }],
  ["3.65e2", { maxLoginAgeDays: rawNumber("3.65e2") }],
  ["36500e-2", { maxLoginAgeDays: rawNumber("36500e-2") }],
  ["300.0", { maxClockSkewSeconds: rawNumber("300.0") }],
  ["3E+2", { maxClockSkewSeconds: rawNumber("3E+2") }],
  ["0.0", { maxClockSkewSeconds: rawNumber("0.0") }],
  ["minus-0", { maxClockSkewSeconds: rawNumber("-0") }],
  ["14.0", { expiryReminderDays: [rawNumber("14.0"), rawNumber("7.00")] }],
];

function numbers() {
  return [
    ...WRONG_AGES.map(([name, value]) =>
      wrong(
        `max-login-age/${name}`,
        { maxLoginAgeDays: value, expiryReminderDays: [] },
        "rules.maxLoginAgeDays",
        "maxLoginAgeDays is a whole number in 1..=3650",
      ),
    ),
    ...WRONG_SKEWS.map(([name, value]) =>
      wrong(
        `max-clock-skew/${name}`,
        { maxClockSkewSeconds: value },
        "rules.maxClockSkewSeconds",
        "maxClockSkewSeconds is a whole number in 0..=86400",
      ),
    ),
    ...SPELLED.map(([name, rules]) =>
      vector(
        `rules/number/${name}`,
        "a whole number may be written with a fraction of zero or an exponent (SPEC 3)",
        request({}, rules),
        pass(),
      ),
    ),
  ];
}

const REMINDERS = "rules.expiryReminderDays";

const FITTING_LISTS = [
  ["none", [], 365],
  ["one", [1], 365],
  ["four", [4, 3, 2, 1], 365],
  ["largest", [364], 365],
  ["largest-of-all", [3649, 1], 3650],
  ["below-14", [13], 14],
  ["14-below-15", [14], 15],
  ["1-below-2", [1], 2],
  ["none-for-one-day", [], 1],
];

const BAD_LISTS = [
  ["five", [5, 4, 3, 2, 1], 365],
  ["ascending", [7, 14], 365],
  ["twice", [14, 14], 365],
  ["twice-later", [30, 14, 14], 365],
  ["ascending-last", [30, 14, 7, 8], 365],
  ["zero", [0], 365],
  ["zero-last", [14, 0], 365],
  ["negative", [-1], 365],
  ["equal-to-age", [365], 365],
  ["above-age", [366], 365],
  ["above-age-first", [400, 14], 365],
  ["equal-to-longest", [3650], 3650],
  ["one-day-age", [1], 1],
  ["huge", [5000000000], 365],
  ["equal-to-14", [14], 14],
];

const BAD_DAYS = [
  ["fraction", 14.5],
  ["text", "14"],
  ["null", null],
  ["true", true],
  ["list", [14]],
  ["object", {}],
];

/** The default list meets its limit too. */
function shortAges() {
  const short = [1, 13, 14].map((days) =>
    wrong(
      `reminders/default-with-age-${days}`,
      { maxLoginAgeDays: days },
      REMINDERS,
      "the default list too has to be below a short age",
    ),
  );
  const fits = vector(
    "rules/reminders/default-with-age-15",
    "the default list fits an age of 15 days (SPEC 3)",
    request({ lastLoginAt: NOW }, { maxLoginAgeDays: 15 }),
    pass(NOW, 15),
  );
  return [...short, fits];
}

function reminderLists() {
  return [
    ...FITTING_LISTS.map(([name, list, days]) =>
      vector(
        `rules/reminders/${name}`,
        "at most 4, descending, from 1 to below the age (SPEC 3)",
        request({ lastLoginAt: NOW }, { maxLoginAgeDays: days, expiryReminderDays: list }),
        pass(NOW, days),
      ),
    ),
    ...BAD_LISTS.map(([name, list, days]) =>
      wrong(
        `reminders/${name}`,
        { maxLoginAgeDays: days, expiryReminderDays: list },
        REMINDERS,
        "at most 4, strictly descending, from 1 to below the age",
      ),
    ),
    ...BAD_DAYS.map(([name, item]) =>
      wrong(
        `reminders/item-${name}`,
        { expiryReminderDays: [30, item] },
        `${REMINDERS}[1]`,
        "reminder days are whole numbers",
      ),
    ),
  ];
}

const WRONG_TYPES = {
  boolean: [
    ["null", null],
    ["text", "true"],
    ["number", 1],
    ["list", []],
    ["object", {}],
  ],
  number: [
    ["null", null],
    ["text", "14"],
    ["true", true],
    ["list", [14]],
    ["object", {}],
  ],
  list: [
    ["null", null],
    ["text", "admin"],
    ["number", 14],
    ["true", true],
    ["object", { 0: "admin" }],
  ],
};

function refused() {
  const types = Object.entries(DEFAULT_RULES).flatMap(([rule, value]) => {
    const kind = Array.isArray(value) ? "list" : typeof value;
    return WRONG_TYPES[kind].map(([name, other]) =>
      wrong(`type/${rule}/${name}`, { [rule]: other }, `rules.${rule}`, "a rule of another type is refused"),
    );
  });
  const items = product(LISTS, [
    ["null", null],
    ["number", 1],
    ["true", true],
    ["list", ["admin"]],
    ["object", {}],
  ]).map(([rule, [name, item]]) =>
    wrong(
      `item/${rule}/${name}`,
      { [rule]: ["owner", "admin", "billing", item] },
      `rules.${rule}[3]`,
      "a list of names holds names only",
    ),
  );
  const whole = [
    ["null", null],
    ["list", []],
    ["text", "default"],
    ["number", 365],
    ["true", true],
  ].map(([name, rules]) =>
    vector(
      `rules/refused/whole/${name}`,
      "rules are an object (SPEC 3)",
      request({}, rules),
      errorAt("rules", "invalid_rules"),
    ),
  );
  return [...types, ...items, ...whole];
}

function unknown() {
  const named = [
    "contactroles",
    "ContactRoles",
    "maxLoginAge",
    "maxLoginAgeDay",
    "tier",
    "version",
    "constructor",
    "toString",
    "hasOwnProperty",
    "é",
    "a b",
  ];
  const proto = JSON.parse('{"__proto__":{"maxLoginAgeDays":1}}');
  return [
    ...named.map((name, i) => wrong(`unknown/${i}`, { [name]: 365 }, `rules.${name}`, "an unknown rule is an error")),
    wrong("unknown/proto", proto, "rules.__proto__", "an unknown rule is an error"),
    wrong("unknown/least", { zz: 1, b: 1, 3: 1 }, "rules.3", "of several unknown rules the least is named"),
    wrong("unknown/null", { newRule: null }, "rules.newRule", "an unknown rule is an error, whatever it holds"),
    wrong("unknown/among-all", { ...DEFAULT_RULES, extra: [] }, "rules.extra", "an unknown rule is an error"),
  ];
}
