// Instants: what callers have at hand, as milliseconds and as text. `Date` would take most of a verdict's time.

import { PolicyError } from "./error.js";

const FIRST = Date.parse("0001-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");
const EXPECTED = "expected a Date or milliseconds in the years 0001 to 9999, or RFC 3339 text";
const DAY = 86_400_000;

/** Days from the first of March of the year 0 to that of `Date`. Years that begin in March have the leap day last. */
const EPOCH = 719_468;

const [DASH, DOT, ZERO, COLON, T, Z] = Array.from("-.0:TZ", (letter) => letter.charCodeAt(0));

/** More than any part of an instant can be. */
const NO_DIGIT = 10_000;

/** The instant of a question: text as it is, else whole milliseconds, of the caller's clock when it is missing. */
export function instantOf(now = Date.now()) {
  if (typeof now === "string") return now;
  const millis = now instanceof Date ? now.getTime() : now;
  if (typeof millis !== "number" || !(millis >= FIRST && millis <= LAST)) {
    throw new PolicyError("invalid_input", "now", EXPECTED);
  }
  return Math.floor(millis); // towards the past, as the module does
}

/** An instant's milliseconds; NaN for text in another form than `2026-10-01T09:30:00Z`, with three decimals or none. */
export function millisOf(instant) {
  if (typeof instant === "number") return instant;
  const end = instant.length - 1;
  if ((end !== 19 && end !== 23) || instant.charCodeAt(end) !== Z) return NaN;
  if (instant.charCodeAt(4) !== DASH || instant.charCodeAt(7) !== DASH || instant.charCodeAt(10) !== T) return NaN;
  if (instant.charCodeAt(13) !== COLON || instant.charCodeAt(16) !== COLON) return NaN;
  if (end === 23 && instant.charCodeAt(19) !== DOT) return NaN;
  const year = 100 * pair(instant, 0) + pair(instant, 2);
  const [month, day] = [pair(instant, 5), pair(instant, 8)];
  const [hour, minute, second] = [pair(instant, 11), pair(instant, 14), pair(instant, 17)];
  const millis = end === 19 ? 0 : 10 * pair(instant, 20) + digit(instant, 22);
  if (!(year < NO_DIGIT && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return NaN;
  if (!(hour < 24 && minute < 60 && second < 60 && millis < 1000)) return NaN;
  return DAY * daysBefore(year, month, day) + 1000 * (60 * (60 * hour + minute) + second) + millis;
}

function digit(text, at) {
  const digit = text.charCodeAt(at) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : NO_DIGIT;
}

function pair(text, at) {
  return 10 * digit(text, at) + digit(text, at + 1);
}

function daysIn(year, month) {
  if (month !== 2) return 30 + ((month + (month >> 3)) & 1);
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Days from the epoch to a date. */
function daysBefore(year, month, day) {
  const [inYear, sinceMarch] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  const leapDays = whole(inYear, 4) - whole(inYear, 100) + whole(inYear, 400);
  return 365 * inYear + leapDays + whole(153 * sinceMarch + 2, 5) + day - 1 - EPOCH;
}

/** An instant as RFC 3339, as the module writes it; text as it is. */
export function textOf(instant) {
  if (typeof instant === "string") return instant;
  const days = Math.floor(instant / DAY);
  const inDay = instant - DAY * days;
  const century = whole(4 * (days + EPOCH) + 3, 146_097);
  const inCentury = days + EPOCH - whole(146_097 * century, 4);
  const inYear = whole(4 * inCentury + 3, 1461);
  const dayOfYear = inCentury - whole(1461 * inYear, 4);
  const sinceMarch = whole(5 * dayOfYear + 2, 153);
  const [year, month] = sinceMarch < 10 ? [inYear, sinceMarch + 3] : [inYear + 1, sinceMarch - 9];
  return written(
    100 * century + year,
    month,
    dayOfYear - whole(153 * sinceMarch + 2, 5) + 1,
    whole(inDay, 3_600_000),
    whole(inDay, 60_000) % 60,
    whole(inDay, 1000) % 60,
    inDay % 1000,
  );
}

function written(year, month, day, hour, minute, second, millis) {
  const [century, inCentury, hundredths] = [whole(year, 100), year % 100, whole(millis, 10)];
  return String.fromCharCode(
    tens(century), ones(century), tens(inCentury), ones(inCentury), DASH,
    tens(month), ones(month), DASH,
    tens(day), ones(day), T,
    tens(hour), ones(hour), COLON,
    tens(minute), ones(minute), COLON,
    tens(second), ones(second), DOT,
    tens(hundredths), ones(hundredths), ones(millis), Z,
  );
}

const whole = (number, divisor) => (number / divisor) | 0;
const tens = (number) => ZERO + whole(number, 10);
const ones = (number) => ZERO + (number % 10);
