// SPEC 1: instants as text. An accepted text is seen in validUntil, or in which side of a limit it falls on.

import { DAY, NOW, account, designationOf, later, owner, person, untilOf } from "../support/people.mjs";
import { errorAt, product, seededPicker, vector } from "../support/vectors.mjs";

export function instantVectors() {
  return [...accepted(), ...asNow(), ...months(), ...drawn(), ...refused(), ...elsewhere()];
}

/** A login at its own instant: eligible, and valid for 365 days from exactly there. */
function login(text, utc) {
  const request = { op: "eligibility", person: person({ lastLoginAt: text }), now: utc };
  return [request, { eligible: true, unmet: [], validUntil: utc > "9999" ? "9999-12-31T23:59:59.999Z" : untilOf(utc) }];
}

/** Name, text, and by hand the same instant in UTC with three decimals. */
const ACCEPTED = [
  ["utc", "2026-10-01T09:30:00Z", "2026-10-01T09:30:00.000Z"],
  ["lower-t", "2026-10-01t09:30:00Z", "2026-10-01T09:30:00.000Z"],
  ["lower-z", "2026-10-01T09:30:00z", "2026-10-01T09:30:00.000Z"],
  ["lower-both", "2026-10-01t09:30:00.5z", "2026-10-01T09:30:00.500Z"],
  ["lower-t-offset", "2026-10-01t09:30:00+02:00", "2026-10-01T07:30:00.000Z"],
  ["one-digit", "2026-10-01T09:30:00.1Z", "2026-10-01T09:30:00.100Z"],
  ["two-digits", "2026-10-01T09:30:00.12Z", "2026-10-01T09:30:00.120Z"],
  ["three-digits", "2026-10-01T09:30:00.123Z", "2026-10-01T09:30:00.123Z"],
  ["leading-zero", "2026-10-01T09:30:00.001Z", "2026-10-01T09:30:00.001Z"],
  ["leading-zeros", "2026-10-01T09:30:00.0009Z", "2026-10-01T09:30:00.000Z"],
  ["four-digits", "2026-10-01T09:30:00.1239Z", "2026-10-01T09:30:00.123Z"],
  ["six-digits", "2026-10-01T09:30:00.999999Z", "2026-10-01T09:30:00.999Z"],
  ["nine-digits", "2026-10-01T09:30:00.123999999Z", "2026-10-01T09:30:00.123Z"],
  ["twelve-digits", "2026-10-01T09:30:00.999999999999Z", "2026-10-01T09:30:00.999Z"],
  ["forty-digits", `2026-10-01T09:30:00.${"9".repeat(40)}Z`, "2026-10-01T09:30:00.999Z"],
  ["a-thousand-digits", `2026-10-01T09:30:00.${"0".repeat(999)}9Z`, "2026-10-01T09:30:00.000Z"],
  ["zeros", "2026-10-01T09:30:00.000000Z", "2026-10-01T09:30:00.000Z"],
  ["east", "2026-10-01T09:30:00+02:00", "2026-10-01T07:30:00.000Z"],
  ["west", "2026-10-01T09:30:00-07:00", "2026-10-01T16:30:00.000Z"],
  ["half-hour", "2026-10-01T09:30:00+05:30", "2026-10-01T04:00:00.000Z"],
  ["three-quarters", "2026-10-01T09:30:00+12:45", "2026-09-30T20:45:00.000Z"],
  ["minus-one-minute", "2026-10-01T09:30:00-00:01", "2026-10-01T09:31:00.000Z"],
  ["plus-zero", "2026-10-01T09:30:00+00:00", "2026-10-01T09:30:00.000Z"],
  ["minus-zero", "2026-10-01T09:30:00-00:00", "2026-10-01T09:30:00.000Z"],
  ["widest-east", "2026-10-01T09:30:00+23:59", "2026-09-30T09:31:00.000Z"],
  ["widest-west", "2026-10-01T09:30:00-23:59", "2026-10-02T09:29:00.000Z"],
  ["fraction-and-offset", "2026-10-01T09:30:00.4567-03:30", "2026-10-01T13:00:00.456Z"],
  ["offset-into-leap-day", "2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00.000Z"],
  ["offset-out-of-leap-day", "2024-02-29T23:30:00-01:00", "2024-03-01T00:30:00.000Z"],
  ["offset-over-no-leap-day", "2100-03-01T00:30:00+01:00", "2100-02-28T23:30:00.000Z"],
  ["offset-into-last-year", "2027-01-01T00:00:00+00:01", "2026-12-31T23:59:00.000Z"],
  ["offset-into-next-year", "2026-12-31T23:59:59.999-00:01", "2027-01-01T00:00:59.999Z"],
  ["last-of-day", "2026-10-01T23:59:59.999Z", "2026-10-01T23:59:59.999Z"],
  ["epoch", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"],
  ["epoch-by-offset", "1970-01-01T01:00:00+01:00", "1970-01-01T00:00:00.000Z"],
  ["1ms-before-epoch", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"],
  ["finer-before-epoch", "1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"],
  ["finest-before-epoch", "1969-12-31T23:59:59.000000001Z", "1969-12-31T23:59:59.000Z"],
  ["finer-in-1901", "1901-05-05T05:05:05.0019Z", "1901-05-05T05:05:05.001Z"],
  ["finer-in-year-1", "0001-01-01T00:00:00.0009999Z", "0001-01-01T00:00:00.000Z"],
  ["1582", "1582-10-10T00:00:00Z", "1582-10-10T00:00:00.000Z"],
  ["year-99", "0099-12-31T00:00:00Z", "0099-12-31T00:00:00.000Z"],
  ["year-70", "0070-01-01T00:00:00Z", "0070-01-01T00:00:00.000Z"],
  ["year-999", "0999-06-15T12:00:00Z", "0999-06-15T12:00:00.000Z"],
  ["first", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
  ["first-from-the-east", "0001-01-01T05:00:00+05:00", "0001-01-01T00:00:00.000Z"],
  ["first-from-year-0", "0000-12-31T23:00:00-01:00", "0001-01-01T00:00:00.000Z"],
  ["year-0-by-offset", "0000-12-31T23:59:59.999-23:59", "0001-01-01T23:58:59.999Z"],
  ["year-0-widest", "0000-12-31T00:01:00-23:59", "0001-01-01T00:00:00.000Z"],
  ["last", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ["last-finer", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z"],
  ["last-from-the-west", "9999-12-31T22:59:59.999-01:00", "9999-12-31T23:59:59.999Z"],
  ["last-day-from-the-east", "9999-12-31T23:59:59.999+23:59", "9999-12-31T00:00:59.999Z"],
  ["2-to-31-seconds", "2038-01-19T03:14:08Z", "2038-01-19T03:14:08.000Z"],
  ["2-to-32-seconds", "2106-02-07T06:28:16Z", "2106-02-07T06:28:16.000Z"],
  ["past-64-bit-nanoseconds", "2262-04-11T23:47:16.855Z", "2262-04-11T23:47:16.855Z"],
  ["before-64-bit-nanoseconds", "1677-09-21T00:12:43.145Z", "1677-09-21T00:12:43.145Z"],
  ["not-a-leap-second", "2016-12-31T23:59:59.999Z", "2016-12-31T23:59:59.999Z"],
];

function accepted() {
  return ACCEPTED.map(([name, text, utc]) => {
    const [request, claim] = login(text, utc);
    return vector(
      `instants/accepted/${name}`,
      "RFC 3339 with Z or an offset, finer than ms truncated towards the past (SPEC 1)",
      request,
      claim,
    );
  });
}

const SEEN_AS_NOW = new Set([
  "utc",
  "lower-both",
  "three-digits",
  "nine-digits",
  "a-thousand-digits",
  "fraction-and-offset",
  "minus-zero",
  "widest-west",
  "offset-into-leap-day",
  "1ms-before-epoch",
  "finer-before-epoch",
  "year-99",
  "last",
  "last-finer",
  "last-from-the-west",
  "last-day-from-the-east",
  "past-64-bit-nanoseconds",
]);

/** A text as `now` is exactly at a login's limit, so that 1 ms more or less would show. */
function asNow() {
  return ACCEPTED.filter(([name]) => SEEN_AS_NOW.has(name)).flatMap(([name, text, utc]) => {
    const limit = later(utc, -365 * DAY);
    const request = (lastLoginAt) => ({ op: "eligibility", person: person({ lastLoginAt }), now: text });
    const why = "now is read like every instant (SPEC 1)";
    return [
      vector(`instants/now/${name}/limit`, why, request(limit), { eligible: true }),
      vector(`instants/now/${name}/beyond`, why, request(later(limit, -1)), { unmet: ["login_too_old"] }),
    ];
  });
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const LEAP = ["0004", "0400", "1600", "1904", "1972", "2000", "2024", "2400", "9996"];
const COMMON = ["0001", "0100", "1700", "1800", "1900", "2023", "2100", "2200", "9999"];

/** The last day of each month is accepted and the day after it is refused; so is Feb 29. */
function months() {
  const ends = LENGTHS.flatMap((length, i) => {
    const month = `2026-${String(i + 1).padStart(2, "0")}`;
    const [request, claim] = login(`${month}-${length}T12:00:00Z`, `${month}-${length}T12:00:00.000Z`);
    return [
      vector(`instants/month/${month}/last`, "the last day of a month exists (SPEC 1)", request, claim),
      refusal(`instants/month/${month}/past`, `${month}-${length + 1}T12:00:00Z`, "the day has to exist in its month"),
    ];
  });
  const leap = LEAP.map((year) => {
    const [request, claim] = login(`${year}-02-29T23:59:59.999Z`, `${year}-02-29T23:59:59.999Z`);
    return vector(`instants/leap/${year}-02-29`, "Feb 29 exists in a leap year (SPEC 1)", request, claim);
  });
  const past = LEAP.map((year) =>
    refusal(`instants/leap/${year}-02-30`, `${year}-02-30T00:00:00Z`, "Feb 30 never exists"),
  );
  const common = COMMON.map((year) =>
    refusal(`instants/leap/${year}-02-29`, `${year}-02-29T00:00:00Z`, "Feb 29 exists in leap years only"),
  );
  return [...ends, ...leap, ...past, ...common];
}

/** Instants from a fixed seed, each written in some offset and with some digits too many. */
function drawn() {
  const dice = seededPicker(21);
  return Array.from({ length: 40 }, (_, i) => {
    const day = dice.below(3_600_000) - 710_000;
    const utc = new Date(day * DAY + dice.below(DAY)).toISOString();
    const minutes = dice.below(2 * 1439 + 1) - 1439;
    const local = new Date(Date.parse(utc) + minutes * 60_000).toISOString().slice(0, -1);
    const size = Math.abs(minutes);
    const offset = `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
    const [request, claim] = login(`${local}${dice.pick(["", "9", "01", "999999"])}${offset}`, utc);
    return vector(`instants/drawn/${two(i)}`, "an offset is taken off exactly (SPEC 1)", request, claim);
  });
}

function two(number) {
  return String(number).padStart(2, "0");
}

const REFUSED = [
  ["empty", ""],
  ["word", "now"],
  ["date-only", "2026-10-01"],
  ["time-only", "09:30:00Z"],
  ["no-seconds", "2026-10-01T09:30Z"],
  ["no-offset", "2026-10-01T09:30:00"],
  ["fraction-no-offset", "2026-10-01T09:30:00.000"],
  ["space", "2026-10-01 09:30:00Z"],
  ["underscore", "2026-10-01_09:30:00Z"],
  ["no-separator", "2026-10-0109:30:00Z"],
  ["leading-space", " 2026-10-01T09:30:00Z"],
  ["trailing-space", "2026-10-01T09:30:00Z "],
  ["trailing-newline", "2026-10-01T09:30:00Z\n"],
  ["trailing-nul", "2026-10-01T09:30:00Z\u0000"],
  ["trailing-text", "2026-10-01T09:30:00Z[UTC]"],
  ["zone-name", "2026-10-01T09:30:00+02:00[Europe/Berlin]"],
  ["utc-word", "2026-10-01T09:30:00UTC"],
  ["two-offsets", "2026-10-01T09:30:00Z+00:00"],
  ["dot-without-digits", "2026-10-01T09:30:00.Z"],
  ["comma", "2026-10-01T09:30:00,5Z"],
  ["two-dots", "2026-10-01T09:30:00.5.5Z"],
  ["dot-before-offset", "2026-10-01T09:30:00.+01:00"],
  ["fraction-of-minute", "2026-10-01T09:30.5Z"],
  ["basic-format", "20261001T093000Z"],
  ["short-month", "2026-1-01T09:30:00Z"],
  ["short-day", "2026-10-1T09:30:00Z"],
  ["short-hour", "2026-10-01T9:30:00Z"],
  ["short-minute", "2026-10-01T09:3:00Z"],
  ["short-second", "2026-10-01T09:30:0Z"],
  ["two-digit-year", "26-10-01T09:30:00Z"],
  ["three-digit-year", "999-10-01T09:30:00Z"],
  ["five-digit-year", "12026-10-01T09:30:00Z"],
  ["plus-year", "+2026-10-01T09:30:00Z"],
  ["six-digit-year", "+002026-10-01T09:30:00Z"],
  ["minus-year", "-0001-10-01T09:30:00Z"],
  ["week-date", "2026-W40-4T09:30:00Z"],
  ["ordinal-date", "2026-274T09:30:00Z"],
  ["slashes", "2026/10/01T09:30:00Z"],
  ["dots", "2026-10-01T09.30.00Z"],
  ["imf-date", "Thu, 01 Oct 2026 09:30:00 GMT"],
  ["month-0", "2026-00-01T09:30:00Z"],
  ["month-13", "2026-13-01T09:30:00Z"],
  ["day-0", "2026-10-00T09:30:00Z"],
  ["day-32", "2026-10-32T09:30:00Z"],
  ["day-99", "2026-10-99T09:30:00Z"],
  ["hour-24", "2026-10-01T24:00:00Z"],
  ["hour-25", "2026-10-01T25:00:00Z"],
  ["minute-60", "2026-10-01T09:60:00Z"],
  ["second-60", "2026-10-01T09:30:60Z"],
  ["second-61", "2026-10-01T09:30:61Z"],
  ["leap-second", "2016-12-31T23:59:60Z"],
  ["leap-second-fraction", "2016-12-31T23:59:60.5Z"],
  ["leap-second-offset", "2017-01-01T00:59:60+01:00"],
  ["offset-24", "2026-10-01T09:30:00+24:00"],
  ["offset-minute-60", "2026-10-01T09:30:00+01:60"],
  ["offset-99", "2026-10-01T09:30:00-99:99"],
  ["offset-no-colon", "2026-10-01T09:30:00+0100"],
  ["offset-hours-only", "2026-10-01T09:30:00+01"],
  ["offset-short", "2026-10-01T09:30:00+1:00"],
  ["offset-seconds", "2026-10-01T09:30:00+01:00:00"],
  ["offset-no-sign", "2026-10-01T09:30:0001:00"],
  ["offset-unicode-minus", "2026-10-01T09:30:00\u221201:00"],
  ["offset-two-signs", "2026-10-01T09:30:00+-1:00"],
  ["lone-sign", "2026-10-01T09:30:00+"],
  ["full-width-digits", "２０２６-10-01T09:30:00Z"],
  ["arabic-digits", "٢٠٢٦-10-01T09:30:00Z"],
  ["negative-day", "2026-10--1T09:30:00Z"],
  ["plus-in-second", "2026-10-01T09:30:+1Z"],
  ["space-in-hour", "2026-10-01T 9:30:00Z"],
  ["hex", "0x7ea-10-01T09:30:00Z"],
  ["year-0", "0000-06-15T00:00:00Z"],
  ["year-0-last", "0000-12-31T23:59:59.999Z"],
  ["year-0-last-finer", "0000-12-31T23:59:59.9999999Z"],
  ["year-0-leap-day", "0000-02-29T00:00:00Z"],
  ["year-0-1ms-short", "0000-12-31T22:59:59.999-01:00"],
  ["year-1-into-year-0", "0001-01-01T00:00:00+00:01"],
  ["year-1-1ms-short", "0001-01-01T04:59:59.999+05:00"],
  ["year-10000-by-offset", "9999-12-31T23:59:59.999-00:01"],
  ["year-10000-first", "9999-12-31T23:00:00-01:00"],
  ["year-10000", "10000-01-01T00:00:00Z"],
];

function refused() {
  const login = REFUSED.map(([name, text]) =>
    refusal(`instants/refused/${name}`, text, "not RFC 3339, or out of range"),
  );
  const now = REFUSED.filter((_, i) => i % 4 === 0).map(([name, text]) =>
    vector(
      `instants/refused-now/${name}`,
      "not RFC 3339, or out of range (SPEC 1)",
      { op: "eligibility", person: person(), now: text },
      errorAt("now"),
    ),
  );
  return [...login, ...now];
}

function refusal(id, text, why) {
  return vector(
    id,
    `${why} (SPEC 1)`,
    { op: "eligibility", person: person({ lastLoginAt: text }), now: NOW },
    errorAt("person.lastLoginAt"),
  );
}

/** The other places of an instant are read by the same rules. */
function elsewhere() {
  const texts = [
    ["space", "2026-10-01 09:30:00Z"],
    ["leap-second", "2016-12-31T23:59:60Z"],
    ["feb-29", "2026-02-29T00:00:00Z"],
    ["year-0", "0000-12-31T23:59:59.999Z"],
    ["year-10000", "9999-12-31T23:00:00-01:00"],
  ];
  const review = {
    op: "review",
    account: account(designationOf(person())),
    announced: null,
    remindedFor: null,
    now: NOW,
  };
  const places = [
    ["remindedFor.validUntil", (text) => ({ ...review, remindedFor: { validUntil: text, days: [14] } })],
    ["account.owner.lastLoginAt", (text) => ({ ...review, account: account(null, owner({ lastLoginAt: text })) })],
    [
      "account.designation.person.lastLoginAt",
      (text) => ({ ...review, account: account(designationOf(person({ lastLoginAt: text }))) }),
    ],
    ["now", (text) => ({ ...review, now: text })],
  ];
  return product(places, texts).map(([[path, request], [name, text]]) =>
    vector(
      `instants/elsewhere/${path}/${name}`,
      "every instant is read by the same rules (SPEC 1, 11)",
      request(text),
      errorAt(path),
    ),
  );
}
