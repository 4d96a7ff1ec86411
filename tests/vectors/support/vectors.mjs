// A vector before its answer is computed, and the text of a line.

/**
 * `claim` is what the author of the case says the answer holds, by hand: each member given must equal the
 * oracle's. It keeps the oracle and the cases from being wrong together.
 */
export function vector(id, why, request, claim = {}) {
  return { id, why, request, claim };
}

/** The claim of an error. */
export function errorAt(path, code = "invalid_input") {
  return { error: { code, path } };
}

/** A JSON number written in a way that `JSON.stringify` does not choose, such as `14.0`. */
export function rawNumber(text) {
  return `@@number ${text}@@`;
}

/** Compact JSON, with raw numbers as they were given. */
export function jsonText(value) {
  return JSON.stringify(value).replace(/"@@number ([^@]*)@@"/g, "$1");
}

/** All combinations of one entry of each list, in order. */
export function product(...lists) {
  return lists.reduce((rows, list) => rows.flatMap((row) => list.map((entry) => [...row, entry])), [[]]);
}

/** Numbers in 0..limit from a fixed seed (mulberry32). */
export function seededPicker(seed) {
  let state = seed >>> 0;
  const next = (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { below: next, pick: (list) => list[next(list.length)] };
}
