// Ways to break a request. Each is still JSON text, which is what reaches a runtime's own reader.

import { jsonText, rawNumber } from "../vectors/support/vectors.mjs";

const STRANGE = [
  null, true, 0, -1, 1.5, 14, 1e21, "", " ", "x", "é".repeat(65), "a\nb", "\u0085", "\u{10ffff}", "x".repeat(200),
  [], {}, [null], { a: 1 }, [[[[[[[[[[1]]]]]]]]]], "2026-10-01", "2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z",
  "2026-10-01T09:30:60Z", "2026-10-01T09:30:00+24:00", "10000-01-01T00:00:00Z", "+002026-10-01T09:30:00Z",
  rawNumber("1e999"), rawNumber("-0"), rawNumber("14.0"), rawNumber("1e-400"), rawNumber("365.0000000000000001"),
];
const NAMES = ["extra", "Op", "op ", "__proto__", "constructor", "toString", "", "é", "😀", "x".repeat(60), "rulez"];
/** Half of a surrogate pair, as text has it. */
export const LONE = "\\ud800";

/** The request with one to three faults in it. */
export function broken(request, random) {
  const copy = structuredClone(request);
  for (let faults = 1 + random.below(3); faults > 0; faults--) breakOne(copy, random);
  return brokenText(jsonText(copy), random);
}

function breakOne(request, { below, pick }) {
  const places = placesIn(request);
  if (places.length === 0) return;
  const [holder, name] = pick(places);
  const strange = () => structuredClone(pick(STRANGE));
  switch (below(6)) {
    case 0:
      return void (Array.isArray(holder) ? holder.splice(name, 1) : delete holder[name]);
    case 1:
      return void define(Array.isArray(holder) ? request : holder, pick(NAMES), strange());
    case 2:
      return void define(holder, name, structuredClone(pick(places)[0].id ?? strange()));
    default:
      return void define(holder, name, strange());
  }
}

/** Also for `__proto__`, which an assignment would not make a member. */
function define(holder, name, value) {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Every member and item of the request, as its holder and its name. */
function placesIn(holder) {
  return Object.entries(holder).flatMap(([name, value]) => [
    [holder, Array.isArray(holder) ? Number(name) : name],
    ...(typeof value === "object" && value !== null ? placesIn(value) : []),
  ]);
}

/** Faults that only text can have. */
function brokenText(text, { below, pick }) {
  switch (below(12)) {
    case 0: // half of a surrogate pair
      return text.replace(pick([/"u-\d+"/, /"admin"/, /"active"/]), `"${LONE}"`);
    case 1: // in a name
      return text.replace(pick([/"id"/, /"now"/, /"kind"/]), `"i${LONE}"`);
    case 2: // the same name twice
      return text.replace(/^\{(?=")/, `{"op":"${pick(["resolve", "nothing"])}",`);
    case 3:
      return text.replace(/^\{(?=")/, `{"now":${below(2)},`);
    case 4:
      return text.replaceAll(",", " ,\t").replaceAll(":{", ": {  ");
    case 5:
      return text.replace(/"([a-z])/g, (_, letter) => `"\\u00${letter.charCodeAt(0).toString(16)}`);
    case 6:
      return pick(["null", "[]", "7", '"op"', "{}", `[${text}]`, `{"op":${text}}`]);
    default:
      return text;
  }
}
