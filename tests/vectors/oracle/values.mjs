// What a single JSON value may be (SPEC 2, 11).

const encoder = new TextEncoder();
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The least name of an object's members that `fits`, by its UTF-8; half of a surrogate pair reads as U+FFFD. */
export function least(object, fits) {
  const names = Object.keys(object).filter(fits).map((name) => name.toWellFormed());
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))[0];
}

/** A person's id: 1 to 128 bytes of UTF-8, no control characters (SPEC 2). */
export function isId(value) {
  return hasBytes(value, 128) && !CONTROL_CHARACTER.test(value);
}

/** A role's or staff role's name: 1 to 64 bytes of UTF-8 (SPEC 2). */
export function isName(value) {
  return hasBytes(value, 64);
}

/** One number type, as in JavaScript: 14 and 14.0 are the same value. */
export function isWholeNumber(value, least = -Infinity, most = Infinity) {
  return Number.isInteger(value) && value >= least && value <= most;
}

function hasBytes(value, most) {
  if (typeof value !== "string") return false;
  const bytes = encoder.encode(value).length;
  return bytes >= 1 && bytes <= most;
}
