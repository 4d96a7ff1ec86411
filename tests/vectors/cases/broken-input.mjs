// SPEC 11: requests of the wrong shape, each with one fault.

import { BLOCKED, NOW, RESET } from "../support/people.mjs";
import { COMPLETE, FIELDS, withField, withoutField } from "../support/faults.mjs";
import { errorAt, product, vector } from "../support/vectors.mjs";

export function brokenInputVectors() {
  return [
    ...complete(),
    ...notAnObject(),
    ...ops(),
    ...missing(),
    ...misspelt(),
    ...types(),
    ...words(),
    ...unknownMembers(),
    ...otherOps(),
    ...inReset(),
  ];
}

function refused(id, why, request, path) {
  return vector(`broken/${id}`, why, request, errorAt(path));
}

/** The requests that the faults are made in have none themselves. */
function complete() {
  return Object.entries(COMPLETE).map(([op, request]) =>
    vector(
      `broken/none/${op}`,
      "a complete request is answered (SPEC 11)",
      { ...request, rules: BLOCKED },
      { error: undefined },
    ),
  );
}

function notAnObject() {
  const values = [
    ["null", null],
    ["true", true],
    ["false", false],
    ["number", 7],
    ["zero", 0],
    ["fraction", 0.5],
    ["text", "resolve"],
    ["empty-text", ""],
    ["list", []],
    ["list-of-request", [COMPLETE.access]],
  ];
  return values.map(([name, request]) => refused(`request/${name}`, "a request is an object (SPEC 11)", request, ""));
}

function ops() {
  const unknown = [
    "",
    "Eligibility",
    "RESOLVE",
    " review",
    "review ",
    "eligible",
    "designate",
    "revert",
    "constructor",
    "toString",
    "__proto__",
    "hasOwnProperty",
    "change\u0000",
    "null",
  ];
  const types = [
    ["null", null],
    ["number", 1],
    ["true", true],
    ["list", ["review"]],
    ["object", { op: "review" }],
  ];
  return [
    ...unknown.map((op, i) =>
      refused(`op/unknown-${i}`, "an unknown op is refused (SPEC 11)", { ...COMPLETE.review, op }, "op"),
    ),
    ...types.map(([name, op]) =>
      refused(`op/${name}`, "op is one of six words (SPEC 11)", { ...COMPLETE.review, op }, "op"),
    ),
    ...Object.entries(COMPLETE).map(([op, request]) =>
      refused(`op/missing/${op}`, "op is required (SPEC 11)", withoutField(request, "op"), "op"),
    ),
    refused("op/empty-request", "op is required (SPEC 11)", {}, "op"),
  ];
}

function missing() {
  return Object.entries(FIELDS).flatMap(([op, fields]) =>
    fields.map(([path]) =>
      refused(`missing/${op}/${path}`, "every field is required (SPEC 2, 11)", withoutField(COMPLETE[op], path), path),
    ),
  );
}

/** A misspelt field is an error and never a silent pass. */
function misspelt() {
  const names = [
    ["id", "ID"],
    ["role", "Role"],
    ["accountSettings", "account_settings"],
    ["status", "state"],
    ["lastLoginAt", "lastLogin"],
    ["staffRole", "staffrole"],
  ];
  return names.map(([name, other]) => {
    const person = withoutField(COMPLETE.access.person, name);
    const request = { op: "access", person: { ...person, [other]: COMPLETE.access.person[name] } };
    return refused(`misspelt/${name}`, "a misspelt field is a missing one (SPEC 2)", request, `person.${name}`);
  });
}

const VALUES = [
  ["null", null],
  ["true", true],
  ["number", 7],
  ["text", "text"],
  ["list", []],
  ["object", {}],
];

/** Values that do not fit a kind because of their type; a word that is none of an enum is under `words`. */
function misfits(kind) {
  const bare = kind.replace(/[?!]$/, "");
  const fits = { object: ["object"], id: ["text"], name: ["text"], list: ["list"] }[bare] ?? [];
  const nulls = kind === bare ? [] : ["null"];
  return VALUES.filter(([name]) => !fits.includes(name) && !nulls.includes(name));
}

/** Every type in every field at its first place; at later places one type a field. Accounts are read alike in all ops. */
function types() {
  const seen = new Set();
  return Object.entries(FIELDS).flatMap(([op, fields]) =>
    fields.flatMap(([path, kind], i) => {
      if (path.startsWith("account.") && op !== "resolve") return [];
      const values = misfits(kind);
      const place = path.replace(/^.*(person|owner|actor)\./, "person.");
      const chosen = seen.has(place) ? [values[i % values.length]] : values;
      seen.add(place);
      return chosen.map(([name, value]) =>
        refused(
          `type/${op}/${path}/${name}`,
          "a value of another type does not fit (SPEC 2, 11)",
          withField(COMPLETE[op], path, value),
          path,
        ),
      );
    }),
  );
}

const WORDS = [
  [
    "eligibility",
    "person.accountSettings",
    ["", "None", "EDIT", "edit ", "write", "admin", "toString", "null", "edit\u0000"],
  ],
  [
    "eligibility",
    "person.status",
    ["", "Active", "ACTIVE", " active", "inactive", "disabled", "blocked", "deleted", "constructor", "active\n"],
  ],
  ["resolve", "account.owner.accountSettings", ["read"]],
  ["resolve", "account.owner.status", ["pending"]],
  ["resolve", "account.designation.person.accountSettings", ["View"]],
  ["resolve", "account.designation.person.status", ["Invited"]],
  ["change", "actor.accountSettings", ["all"]],
  ["change", "actor.status", ["archived"]],
  ["change", "change.person.accountSettings", ["owner"]],
  ["change", "change.person.status", ["left"]],
  [
    "change",
    "change.kind",
    ["", "Designate", "RESET", "assign", "revert", "clear", "constructor", "toString", "__proto__"],
  ],
  [
    "route",
    "event.kind",
    ["", "Breach_alert", "breach-alert", "breachAlert", "breach", "all", "constructor", "__proto__"],
  ],
  ["route", "event.severity", ["", "Low", "HIGH", "info", "none", "severe", "toString"]],
];

/** Words that are none of an enum's. */
function words() {
  return WORDS.flatMap(([op, path, values]) =>
    values.map((value, i) =>
      refused(
        `word/${op}/${path}/${i}`,
        "words are compared exactly, unknown ones are refused (SPEC 2, 6, 9)",
        withField(COMPLETE[op], path, value),
        path,
      ),
    ),
  );
}

function unknownMembers() {
  const names = [
    "people",
    "Person",
    "persons",
    "NOW",
    "rule",
    "owner",
    "designation",
    "userId",
    "version",
    "constructor",
    "toString",
    "é",
    "a b",
  ];
  const proto = JSON.parse('{"__proto__":{"op":"access"}}');
  const each = product(Object.entries(COMPLETE), ["extra"]).map(([[op, request], name]) =>
    refused(`member/${op}/${name}`, "a member that no op has is refused (SPEC 11)", { ...request, [name]: null }, name),
  );
  return [
    ...each,
    ...names.map((name, i) =>
      refused(
        `member/unknown-${i}`,
        "a member that no op has is refused (SPEC 11)",
        { ...COMPLETE.access, [name]: 1 },
        name,
      ),
    ),
    refused(
      "member/least-number",
      "of several unknown members the least is named, in whatever order they are kept (SPEC 11)",
      { ...COMPLETE.access, b: 1, 7: 1, 10: 1 },
      "10",
    ),
    refused(
      "member/half-a-pair",
      "half of a surrogate pair in a name reads as U+FFFD (SPEC 11)",
      { ...COMPLETE.access, "a\ud800b": 1 },
      "a\ufffdb",
    ),
    refused(
      "member/proto",
      "a member that no op has is refused (SPEC 11)",
      { ...COMPLETE.access, ...proto },
      "__proto__",
    ),
  ];
}

const OTHERS_MEMBERS = {
  person: null,
  now: 5,
  account: [],
  announced: {},
  actor: "x",
  change: 7,
  remindedFor: true,
  event: "e",
};
const INSIDE = [
  ["resolve", "account.tier"],
  ["resolve", "account.owner.email"],
  ["resolve", "account.designation.since"],
  ["resolve", "account.designation.person.op"],
  ["change", "actor.name"],
  ["change", "change.reason"],
  ["change", "change.person.now"],
  ["review", "remindedFor.sentAt"],
  ["route", "event.id"],
];

/** Members of other ops are ignored even when they would not fit; members of an object are ignored when unknown. */
function otherOps() {
  const ops = Object.entries(COMPLETE).map(([op, request]) =>
    vector(
      `broken/ignored/other-ops/${op}`,
      "members of other ops are ignored (SPEC 11)",
      { ...OTHERS_MEMBERS, ...request },
      { error: undefined },
    ),
  );
  const inside = product(INSIDE, [
    ["null", null],
    ["object", { status: 5 }],
  ]).map(([[op, path], [name, value]]) =>
    vector(
      `broken/ignored/${op}/${path}/${name}`,
      "unknown members inside the request's objects are ignored (SPEC 2, 11)",
      withField(COMPLETE[op], path, value),
      { error: undefined },
    ),
  );
  const pairs = [
    ["half-a-pair", "\ud83d"],
    ["whole-pair", "\ud83d\ude00"],
  ].map(([id, name]) =>
    vector(
      `broken/ignored/${id}`,
      "unknown members are ignored, whatever their names hold (SPEC 2)",
      withField(COMPLETE.access, `person.${name}`, 1),
      { error: undefined },
    ),
  );
  return [...ops, ...inside, ...pairs];
}

/** A reset has a kind and nothing else; what else it holds is ignored. */
function inReset() {
  const extra = [
    ["user-id", { userId: "u-17" }],
    ["bad-user-id", { userId: 5 }],
    ["bad-person", { person: "x" }],
    ["mismatch", { userId: "u-2", person: { id: "u-3" } }],
  ];
  return extra.map(([name, members]) =>
    vector(
      `broken/ignored/reset/${name}`,
      "other members of a reset are ignored (SPEC 11)",
      { ...COMPLETE.change, change: { ...RESET, ...members }, now: NOW },
      { outcome: "changed", designation: null },
    ),
  );
}
