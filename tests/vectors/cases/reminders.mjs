// SPEC 8: reminders before a designation runs out, and when to review next.

import { DAY, LAST_INSTANT, account, designationOf, later, left, owner, person, told } from "../support/people.mjs";
import { product, rawNumber, vector } from "../support/vectors.mjs";

export function reminderVectors() {
  return [
    ...thresholds(),
    ...replay(),
    ...spellings(),
    ...recipients(),
    ...withNotices(),
    ...nobodyReminded(),
    ...clamped(),
    ...shortAge(),
  ];
}

const LOGIN = "2026-01-01T00:00:00Z";
/** LOGIN and 365 days. */
const UNTIL = "2027-01-01T00:00:00.000Z";
const NEXT = "2027-01-01T00:00:00.001Z";

const designee = person({ lastLoginAt: LOGIN });

function request({
  given = account(designationOf(designee)),
  announced = "u-17",
  remindedFor = null,
  days,
  now,
  rules = {},
}) {
  return {
    op: "review",
    account: given,
    announced,
    remindedFor,
    now,
    rules: days === undefined ? rules : { ...rules, expiryReminderDays: days },
  };
}

function before(days, beyond = 0) {
  return later(UNTIL, -days * DAY + beyond);
}

/** To the designee, then to the owner. */
function reminded(days, to = ["u-17", "u-1"], validUntil = UNTIL) {
  return to.map((id) => ({ to: id, validUntil, days }));
}

const LISTS = [[14], [30, 14, 7, 1], [364], [364, 1], [2, 1], [1], []];
const EDGES = [
  [-1, "minus-1ms"],
  [0, "exact"],
  [1, "plus-1ms"],
];

/** Around the instant of each reminder and around the end; 0 days stands for the end. */
function thresholds() {
  return LISTS.flatMap((days) => {
    const name = days.join("-") || "none";
    const around = product([...days.keys()], EDGES).map(([i, [beyond, edge]]) => {
      const due = beyond >= 0 ? i : i - 1;
      const next = due + 1 < days.length ? before(days[due + 1]) : NEXT;
      const claim = { outcome: "kept", reminders: due < 0 ? [] : reminded(days[due]), nextReviewAt: next };
      return vector(
        `review/reminder/${name}/${days[i]}-days/${edge}`,
        "of the days due the smallest is sent, exactly from its instant on (SPEC 8)",
        request({ days, now: before(days[i], beyond) }),
        claim,
      );
    });
    const last = days.at(-1);
    const end = EDGES.map(([beyond, edge]) => {
      const claim =
        beyond > 0
          ? { outcome: "reverted", reasons: ["login_too_old"], reminders: [], nextReviewAt: null }
          : { outcome: "kept", reminders: last === undefined ? [] : reminded(last), nextReviewAt: NEXT };
      return vector(
        `review/reminder/${name}/end/${edge}`,
        "validUntil is the last instant at which the designation holds (SPEC 3, 8)",
        request({ days, now: later(UNTIL, beyond) }),
        claim,
      );
    });
    const fresh = { outcome: "kept", reminders: [], nextReviewAt: days.length === 0 ? NEXT : before(days[0]) };
    const start = vector(
      `review/reminder/${name}/start`,
      "a fresh login makes no reminder due (SPEC 8)",
      request({ days, now: LOGIN }),
      fresh,
    );
    return [...around, ...end, start];
  });
}

const ALL = [30, 14, 7, 1];

/** Each stretch of time after each number of reminders sent. */
function replay() {
  const stretches = [
    [40, -1],
    [30, 0],
    [20, 0],
    [14, 1],
    [10, 1],
    [7, 2],
    [3, 2],
    [1, 3],
    [0, 3],
  ];
  return product(stretches, [0, 1, 2, 3, 4]).map(([[daysLeft, due], sent]) => {
    const days = ALL.slice(0, sent);
    const silent = due < 0 || sent > due;
    const claim = { reminders: silent ? [] : reminded(ALL[due]), nextReviewAt: due < 3 ? before(ALL[due + 1]) : NEXT };
    const why = silent
      ? "a reminder already sent is not due again (SPEC 8)"
      : "larger days count as sent with the smallest (SPEC 8)";
    const given = request({ days: ALL, remindedFor: { validUntil: UNTIL, days }, now: before(daysLeft) });
    return vector(`review/reminded/${daysLeft}-days-left/sent-${days.join("-") || "none"}`, why, given, claim);
  });
}

/** Ten days before the end 14 is due; what `remindedFor` holds then decides. */
function spellings() {
  const rows = [
    ["null", null, true],
    ["same", { validUntil: UNTIL, days: [14] }, false],
    ["same-without-decimals", { validUntil: "2027-01-01T00:00:00Z", days: [14] }, false],
    ["same-with-offset", { validUntil: "2027-01-01T05:30:00.000+05:30", days: [14] }, false],
    ["same-west", { validUntil: "2026-12-31T16:00:00-08:00", days: [14] }, false],
    ["same-lower-case", { validUntil: "2027-01-01t00:00:00.000z", days: [14] }, false],
    ["same-truncated", { validUntil: "2027-01-01T00:00:00.000999Z", days: [14] }, false],
    ["1ms-earlier", { validUntil: later(UNTIL, -1), days: [14] }, true],
    ["1ms-later", { validUntil: NEXT, days: [14] }, true],
    ["a-year-earlier", { validUntil: later(UNTIL, -365 * DAY), days: [14, 7, 1] }, true],
    ["larger", { validUntil: UNTIL, days: [30] }, true],
    ["larger-unknown", { validUntil: UNTIL, days: [15] }, true],
    ["largest-number", { validUntil: UNTIL, days: [4294967295] }, true],
    ["smaller", { validUntil: UNTIL, days: [7] }, false],
    ["smaller-unknown", { validUntil: UNTIL, days: [13] }, false],
    ["zero", { validUntil: UNTIL, days: [0] }, false],
    ["none-sent", { validUntil: UNTIL, days: [] }, true],
    ["twice", { validUntil: UNTIL, days: [14, 14] }, false],
    ["ascending", { validUntil: UNTIL, days: [14, 30] }, false],
    ["ascending-larger", { validUntil: UNTIL, days: [15, 30] }, true],
    ["written-14.0", { validUntil: UNTIL, days: [rawNumber("14.0")] }, false],
    ["written-1.4e1", { validUntil: UNTIL, days: [rawNumber("1.4e1")] }, false],
    ["other-members", { validUntil: UNTIL, days: [14], day: 1, sentAt: null }, false],
  ];
  return rows.map(([name, remindedFor, sends]) => {
    const claim = { reminders: sends ? reminded(14) : [], nextReviewAt: before(7) };
    const why = sends
      ? "what was sent for another end, or larger days, does not silence (SPEC 8)"
      : "sent for this very validUntil, so not due again (SPEC 8)";
    return vector(`review/reminded-for/${name}`, why, request({ days: ALL, remindedFor, now: before(10) }), claim);
  });
}

const PINNED = owner({ lastLoginAt: LOGIN });
const REMINDED = [
  [
    "designee-and-owner",
    account(designationOf(designee)),
    "u-17",
    reminded(14),
    "the designee and the owner are reminded",
  ],
  [
    "owner-locked",
    account(designationOf(designee), owner({ status: "suspended" })),
    "u-17",
    reminded(14),
    "the owner is reminded whatever their status",
  ],
  [
    "owner-stale",
    account(designationOf(designee), owner({ lastLoginAt: null })),
    "u-17",
    reminded(14),
    "the owner is reminded whatever their login",
  ],
  ["pin", account(designationOf(PINNED), PINNED), "u-1", reminded(14, ["u-1"]), "a pinned owner is reminded once"],
  [
    "near-id",
    account(designationOf({ ...designee, id: "U-1" })),
    "U-1",
    reminded(14, ["U-1", "u-1"]),
    "another id is another person",
  ],
];

function recipients() {
  return REMINDED.map(([name, given, announced, reminders, text]) =>
    vector(`review/reminder-to/${name}`, `${text} (SPEC 8)`, request({ given, announced, now: before(14) }), {
      outcome: "kept",
      reminders,
      notices: [],
    }),
  );
}

/** Notices and reminders do not exclude each other. */
function withNotices() {
  const rows = [
    ["not-yet-told", "u-1", told("u-17", "u-1", "owner_changed", "u-17")],
    ["first-seen", null, []],
    ["third", "u-23", told("u-17", "u-23", "owner_changed", null)],
  ];
  return rows.map(([name, announced, notices]) => {
    const given = request({ announced, now: before(14) });
    return vector(
      `review/reminder-and-notice/${name}`,
      "a notice and a reminder may be due at once (SPEC 7, 8)",
      given,
      { notices, reminders: reminded(14) },
    );
  });
}

function nobodyReminded() {
  const pinned = owner({ lastLoginAt: LOGIN, status: "suspended" });
  const rows = [
    ["default", account(null, owner({ lastLoginAt: LOGIN })), "kept"],
    ["suspended", account(designationOf({ ...designee, status: "suspended" })), "reverted"],
    ["left", account(left()), "reverted"],
    ["pin-locked", account(designationOf(pinned), pinned), "reverted"],
  ];
  const sent = [
    ["not-reminded", null],
    ["reminded", { validUntil: UNTIL, days: [30] }],
  ];
  return product(rows, sent).map(([[name, given, outcome], [state, remindedFor]]) =>
    vector(
      `review/no-reminder/${name}/${state}`,
      "reminders are due only while a designated person is the contact (SPEC 8)",
      request({ given, announced: null, remindedFor, now: before(3) }),
      { outcome, reminders: [], nextReviewAt: null },
    ),
  );
}

/** The end is the clamped one, and reminders count back from it. */
function clamped() {
  const someone = person({ lastLoginAt: later(LAST_INSTANT, -100 * DAY) });
  const given = account(designationOf(someone));
  const at = later(LAST_INSTANT, -14 * DAY);
  const around = EDGES.map(([beyond, edge]) => {
    const due = beyond >= 0;
    const claim = {
      reminders: due ? reminded(14, ["u-17", "u-1"], LAST_INSTANT) : [],
      nextReviewAt: due ? LAST_INSTANT : at,
    };
    return vector(
      `review/reminder-clamped/${edge}`,
      "reminders count back from the clamped validUntil (SPEC 8)",
      request({ given, now: later(at, beyond) }),
      claim,
    );
  });
  const last = [
    ["unsent", null, reminded(14, ["u-17", "u-1"], LAST_INSTANT)],
    ["sent", { validUntil: LAST_INSTANT, days: [14] }, []],
  ].map(([name, remindedFor, reminders]) =>
    vector(
      `review/reminder-clamped/at-last/${name}`,
      "the clamped validUntil is the one remindedFor names (SPEC 8)",
      request({ given, remindedFor, now: LAST_INSTANT }),
      { outcome: "kept", reminders, nextReviewAt: LAST_INSTANT },
    ),
  );
  return [...around, ...last];
}

/** Other ages than 365 days. */
function shortAge() {
  const rows = [
    [2, [1]],
    [10, [9, 1]],
    [3650, [3649, 1825]],
  ];
  return product(rows, EDGES).map(([[age, days], [beyond, edge]]) => {
    const end = later(LOGIN, age * DAY);
    const last = days.at(-1);
    const now = later(end, -last * DAY + beyond);
    const earlier = days.length > 1 ? reminded(days[0], ["u-17", "u-1"], end) : [];
    const claim = {
      reminders: beyond >= 0 ? reminded(last, ["u-17", "u-1"], end) : earlier,
      nextReviewAt: beyond >= 0 ? later(end, 1) : later(end, -last * DAY),
    };
    return vector(
      `review/reminder-age/${age}-days/${edge}`,
      "reminders follow maxLoginAgeDays (SPEC 3, 8)",
      request({ days, now, rules: { maxLoginAgeDays: age } }),
      claim,
    );
  });
}
