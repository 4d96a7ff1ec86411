// SPEC 9: who receives a security event.

import {
  BLOCKED,
  DAY,
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
} from "../support/people.mjs";
import { errorAt, product, vector } from "../support/vectors.mjs";

export function routeVectors() {
  return [...kinds(), ...recipients(), ...designees(), ...boundaries(), ...ignored(), ...noOwner()];
}

const EVENT = { kind: "action_required", severity: "high" };
const COPY = { copyOwnerOnEvents: true };
const KINDS = ["breach_alert", "suspicious_activity", "abnormal_login", "action_required", "compliance_request"];
const SEVERITIES = ["low", "medium", "high", "critical"];

function request(given, rules, event = EVENT, now = NOW) {
  const base = { op: "route", account: given, event, now };
  return rules === undefined ? base : { ...base, rules };
}

/** Kind and severity do not choose the recipients. */
function kinds() {
  const rules = [
    ["contact-only", undefined, ["u-17"]],
    ["owner-too", COPY, ["u-17", "u-1"]],
  ];
  return product(KINDS, SEVERITIES, rules).map(([kind, severity, [name, given, to]]) =>
    vector(
      `route/event/${kind}/${severity}/${name}`,
      "every kind and severity goes to the contact, and to the owner too when the rules say so (SPEC 9)",
      request(account(designationOf(person())), given, { kind, severity }),
      { recipients: to, contact: designatedContact(person()) },
    ),
  );
}

const LOCKED = owner({ status: "suspended" });
const STATES = [
  ["default", account(), ownerContact("default"), ["u-1"], ["u-1"]],
  ["default-locked", account(null, LOCKED), ownerContact("default", [], ["not_active"]), ["u-1"], ["u-1"]],
  [
    "designee-owner-locked",
    account(designationOf(person()), LOCKED),
    designatedContact(person()),
    ["u-17"],
    ["u-17", "u-1"],
  ],
  ["left", account(left()), ownerContact("fallback", ["not_a_member"]), ["u-1"], ["u-1"]],
  [
    "left-locked",
    account(left(), LOCKED),
    ownerContact("fallback", ["not_a_member"], ["not_active"]),
    ["u-1"],
    ["u-1"],
  ],
  ["pin", account(designationOf(owner())), designatedContact(owner()), ["u-1"], ["u-1"]],
  [
    "pin-locked",
    account(designationOf(LOCKED), LOCKED),
    ownerContact("fallback", ["not_active"], ["not_active"]),
    ["u-1"],
    ["u-1"],
  ],
  [
    "near-id",
    account(designationOf(person({ id: "U-1" }))),
    designatedContact(person({ id: "U-1" })),
    ["U-1"],
    ["U-1", "u-1"],
  ],
];

function recipients() {
  const rules = [
    ["by-default", undefined],
    ["not-copied", { copyOwnerOnEvents: false }],
    ["copied", COPY],
  ];
  return product(STATES, rules).map(([[state, given, contact, alone, copied], [name, chosen]]) =>
    vector(
      `route/recipients/${state}/${name}`,
      "the owner is added only when the rules say so and the contact is another person (SPEC 9)",
      request(given, chosen),
      { recipients: chosen === COPY ? copied : alone, contact },
    ),
  );
}

function designees() {
  return UNMET_SETS.map(({ name, codes, facts }) => {
    const someone = person(facts);
    const valid = codes.length === 0;
    const claim = {
      recipients: valid ? ["u-17", "u-1"] : ["u-1"],
      contact: valid ? designatedContact(someone) : ownerContact("fallback", codes),
    };
    return vector(
      `route/designee/${name}`,
      "nobody mails an invalid contact (SPEC 5, 9)",
      request(account(designationOf(someone)), { ...BLOCKED, ...COPY }),
      claim,
    );
  });
}

function boundaries() {
  const limits = [
    ["login-age", -365 * DAY, -1],
    ["clock-skew", 300_000, 1],
  ];
  return product(limits, [-1, 0, 1]).map(([[name, limit, sign], beyond]) => {
    const someone = person({ lastLoginAt: later(NOW, limit + sign * beyond) });
    const to = beyond > 0 ? ["u-1"] : ["u-17", "u-1"];
    const edge = ["minus-1ms", "exact", "plus-1ms"][beyond + 1];
    return vector(
      `route/${name}/${edge}`,
      "the contact at the instant of sending (SPEC 9)",
      request(account(designationOf(someone)), COPY),
      { recipients: to },
    );
  });
}

function ignored() {
  return [
    vector(
      "route/ignored/event-members",
      "other members of an event are ignored (SPEC 11)",
      request(account(), undefined, { ...EVENT, at: 5, source: { ip: null } }),
      { recipients: ["u-1"] },
    ),
    vector(
      "route/ignored/announced",
      "a member of another op is ignored (SPEC 11)",
      { ...request(account()), announced: "u-17" },
      { recipients: ["u-1"] },
    ),
  ];
}

function noOwner() {
  return product(
    [
      ["none", null],
      ["valid", designationOf(person())],
      ["left", left()],
    ],
    [
      ["", undefined],
      ["-copied", COPY],
    ],
  ).map(([[name, designation], [suffix, rules]]) =>
    vector(
      `route/no-owner/${name}${suffix}`,
      "an account without an owner is an error (SPEC 5)",
      request(account(designation, null), rules),
      errorAt("account.owner", "no_owner"),
    ),
  );
}
