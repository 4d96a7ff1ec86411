// SPEC 2 and 11: values of the right type that do not fit, sizes and nesting at the limits, and what comes first.

import { NOW, account, candidate, designate, designationOf, person } from "../support/people.mjs";
import { COMPLETE, nested, nestedObjects, withField, withId } from "../support/faults.mjs";
import { errorAt, product, rawNumber, vector } from "../support/vectors.mjs";

export function brokenValueVectors() {
  return [
    ...idLengths(),
    ...nameLengths(),
    ...controlCharacters(),
    ...mismatches(),
    ...days(),
    ...huge(),
    ...deep(),
    ...inputBeforeOwner(),
    ...inputBeforeAnswer(),
  ];
}

function judged(id, why, request, path) {
  return vector(`broken/${id}`, why, request, path === null ? { error: undefined } : errorAt(path));
}

const ID_PLACES = [
  ["eligibility", "person.id"],
  ["access", "person.id"],
  ["resolve", "account.owner.id"],
  ["resolve", "account.designation.userId"],
  ["change", "announced"],
  ["change", "actor.id"],
  ["change", "change.userId"],
  ["review", "announced"],
];

/** Bytes of UTF-8, not characters. */
const ID_TEXTS = [
  ["empty", "", false],
  ["128-bytes", "a".repeat(128), true],
  ["129-bytes", "a".repeat(129), false],
  ["128-bytes-of-64-letters", "é".repeat(64), true],
  ["129-bytes-ending-in-two", "a".repeat(127) + "é", false],
  ["130-bytes-of-65-letters", "é".repeat(65), false],
  ["128-bytes-ending-in-three", "a".repeat(125) + "€", true],
  ["129-bytes-of-43-letters", "€".repeat(43), false],
  ["128-bytes-of-32-emoji", "😀".repeat(32), true],
  ["131-bytes-ending-in-four", "a".repeat(127) + "😀", false],
  ["128-letters-of-two-bytes", "é".repeat(128), false],
];

const AT_THE_LIMIT = new Set(["empty", "128-bytes-of-64-letters", "129-bytes", "129-bytes-ending-in-two"]);

/** An id with a twin that must equal it is refused alone: its person is null then, so that there is one fault. */
function idLengths() {
  const first = ID_TEXTS.map((text) => [ID_PLACES[0], text]);
  const others = product(
    ID_PLACES.slice(1),
    ID_TEXTS.filter(([name]) => AT_THE_LIMIT.has(name)),
  );
  return [...first, ...others].map(([[op, path], [name, id, fits]]) => {
    const twinned = path.endsWith("userId");
    if (twinned && !fits) {
      const gone = withField(withField(COMPLETE[op], path.replace("userId", "person"), null), path, id);
      return judged(`id/${op}/${path}/${name}`, "an id has 1 to 128 bytes of UTF-8 (SPEC 2)", gone, path);
    }
    return judged(
      `id/${op}/${path}/${name}`,
      "an id has 1 to 128 bytes of UTF-8 (SPEC 2)",
      withId(COMPLETE[op], path, id),
      fits ? null : path,
    );
  });
}

function nameLengths() {
  const texts = [
    ["empty", "", false],
    ["64-bytes", "r".repeat(64), true],
    ["65-bytes", "r".repeat(65), false],
    ["64-bytes-of-32-letters", "é".repeat(32), true],
    ["65-bytes-ending-in-two", "r".repeat(63) + "é", false],
    ["66-bytes-of-22-letters", "€".repeat(22), false],
    ["64-bytes-of-16-emoji", "😀".repeat(16), true],
    ["67-bytes-ending-in-four", "r".repeat(63) + "😀", false],
    ["64-letters-of-two-bytes", "é".repeat(64), false],
    ["control-characters", "\u0000\t\n\u007f\u0085", true],
  ];
  const judgedName = ([op, place], field, [name, text, fits]) => {
    const path = `${place}.${field}`;
    return judged(
      `name/${op}/${path}/${name}`,
      "a role name has 1 to 64 bytes of UTF-8 (SPEC 2)",
      withField(COMPLETE[op], path, text),
      fits ? null : path,
    );
  };
  const fields = ["role", "staffRole"];
  const places = [
    ["resolve", "account.owner"],
    ["resolve", "account.designation.person"],
    ["change", "actor"],
    ["change", "change.person"],
  ];
  const limits = texts.filter(([name]) => ["empty", "64-bytes-of-32-letters", "65-bytes-ending-in-two"].includes(name));
  return [...product([["eligibility", "person"]], fields, texts), ...product(places, fields, limits)].map((row) =>
    judgedName(...row),
  );
}

const NEIGHBOURS = [
  0x20, 0x7e, 0xa0, 0xa1, 0xad, 0x61c, 0x200b, 0x200e, 0x2028, 0x2029, 0x202e, 0xfeff, 0xfffd, 0xffff, 0xe000, 0xe0001,
  0x10ffff,
];

/** U+0000 to U+001F and U+007F to U+009F, and their neighbours. */
function controlCharacters() {
  const codes = [...range(0x00, 0x1f), ...range(0x7f, 0x9f)];
  const all = codes.map((code) =>
    judged(
      `control/person.id/${hex(code)}`,
      "an id holds no control character (SPEC 2)",
      withField(COMPLETE.access, "person.id", `u${String.fromCodePoint(code)}1`),
      "person.id",
    ),
  );
  const neighbours = NEIGHBOURS.map((code) =>
    judged(
      `control/person.id/${hex(code)}-fits`,
      "a character outside the control characters fits (SPEC 2)",
      withField(COMPLETE.access, "person.id", `u${String.fromCodePoint(code)}1`),
      null,
    ),
  );
  const edges = product(["announced", "actor.id", "account.owner.id"], [0x00, 0x1f, 0x7f, 0x9f]).map(([path, code]) =>
    judged(
      `control/${path}/${hex(code)}`,
      "an id holds no control character (SPEC 2)",
      withField(COMPLETE.change, path, `u-1${String.fromCodePoint(code)}`),
      path,
    ),
  );
  const users = product(["account.designation", "change"], [0x00, 0x0a, 0x85]).map(([place, code]) => {
    const gone = withField(COMPLETE.change, `${place}.person`, null);
    const path = `${place}.userId`;
    return judged(
      `control/${path}/${hex(code)}`,
      "an id holds no control character (SPEC 2)",
      withField(gone, path, `${String.fromCodePoint(code)}u`),
      path,
    );
  });
  return [...all, ...neighbours, ...edges, ...users];
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function hex(code) {
  return `u${code.toString(16).padStart(4, "0")}`;
}

/** The person's id has to equal the userId beside it. */
function mismatches() {
  const others = [
    ["other", "u-2"],
    ["case", "U-17"],
    ["owner", "u-1"],
  ];
  const stored = product(["resolve", "change", "review", "route"], others).map(([op, [name, id]]) =>
    judged(
      `mismatch/${op}/designation/${name}`,
      "person.id equals the userId beside it (SPEC 11)",
      withField(COMPLETE[op], "account.designation.person.id", id),
      "account.designation.person.id",
    ),
  );
  const wanted = [...others, ["space", "u-31 "], ["zero-width", "u-31\u200b"]].map(([name, id]) =>
    judged(
      `mismatch/change/change/${name}`,
      "person.id equals the userId beside it (SPEC 11)",
      withField(COMPLETE.change, "change.person.id", id),
      "change.person.id",
    ),
  );
  const composed = { userId: "\u00e9", person: person({ id: "e\u0301" }) };
  const letters = judged(
    "mismatch/resolve/designation/not-normalized",
    "ids are compared byte for byte (SPEC 2, 11)",
    withField(COMPLETE.resolve, "account.designation", composed),
    "account.designation.person.id",
  );
  return [...stored, ...wanted, letters];
}

function days() {
  const first = "remindedFor.days[0]";
  const rows = [
    ["empty", [], null],
    ["zero", [0], null],
    ["largest", [4294967295], null],
    ["written-14.0", [rawNumber("14.0")], null],
    ["written-1e1", [rawNumber("1e1")], null],
    ["minus-zero", [rawNumber("-0")], null],
    ["many", range(1, 64), null],
    ["2-to-32", [4294967296], first],
    ["minus-1", [-1], first],
    ["half", [0.5], first],
    ["14.5", [14.5], first],
    ["1e300", [rawNumber("1e300")], first],
    ["2-to-64", [rawNumber("18446744073709551616")], first],
    ["null", [null], first],
    ["text", ["14"], first],
    ["true", [true], first],
    ["list", [[14]], first],
    ["object", [{}], first],
    ["second", [14, "7"], "remindedFor.days[1]"],
    ["twelfth", [...range(1, 11), -1, 13], "remindedFor.days[11]"],
  ];
  return rows.map(([name, list, path]) =>
    judged(
      `days/${name}`,
      "days are whole numbers (SPEC 11)",
      withField(COMPLETE.review, "remindedFor.days", list),
      path,
    ),
  );
}

const HUGE = "x".repeat(102_400);

/** 100 KB of text: refused where a limit holds, ignored where a member is ignored. */
function huge() {
  const rows = [
    ["person.id", withField(COMPLETE.access, "person.id", HUGE), "person.id"],
    ["now", withField(COMPLETE.eligibility, "now", HUGE), "now"],
    ["ignored", withField(COMPLETE.access, "person.note", HUGE), null],
  ];
  return rows.map(([name, request, path]) =>
    judged(
      `huge/${name}`,
      "a long text is refused like any that does not fit, and ignored where ignored (SPEC 2)",
      request,
      path,
    ),
  );
}

const DEPTH = 200;

/** 200 levels: refused where another type is due, ignored where a member is ignored. */
function deep() {
  const list = nested(DEPTH);
  const object = nestedObjects(DEPTH);
  const rows = [
    ["list/person", withField(COMPLETE.access, "person", list), "person"],
    ["list/now", withField(COMPLETE.eligibility, "now", list), "now"],
    ["list/ignored", withField(COMPLETE.access, "person.note", list), null],
    ["list/other-op", withField(COMPLETE.access, "event", list), null],
    ["list/role", withField(COMPLETE.access, "person.role", list), "person.role"],
    ["list/days-item", withField(COMPLETE.review, "remindedFor.days", [list]), "remindedFor.days[0]"],
    ["list/op", { ...COMPLETE.access, op: list }, "op"],
    ["list/request", list, ""],
    ["object/now", withField(COMPLETE.eligibility, "now", object), "now"],
    ["object/ignored", withField(COMPLETE.access, "person.note", object), null],
    ["object/other-op", withField(COMPLETE.access, "account", object), null],
    ["object/status", withField(COMPLETE.access, "person.status", object), "person.status"],
    ["object/announced", withField(COMPLETE.change, "announced", object), "announced"],
  ];
  const item = vector(
    "broken/deep/rules/list",
    "deep nesting is no trap (SPEC 11)",
    { ...COMPLETE.access, rules: { contactRoles: [list] } },
    errorAt("rules.contactRoles[0]", "invalid_rules"),
  );
  return [
    ...rows.map(([name, request, path]) => judged(`deep/${name}`, "deep nesting is no trap (SPEC 11)", request, path)),
    item,
  ];
}

/** A missing owner is reported only once the whole input fits. */
function inputBeforeOwner() {
  const rows = [
    ["resolve", "now", "2026-10-01"],
    ["resolve", "account.designation.person.status", "gone"],
    ["resolve", "account.designation", 5],
    ["change", "announced", ""],
    ["change", "actor.role", ""],
    ["change", "change.kind", "none"],
    ["review", "remindedFor.days", null],
    ["route", "event.severity", "loud"],
  ];
  return rows.map(([op, path, value]) => {
    const request = withField(withField(COMPLETE[op], "account.owner", null), path, value);
    return judged(
      `before-owner/${op}/${path}`,
      "the whole input is checked before no_owner (SPEC 5, 11)",
      request,
      path,
    );
  });
}

/** A fault is reported even where the answer would not need the field. */
function inputBeforeAnswer() {
  const gone = { kind: "designate", userId: "u-31", person: null };
  const unfit = designate(candidate({ staffRole: "" }));
  const rows = [
    ["actor-null-bad-change", { ...COMPLETE.change, actor: null, change: unfit }, "change.person.staffRole"],
    ["gone-bad-now", { ...COMPLETE.change, change: gone, now: "soon" }, "now"],
    ["reset-bad-announced", { ...COMPLETE.change, change: { kind: "reset" }, announced: "" }, "announced"],
    [
      "unchanged-bad-owner",
      {
        ...COMPLETE.change,
        account: account(designationOf(person()), { ...person({ id: "u-1" }), status: "?" }),
        change: designate(person()),
      },
      "account.owner.status",
    ],
    [
      "default-bad-reminded",
      { ...COMPLETE.review, account: account(), remindedFor: { validUntil: NOW, days: [0.1] } },
      "remindedFor.days[0]",
    ],
    [
      "never-logged-in-bad-now",
      { op: "eligibility", person: person({ lastLoginAt: null }), now: "2026-13-01T00:00:00Z" },
      "now",
    ],
    [
      "unmet-bad-staff",
      { op: "eligibility", person: person({ status: "invited", staffRole: "" }), now: NOW },
      "person.staffRole",
    ],
  ];
  return rows.map(([name, request, path]) =>
    judged(`before-answer/${name}`, "an input that does not fit is never answered (SPEC 11)", request, path),
  );
}
