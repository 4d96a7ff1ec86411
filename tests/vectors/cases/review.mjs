// SPEC 8: the review, its reverts and the notices it causes. Reminders are in reminders.mjs.

import {
  BLOCKED,
  DAY,
  FORMER,
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
  told,
  untilOf,
} from "../support/people.mjs";
import { errorAt, product, vector } from "../support/vectors.mjs";

export function reviewVectors() {
  return [
    ...matrix(),
    ...reverts(),
    ...pinReverts(),
    ...ownersUnmet(),
    ...boundaries(),
    ...ownership(),
    ...counterparts(),
    ...clamping(),
    ...noOwner(),
  ];
}

function request(given, announced, rules, now = NOW) {
  const base = { op: "review", account: given, announced, remindedFor: null, now };
  return rules === undefined ? base : { ...base, rules };
}

const TOO_OLD = later(NOW, -365 * DAY - 1);

/** By hand: what a designation does, and whether the designee may learn the successor. */
const DESIGNATIONS = {
  none: { of: () => null, outcome: "kept", implied: null, active: [] },
  valid: { of: () => designationOf(person()), outcome: "kept", contact: "u-17", implied: "u-17", active: ["u-17"] },
  stale: {
    of: () => designationOf(person({ lastLoginAt: TOO_OLD })),
    outcome: "reverted",
    implied: "u-17",
    active: ["u-17"],
  },
  suspended: {
    of: () => designationOf(person({ status: "suspended" })),
    outcome: "reverted",
    implied: "u-17",
    active: [],
  },
  left: { of: () => left(), outcome: "reverted", implied: "u-17", active: [] },
};

const OWNERS = {
  fine: { facts: {}, unmet: [], active: ["u-1"] },
  locked: { facts: { status: "suspended" }, unmet: ["not_active"], active: [] },
  stale: { facts: { lastLoginAt: TOO_OLD }, unmet: ["login_too_old"], active: ["u-1"] },
};

const ANNOUNCED = { nobody: null, owner: "u-1", designee: "u-17", third: "u-23", former: FORMER };

function matrix() {
  return product(Object.entries(DESIGNATIONS), Object.entries(OWNERS), Object.entries(ANNOUNCED)).map(
    ([[state, designation], [holding, holder], [who, announced]]) => {
      const given = account(designation.of(), owner(holder.facts));
      const after = designation.contact ?? "u-1";
      const before = announced ?? designation.implied;
      const counterpart = [...designation.active, ...holder.active].includes(before) ? after : null;
      const cause = designation.outcome === "kept" ? "owner_changed" : "reverted";
      const claim = {
        outcome: designation.outcome,
        notices: before === null || before === after ? [] : told(after, before, cause, counterpart),
        reminders: [],
        nextReviewAt:
          state === "valid" ? later(NOW, Date.parse(untilOf(person().lastLoginAt, 351)) - Date.parse(NOW)) : null,
      };
      return vector(
        `review/matrix/${state}/owner-${holding}/announced-${who}`,
        matrixReason(state, announced),
        request(given, announced),
        claim,
      );
    },
  );
}

function matrixReason(state, announced) {
  if (announced !== null) return "before is the contact last told (SPEC 7, 8)";
  if (state === "none") return "an account seen for the first time tells nobody (SPEC 7)";
  return "where nobody was announced, before is the designation's userId (SPEC 7)";
}

function reverts() {
  return UNMET_SETS.map(({ name, codes, facts }) => {
    const valid = codes.length === 0;
    const claim = valid
      ? { outcome: "kept", notices: [], contact: designatedContact(person()) }
      : {
          outcome: "reverted",
          reasons: codes,
          contact: ownerContact("default"),
          notices: told("u-1", "u-17", "reverted", codes.includes("not_active") ? null : "u-1"),
          reminders: [],
          nextReviewAt: null,
        };
    const why = valid
      ? "a valid designation is kept (SPEC 8)"
      : "an invalid designation is cleared, with every unmet code (SPEC 8)";
    return vector(
      `review/designee/${name}`,
      why,
      request(account(designationOf(person(facts))), "u-17", BLOCKED),
      claim,
    );
  });
}

function pinReverts() {
  return product(UNMET_SETS, [
    ["nobody", null],
    ["owner", "u-1"],
  ]).map(([{ name, codes, facts }, [who, announced]]) => {
    const holder = owner(facts);
    const claim =
      codes.length === 0
        ? { outcome: "kept", contact: designatedContact(holder), notices: [], reminders: [] }
        : { outcome: "reverted", reasons: codes, contact: ownerContact("default", [], codes), notices: [] };
    const why =
      codes.length === 0
        ? "an eligible pin is kept (SPEC 8)"
        : "clearing a pin leaves the same person, so nobody is told (SPEC 7, 8)";
    return vector(
      `review/pin/${name}/announced-${who}`,
      why,
      request(account(designationOf(holder), holder), announced, BLOCKED),
      claim,
    );
  });
}

/** The owner's own criteria are a warning only. */
function ownersUnmet() {
  return UNMET_SETS.map(({ name, codes, facts }) =>
    vector(
      `review/default/owner-${name}`,
      "the owner stays the contact regardless, with a warning (SPEC 5, 8)",
      request(account(null, owner(facts)), "u-1", BLOCKED),
      { outcome: "kept", contact: ownerContact("default", [], codes), notices: [], reminders: [], nextReviewAt: null },
    ),
  );
}

const EDGES = [
  [-1, "minus-1ms"],
  [0, "exact"],
  [1, "plus-1ms"],
];

function boundaries() {
  const limits = [
    ["login-age", -365 * DAY, -1, "login_too_old"],
    ["clock-skew", 300_000, 1, "login_in_future"],
  ];
  return product(
    limits,
    [
      ["designee", person],
      ["pin", owner],
    ],
    EDGES,
  ).map(([[kind, limit, sign, code], [who, make], [beyond, name]]) => {
    const someone = make({ lastLoginAt: later(NOW, limit + sign * beyond) });
    const given = who === "pin" ? account(designationOf(someone), someone) : account(designationOf(someone));
    const claim =
      beyond > 0 ? { outcome: "reverted", reasons: [code] } : { outcome: "kept", contact: designatedContact(someone) };
    return vector(
      `review/${kind}/${who}/${name}`,
      "the review judges at now, to the millisecond (SPEC 3, 8)",
      request(given, null, { expiryReminderDays: [] }),
      claim,
    );
  });
}

const FORMER_OWNER = owner({ id: "u-2", role: "admin" });
const STALE_FORMER = { ...FORMER_OWNER, lastLoginAt: TOO_OLD };
const MOVES = [
  [
    "default",
    account(),
    "u-2",
    { outcome: "kept", contact: ownerContact("default"), notices: told("u-1", "u-2", "owner_changed", null) },
    "the default follows the owner",
  ],
  ["default-told", account(), "u-1", { notices: [] }, "the new owner was already told"],
  ["default-first-seen", account(), null, { notices: [] }, "an account seen for the first time tells nobody"],
  [
    "default-new-owner-locked",
    account(null, owner({ status: "suspended" })),
    "u-2",
    { notices: told("u-1", "u-2", "owner_changed", null) },
    "a locked new owner is the contact and is told",
  ],
  [
    "pin-stays",
    account(designationOf(FORMER_OWNER)),
    "u-2",
    { outcome: "kept", contact: designatedContact(FORMER_OWNER), notices: [] },
    "a pin stays with the person when ownership moves",
  ],
  [
    "pin-stays-first-seen",
    account(designationOf(FORMER_OWNER)),
    null,
    { outcome: "kept", contact: designatedContact(FORMER_OWNER), notices: [] },
    "a pin stays with the person when ownership moves",
  ],
  [
    "pin-of-stale-former",
    account(designationOf(STALE_FORMER)),
    "u-2",
    { outcome: "reverted", notices: told("u-1", "u-2", "reverted", "u-1") },
    "a pin is a designation once ownership moved",
  ],
  [
    "pin-of-departed",
    account(left("u-2")),
    "u-2",
    { outcome: "reverted", reasons: ["not_a_member"], notices: told("u-1", "u-2", "reverted", null) },
    "a former owner who has left learns no successor",
  ],
  [
    "designee-becomes-owner",
    account(designationOf(owner())),
    "u-1",
    { outcome: "kept", contact: designatedContact(owner()), notices: [] },
    "a designee who becomes owner is pinned",
  ],
  [
    "designee-valid",
    account(designationOf(person())),
    "u-17",
    { outcome: "kept", notices: [] },
    "a designee stays whoever owns the account",
  ],
  [
    "designee-told-of-owner",
    account(designationOf(person())),
    "u-2",
    { outcome: "kept", notices: told("u-17", "u-2", "owner_changed", null) },
    "a contact not yet told is told, whatever moved",
  ],
];

/** u-2 owned the account before u-1 does now. */
function ownership() {
  return MOVES.map(([name, given, announced, claim, text]) =>
    vector(`review/ownership/${name}`, `${text} (SPEC 5, 7, 8)`, request(given, announced), claim),
  );
}

const STATUSES = ["active", "invited", "suspended", "deactivated"];

function counterparts() {
  const designee = STATUSES.map((status) => {
    const given = account(designationOf(person({ status, lastLoginAt: null })));
    const claim = { outcome: "reverted", notices: told("u-1", "u-17", "reverted", status === "active" ? "u-1" : null) };
    return vector(
      `review/counterpart/designee-${status}`,
      "a reverted designee learns who follows only while active (SPEC 7)",
      request(given, "u-17"),
      claim,
    );
  });
  const holder = STATUSES.map((status) => {
    const given = account(designationOf(person()), owner({ status }));
    const claim = {
      outcome: "kept",
      notices: told("u-17", "u-1", "owner_changed", status === "active" ? "u-17" : null),
    };
    return vector(
      `review/counterpart/owner-${status}`,
      "an owner who was contact learns who follows only while active (SPEC 7)",
      request(given, "u-1"),
      claim,
    );
  });
  const stray = vector(
    "review/counterpart/third-in-revert",
    "a third person told last is neither owner nor designee (SPEC 7)",
    request(account(designationOf(third({ lastLoginAt: null }))), "u-17"),
    { outcome: "reverted", notices: told("u-1", "u-17", "reverted", null) },
  );
  const silent = vector(
    "review/counterpart/owner-told-before-revert",
    "the owner was told last and is the contact again, so nobody is told (SPEC 7, 8)",
    request(account(left()), "u-1"),
    { outcome: "reverted", notices: [], contact: ownerContact("default") },
  );
  return [...designee, ...holder, stray, silent];
}

function clamping() {
  const before = later(LAST_INSTANT, -1);
  const edges = [
    [-2, later(LAST_INSTANT, -2), before, "two-ms-before"],
    [-1, before, LAST_INSTANT, "one-ms-before"],
    [0, LAST_INSTANT, LAST_INSTANT, "exact"],
    [1, LAST_INSTANT, LAST_INSTANT, "one-ms-past"],
    [200 * DAY, LAST_INSTANT, LAST_INSTANT, "far-past"],
  ];
  const nows = [
    ["month-before", later(LAST_INSTANT, -30 * DAY)],
    ["at-last", LAST_INSTANT],
  ];
  return product(edges, nows)
    .filter(([[past], [when]]) => past >= 0 || when === "month-before")
    .map(([[past, validUntil, nextReviewAt, name], [when, now]]) => {
      const someone = person({ lastLoginAt: later(LAST_INSTANT, past - 365 * DAY) });
      const given = request(account(designationOf(someone)), "u-17", { expiryReminderDays: [] }, now);
      const contact = { ...designatedContact(someone, 0), validUntil };
      return vector(
        `review/clamp/${name}/${when}`,
        "validUntil and nextReviewAt are clamped to the last instant (SPEC 8)",
        given,
        { outcome: "kept", contact, nextReviewAt },
      );
    });
}

function noOwner() {
  const states = [
    ["none", null],
    ["valid", designationOf(person())],
    ["stale", designationOf(person({ lastLoginAt: null }))],
    ["left", left()],
  ];
  return product(states, [
    ["nobody", null],
    ["someone", "u-17"],
  ]).map(([[name, designation], [who, announced]]) =>
    vector(
      `review/no-owner/${name}/announced-${who}`,
      "an account without an owner is an error (SPEC 5)",
      request(account(designation, null), announced),
      errorAt("account.owner", "no_owner"),
    ),
  );
}
