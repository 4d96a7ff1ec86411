// SPEC 6 and 7: one change at a time, its checks and its notices.

import {
  BLOCKED,
  DAY,
  FORMER,
  LAST_INSTANT,
  NOW,
  RESET,
  UNMET_SETS,
  account,
  candidate,
  designate,
  designatedContact,
  designationOf,
  later,
  left,
  owner,
  ownerContact,
  person,
  third,
  told,
} from "../support/people.mjs";
import { errorAt, product, vector } from "../support/vectors.mjs";

export function changeVectors() {
  return [
    ...actors(),
    ...order(),
    ...candidates(),
    ...boundaries(),
    ...counterparts(),
    ...selfDesignation(),
    ...unchanged(),
    ...ownersUnmet(),
    ...disagreeing(),
    ...noOwner(),
  ];
}

/** A change by the third person on an account whose contact is the owner, unless told otherwise. */
function request(members, rules) {
  const base = {
    op: "change",
    account: account(),
    announced: null,
    actor: third(),
    change: designate(candidate()),
    now: NOW,
    ...members,
  };
  return rules === undefined ? base : { ...base, rules };
}

function refused(code, ...reasons) {
  return { outcome: "refused", code, reasons };
}

const STATUSES = ["active", "invited", "suspended", "deactivated"];
const CHANGES = [
  ["designate", designate(candidate()), designationOf(person())],
  ["reset", RESET, designationOf(person())],
  ["unchanged", designate(person()), designationOf(person())],
  ["reset-unchanged", RESET, null],
];

function actors() {
  const listed = product(["owner", "admin", "member"], ["none", "edit"], STATUSES, CHANGES.slice(0, 2)).map(
    ([role, accountSettings, status, [name, change, designation]]) => {
      const actor = third({ role, accountSettings, status, lastLoginAt: null });
      const codes = [
        ...(role === "member" ? ["manager_role_required"] : []),
        ...(status === "active" ? [] : ["not_active"]),
      ];
      const given = request({ account: account(designation), actor, change });
      const why =
        codes.length === 0
          ? "an active manager may edit (SPEC 6)"
          : "an actor who may not edit is refused, with the access codes (SPEC 6)";
      const claim = codes.length === 0 ? { outcome: "changed" } : refused("actor_not_permitted", ...codes);
      return vector(`change/actor/${role}/${accountSettings}/${status}/${name}`, why, given, claim);
    },
  );
  const absent = CHANGES.map(([name, change, designation]) =>
    vector(
      `change/actor/not-a-member/${name}`,
      "an actor who is no member is refused (SPEC 11)",
      request({ account: account(designation), actor: null, change }),
      refused("actor_not_permitted", "not_a_member"),
    ),
  );
  return [...listed, ...absent];
}

/** The first failing check refuses. */
function order() {
  const suspended = candidate({ status: "suspended" });
  const gone = { kind: "designate", userId: "u-31", person: null };
  const member = third({ role: "member" });
  const rows = [
    ["actor-before-member", { actor: member, change: gone }, refused("actor_not_permitted", "manager_role_required")],
    [
      "actor-before-eligible",
      { actor: member, change: designate(suspended) },
      refused("actor_not_permitted", "manager_role_required"),
    ],
    ["absent-before-member", { actor: null, change: gone }, refused("actor_not_permitted", "not_a_member")],
    [
      "absent-before-eligible",
      { actor: null, change: designate(suspended) },
      refused("actor_not_permitted", "not_a_member"),
    ],
    ["member-before-eligible", { change: gone }, refused("not_a_member")],
    [
      "eligible-before-unchanged",
      { account: account(designationOf(suspended)), change: designate(suspended) },
      refused("not_eligible", "not_active"),
    ],
    ["member-before-unchanged", { account: account(left("u-31")), change: gone }, refused("not_a_member")],
    [
      "actor-before-unchanged",
      { account: account(designationOf(person())), actor: member, change: designate(person()) },
      refused("actor_not_permitted", "manager_role_required"),
    ],
  ];
  return rows.map(([name, members, claim]) =>
    vector(
      `change/order/${name}`,
      "the checks run in order and the first that fails refuses (SPEC 6)",
      request(members),
      claim,
    ),
  );
}

function candidates() {
  return UNMET_SETS.map(({ name, codes, facts }) => {
    const someone = person({ id: "u-31", ...facts });
    const claim =
      codes.length === 0 ? { outcome: "changed", designation: { userId: "u-31" } } : refused("not_eligible", ...codes);
    const why =
      codes.length === 0
        ? "an eligible member is designated (SPEC 6)"
        : "a person who is not eligible is refused with every code (SPEC 6)";
    return vector(`change/candidate/${name}`, why, request({ change: designate(someone) }, BLOCKED), claim);
  });
}

const EDGES = [
  [-1, "minus-1ms"],
  [0, "exact"],
  [1, "plus-1ms"],
];

function boundaries() {
  const logins = [
    ["login-age", -365 * DAY, -1, "login_too_old"],
    ["clock-skew", 300_000, 1, "login_in_future"],
  ];
  const edges = product(logins, EDGES).map(([[kind, limit, sign, code], [beyond, name]]) => {
    const someone = candidate({ lastLoginAt: later(NOW, limit + sign * beyond) });
    const claim =
      beyond > 0 ? refused("not_eligible", code) : { outcome: "changed", contact: designatedContact(someone) };
    return vector(
      `change/${kind}/${name}`,
      "eligibility is judged at now, to the millisecond (SPEC 3, 6)",
      request({ change: designate(someone) }),
      claim,
    );
  });
  const clamp = EDGES.map(([past, name]) => {
    const someone = candidate({ lastLoginAt: later(LAST_INSTANT, past - 365 * DAY) });
    const given = request({ change: designate(someone), now: later(LAST_INSTANT, -20 * DAY) });
    const contact = { ...designatedContact(someone, 0), validUntil: past < 0 ? later(LAST_INSTANT, -1) : LAST_INSTANT };
    return vector(`change/clamp/${name}`, "validUntil is clamped to the last instant (SPEC 8)", given, { contact });
  });
  return [...edges, ...clamp];
}

const STRANGERS = [
  ["actor", "u-23", "the actor alone is neither owner nor designee"],
  ["former", FORMER, "one who has left is told of no successor"],
];

/** Who learns the successor: before as owner or designee, in each status. */
function counterparts() {
  const asOwner = STATUSES.map((status) => {
    const given = request({ account: account(null, owner({ status })) });
    const claim = { notices: told("u-31", "u-1", "designated", status === "active" ? "u-31" : null) };
    return vector(
      `change/counterpart/owner-${status}`,
      "only someone active learns who follows (SPEC 7)",
      given,
      claim,
    );
  });
  const asDesignee = product(STATUSES, CHANGES.slice(0, 2)).map(([status, [name, change]]) => {
    const given = request({ account: account(designationOf(person({ status }))), announced: "u-17", change });
    const after = name === "reset" ? "u-1" : "u-31";
    const cause = name === "reset" ? "reset" : "designated";
    const claim = { notices: told(after, "u-17", cause, status === "active" ? after : null) };
    return vector(
      `change/counterpart/designee-${status}/${name}`,
      "only someone active learns who follows (SPEC 7)",
      given,
      claim,
    );
  });
  const others = STRANGERS.map(([name, announced, text]) => {
    const given = request({ account: account(designationOf(person())), announced });
    return vector(`change/counterpart/${name}`, `${text} (SPEC 7)`, given, {
      notices: told("u-31", announced, "designated", null),
    });
  });
  const gone = request({ account: account(left()), announced: "u-17" });
  const silent = vector(
    "change/counterpart/designee-left",
    "a designee who has left is told of no successor (SPEC 7)",
    gone,
    { notices: told("u-31", "u-17", "designated", null) },
  );
  return [...asOwner, ...asDesignee, ...others, silent];
}

const SELF = [
  [
    "admin",
    { actor: third(), change: designate(third()) },
    { outcome: "changed", contact: designatedContact(third()), notices: told("u-23", "u-1", "designated", "u-23") },
  ],
  [
    "owner",
    { actor: owner(), change: designate(owner()) },
    { outcome: "changed", designation: { userId: "u-1" }, contact: designatedContact(owner()), notices: [] },
  ],
  [
    "designee-hands-over",
    { account: account(designationOf(person())), actor: person(), change: designate(candidate()) },
    { notices: told("u-31", "u-17", "designated", "u-31") },
  ],
  [
    "designee-resets",
    { account: account(designationOf(person())), actor: person(), change: RESET },
    { notices: told("u-1", "u-17", "reset", "u-1") },
  ],
  [
    "owner-takes-back",
    { account: account(designationOf(person())), actor: owner(), change: designate(owner()) },
    { notices: told("u-1", "u-17", "designated", "u-1") },
  ],
  [
    "editor",
    { actor: candidate(), change: designate(candidate()) },
    refused("actor_not_permitted", "manager_role_required"),
  ],
  [
    "suspended-admin",
    { actor: third({ status: "suspended" }), change: designate(third({ status: "suspended" })) },
    refused("actor_not_permitted", "not_active"),
  ],
  [
    "stale-admin",
    { actor: third({ lastLoginAt: null }), change: designate(third({ lastLoginAt: null })) },
    refused("not_eligible", "never_logged_in"),
  ],
];

function selfDesignation() {
  return SELF.map(([name, members, claim]) =>
    vector(
      `change/self/${name}`,
      "self-designation is allowed to those who may edit (SPEC 6)",
      request(members),
      claim,
    ),
  );
}

function unchanged() {
  const pinned = account(designationOf(owner()));
  const locked = owner({ status: "suspended" });
  const rows = [
    [
      "same-designee",
      { account: account(designationOf(person())), change: designate(person()) },
      designatedContact(person()),
    ],
    [
      "same-designee-other-announced",
      { account: account(designationOf(person())), announced: "u-23", change: designate(person()) },
      designatedContact(person()),
    ],
    ["same-pin", { account: pinned, change: designate(owner()) }, designatedContact(owner())],
    ["reset-of-default", { change: RESET }, ownerContact("default")],
    ["reset-of-default-other-announced", { announced: FORMER, change: RESET }, ownerContact("default")],
    [
      "reset-of-default-owner-locked",
      { account: account(null, locked), change: RESET },
      ownerContact("default", [], ["not_active"]),
    ],
  ];
  return rows.map(([name, members, contact]) =>
    vector(
      `change/unchanged/${name}`,
      "the same designation again stores and tells nothing (SPEC 6)",
      request(members),
      { outcome: "unchanged", contact, notices: undefined },
    ),
  );
}

/** The owner's own criteria never stop a reset; they stop a pin. */
function ownersUnmet() {
  return UNMET_SETS.flatMap(({ name, codes, facts }) => {
    const holder = owner(facts);
    const reset = request({ account: account(designationOf(person()), holder), change: RESET }, BLOCKED);
    const pin = request({ account: account(null, holder), change: designate(holder) }, BLOCKED);
    const pinned =
      codes.length === 0
        ? { outcome: "changed", contact: designatedContact(holder), notices: [] }
        : refused("not_eligible", ...codes);
    return [
      vector(
        `change/owner/reset-${name}`,
        "the owner needs no check to become the contact by a reset (SPEC 6)",
        reset,
        { outcome: "changed", designation: null, contact: ownerContact("default", [], codes) },
      ),
      vector(
        `change/owner/pin-${name}`,
        "designating the owner by name needs an eligible owner (SPEC 5, 6)",
        pin,
        pinned,
      ),
    ];
  });
}

/** Facts of one id that disagree: each rule reads the place it names. */
function disagreeing() {
  const stale = person({ status: "suspended" });
  const kept = account(designationOf(stale));
  const lockedOwner = account(designationOf(owner()), owner({ status: "suspended" }));
  return [
    vector(
      "change/disagree/same-but-stored-stale",
      "the same designation is unchanged, and the contact is the one of now (SPEC 6)",
      request({ account: kept, change: designate(person()) }),
      { outcome: "unchanged", contact: ownerContact("fallback", ["not_active"]) },
    ),
    vector(
      "change/disagree/same-but-stored-left",
      "the same designation is unchanged, and the contact is the one of now (SPEC 6)",
      request({ account: account(left()), change: designate(person()) }),
      { outcome: "unchanged", contact: ownerContact("fallback", ["not_a_member"]) },
    ),
    vector(
      "change/disagree/pin-of-locked-owner",
      "before is the designee and active, so learns who follows (SPEC 7)",
      request({ account: lockedOwner }),
      { notices: told("u-31", "u-1", "designated", "u-31") },
    ),
    vector(
      "change/disagree/actor-not-consulted",
      "the actor's facts do not make before active (SPEC 7)",
      request({ account: account(null, owner({ status: "suspended" })), actor: owner() }),
      { notices: told("u-31", "u-1", "designated", null) },
    ),
  ];
}

function noOwner() {
  const rows = [
    ["designate", {}],
    ["reset", { change: RESET }],
    ["no-actor", { actor: null }],
    ["no-member", { change: { kind: "designate", userId: "u-31", person: null } }],
    ["not-eligible", { change: designate(candidate({ status: "invited" })) }],
    ["unchanged", { account: account(designationOf(person()), null), change: designate(person()) }],
  ];
  return rows.map(([name, members]) =>
    vector(
      `change/no-owner/${name}`,
      "an account without an owner is an error, ahead of any refusal (SPEC 5)",
      request({ account: account(null, null), ...members }),
      errorAt("account.owner", "no_owner"),
    ),
  );
}
