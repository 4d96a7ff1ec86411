// SPEC 5: the effective contact.

import {
  BLOCKED,
  DAY,
  LAST_INSTANT,
  NOW,
  UNMET_SETS,
  account,
  designatedContact,
  designationOf,
  later,
  left,
  owner,
  ownerContact,
  person,
  third,
} from "../support/people.mjs";
import { errorAt, product, vector } from "../support/vectors.mjs";

export function resolveVectors() {
  return [
    ...ownerAlone(),
    ...designees(),
    ...departed(),
    ...pins(),
    ...pairs(),
    ...boundaries(),
    ...identities(),
    ...ownership(),
    ...disagreeing(),
    ...noOwner(),
  ];
}

function request(designation, ownerPerson, rules, now = NOW) {
  const base = { op: "resolve", account: account(designation, ownerPerson), now };
  return rules === undefined ? base : { ...base, rules };
}

function ownerAlone() {
  return UNMET_SETS.map(({ name, codes, facts }) => {
    const someone = owner(facts);
    const why = "without a designation the owner is the contact, with a warning of the unmet criteria (SPEC 5)";
    return vector(
      `resolve/default/owner-${name}`,
      why,
      request(null, someone, BLOCKED),
      ownerContact("default", [], codes),
    );
  });
}

function designees() {
  return UNMET_SETS.map(({ name, codes, facts }) => {
    const someone = person(facts);
    const valid = codes.length === 0;
    const why = valid
      ? "an eligible designee is the contact (SPEC 5)"
      : "the owner stands in for a designee who is not eligible (SPEC 5)";
    const claim = valid ? designatedContact(someone) : ownerContact("fallback", codes);
    return vector(`resolve/designee/${name}`, why, request(designationOf(someone), owner(), BLOCKED), claim);
  });
}

function departed() {
  return UNMET_SETS.map(({ name, codes, facts }) =>
    vector(
      `resolve/left/owner-${name}`,
      "the owner stands in for a designee who has left, eligible or not (SPEC 5)",
      request(left(), owner(facts), BLOCKED),
      ownerContact("fallback", ["not_a_member"], codes),
    ),
  );
}

/** The owner's own id as designation. */
function pins() {
  return UNMET_SETS.map(({ name, codes, facts }) => {
    const someone = owner(facts);
    const valid = codes.length === 0;
    const why = valid
      ? "an eligible pinned owner is designated (SPEC 5)"
      : "a pinned owner who is not eligible falls back to themself (SPEC 5)";
    const claim = valid ? designatedContact(someone) : ownerContact("fallback", codes, codes);
    return vector(`resolve/pin/${name}`, why, request(designationOf(someone), someone, BLOCKED), claim);
  });
}

const STATES = UNMET_SETS.filter(({ codes }) => codes.length <= 1);

/** Designee and owner each in one state. */
function pairs() {
  return product(STATES, STATES).map(([designee, holder]) => {
    const someone = person(designee.facts);
    const valid = designee.codes.length === 0;
    const claim = valid ? designatedContact(someone) : ownerContact("fallback", designee.codes, holder.codes);
    const why = "ownerUnmet is filled only while the owner is the contact (SPEC 5)";
    const given = request(designationOf(someone), owner(holder.facts), BLOCKED);
    return vector(`resolve/pair/designee-${designee.name}/owner-${holder.name}`, why, given, claim);
  });
}

const EDGES = [
  [-1, "minus-1ms"],
  [0, "exact"],
  [1, "plus-1ms"],
];

function boundaries() {
  const who = ["designee", "owner", "pin"];
  const old = product(who, EDGES).map(([part, [beyond, name]]) => {
    const facts = { lastLoginAt: later(NOW, -365 * DAY - beyond) };
    return edge(`resolve/login-age/${part}/${name}`, part, facts, beyond > 0 ? ["login_too_old"] : []);
  });
  const ahead = product(who, EDGES).map(([part, [beyond, name]]) => {
    const facts = { lastLoginAt: later(NOW, 300_000 + beyond) };
    return edge(`resolve/clock-skew/${part}/${name}`, part, facts, beyond > 0 ? ["login_in_future"] : []);
  });
  const clamp = EDGES.map(([past, name]) => {
    const someone = person({ lastLoginAt: later(LAST_INSTANT, past - 365 * DAY) });
    const validUntil = past < 0 ? later(LAST_INSTANT, -1) : LAST_INSTANT;
    const given = request(designationOf(someone), owner(), undefined, later(LAST_INSTANT, -20 * DAY));
    return vector(`resolve/clamp/${name}`, "validUntil is clamped to the last instant (SPEC 8)", given, {
      userId: "u-17",
      validUntil,
    });
  });
  return [...old, ...ahead, ...clamp];
}

function edge(id, part, facts, codes) {
  const holder = part === "designee" ? owner() : owner(facts);
  const designation = { designee: designationOf(person(facts)), owner: null, pin: designationOf(holder) }[part];
  const claim =
    part === "owner"
      ? ownerContact("default", [], codes)
      : { source: codes.length > 0 ? "fallback" : "designated", reasons: codes };
  return vector(id, "the answer holds at the instant of reading (SPEC 5)", request(designation, holder), claim);
}

const NEAR_IDS = [
  ["case", "U-1"],
  ["space", "u-1 "],
  ["prefix", "u-"],
  ["one-byte", "1"],
  ["longest", "x".repeat(128)],
  ["emoji", "😀"],
  ["quote", 'u"\\/1'],
  ["line-separator", "u\u2028"],
  ["nbsp", "u\u00a01"],
];

/** Who is the owner is a matter of ids alone, byte for byte. */
function identities() {
  return NEAR_IDS.map(([name, id]) => {
    const someone = person({ id });
    const holder = owner({ status: "suspended" });
    return vector(
      `resolve/identity/${name}`,
      "ids are compared byte for byte (SPEC 2, 5)",
      request(designationOf(someone), holder),
      designatedContact(someone),
    );
  });
}

/** Nor is the owner known by a role. */
function ownership() {
  const composed = owner({ id: "\u00e9", status: "suspended" });
  const decomposed = person({ id: "e\u0301" });
  const member = owner({ role: "member", accountSettings: "none" });
  const admin = owner({ role: "admin" });
  return [
    vector(
      "resolve/identity/not-normalized",
      "ids are not normalized (SPEC 2, 5)",
      request(designationOf(decomposed), composed),
      designatedContact(decomposed),
    ),
    vector(
      "resolve/owner-role/member",
      "who owns the account is its owner member, not a role (SPEC 5)",
      request(null, member),
      ownerContact("default", [], ["role_not_allowed"]),
    ),
    vector(
      "resolve/owner-role/admin",
      "who owns the account is its owner member, not a role (SPEC 5)",
      request(null, admin),
      ownerContact("default"),
    ),
    vector(
      "resolve/owner-role/designee-has-it",
      "a designee with the role owner is no owner (SPEC 5)",
      request(designationOf(third({ role: "owner" })), owner({ status: "invited" })),
      designatedContact(third()),
    ),
  ];
}

/** Facts of one id that disagree: each rule reads the place it names. */
function disagreeing() {
  const stale = owner({ status: "suspended" });
  const gone = { userId: "u-1", person: null };
  return [
    vector(
      "resolve/disagree/pin-left",
      "a designation whose person is null has left, even with the owner's id (SPEC 5)",
      request(gone, owner()),
      ownerContact("fallback", ["not_a_member"]),
    ),
    vector(
      "resolve/disagree/pin-stale-designee",
      "a designation is judged by its own person (SPEC 5)",
      request(designationOf(stale), owner()),
      ownerContact("fallback", ["not_active"]),
    ),
    vector(
      "resolve/disagree/pin-stale-owner",
      "ownerUnmet is judged by the owner's person (SPEC 5)",
      request(designationOf(owner()), stale),
      designatedContact(owner(), 365, ["not_active"]),
    ),
  ];
}

function noOwner() {
  const claim = errorAt("account.owner", "no_owner");
  const rows = [
    ["none", null],
    ["valid", designationOf(person())],
    ["invalid", designationOf(person({ status: "deactivated" }))],
    ["left", left()],
  ];
  return rows.map(([name, designation]) =>
    vector(
      `resolve/no-owner/${name}`,
      "an account without an owner is an error, ahead of any other answer (SPEC 5)",
      request(designation, null),
      claim,
    ),
  );
}
