// The instant of a question: what callers have at hand, as the text that the module reads.

import { PolicyError } from "./error.js";

const FIRST = Date.parse("0001-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");
const EXPECTED = "expected a Date or milliseconds in the years 0001 to 9999, or RFC 3339 text";

let lastMillis = 0;
let lastText = "1970-01-01T00:00:00.000Z";

/** `now` as RFC 3339: text as it is, and the caller's clock when it is missing. */
export function instantOf(now = Date.now()) {
  if (typeof now === "string") return now;
  const millis = now instanceof Date ? now.getTime() : now;
  if (typeof millis !== "number" || !(millis >= FIRST && millis <= LAST)) {
    throw new PolicyError("invalid_input", "now", EXPECTED);
  }
  const whole = Math.floor(millis); // towards the past, as the module does
  if (whole !== lastMillis) {
    lastText = new Date(whole).toISOString();
    lastMillis = whole;
  }
  return lastText;
}
