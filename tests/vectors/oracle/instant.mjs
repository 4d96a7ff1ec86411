// Instants (SPEC 1): whole milliseconds since 1970-01-01T00:00:00Z, proleptic Gregorian, UTC years 0001..=9999.
// The calendar is computed here and not taken from `Date`, which reads years 0 to 99 as 1900 to 1999.

export const MS_PER_DAY = 86_400_000;
/** 0001-01-01T00:00:00.000Z */
export const MIN_INSTANT = -62_135_596_800_000;
/** 9999-12-31T23:59:59.999Z */
export const MAX_INSTANT = 253_402_300_799_999;

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Milliseconds of an RFC 3339 text, or null when the text is no instant in range. */
export function parseInstant(text) {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const offsetHour = Number(match[9] ?? 0);
  const offsetMinute = Number(match[10] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null; // no :60 (SPEC 1)
  if (offsetHour > 23 || offsetMinute > 59) return null;
  const offset = (match[8] === "-" ? -1 : 1) * (offsetHour * 60 + offsetMinute) * 60_000;
  const clock = ((hour * 60 + minute) * 60 + second) * 1000;
  const instant = daysFromCivil(year, month, day) * MS_PER_DAY + clock + fractionMs(match[7]) - offset;
  return instant < MIN_INSTANT || instant > MAX_INSTANT ? null : instant;
}

/** The fraction counts upwards from the second, so that cutting its digits truncates towards the past (SPEC 1). */
function fractionMs(digits = "") {
  return Number(digits.slice(0, 3).padEnd(3, "0"));
}

/** Three decimals and `Z`, always (SPEC 11). */
export function formatInstant(instant) {
  const days = Math.floor(instant / MS_PER_DAY);
  const clock = instant - days * MS_PER_DAY;
  const [year, month, day] = civilFromDays(days);
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  const hour = Math.floor(clock / 3_600_000);
  const minute = Math.floor(clock / 60_000) % 60;
  const second = Math.floor(clock / 1000) % 60;
  return `${date}T${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}.${digits(clock % 1000, 3)}Z`;
}

/** Instants past the last one are clamped to it (SPEC 8). */
export function clampInstant(instant) {
  return Math.min(instant, MAX_INSTANT);
}

function digits(number, width) {
  return String(number).padStart(width, "0");
}

function isLeapYear(year) {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year, month) {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days since 1970-01-01; years are counted from March, so that the leap day is a year's last day. */
function daysFromCivil(year, month, day) {
  const marchYear = month <= 2 ? year - 1 : year;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1 - 719_468;
}

function civilFromDays(days) {
  let year = 1970 + Math.floor(days / 365.2425);
  while (daysFromCivil(year, 1, 1) > days) year -= 1;
  while (daysFromCivil(year + 1, 1, 1) <= days) year += 1;
  let month = 12;
  while (daysFromCivil(year, month, 1) > days) month -= 1;
  return [year, month, days - daysFromCivil(year, month, 1) + 1];
}
