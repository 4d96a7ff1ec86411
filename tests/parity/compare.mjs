// The digest of a runtime's answers, and where they part from others.

import { createHash } from "node:crypto";

import { fits } from "./vectors.mjs";

const SHOWN = 5;

/** A SHA-256 over every answer beside its case, in hexadecimal digits. */
export function digest(ids, answers) {
  const hash = createHash("sha256");
  ids.forEach((id, index) => hash.update(`${id}\t${answers[index]}\n`));
  return hash.digest("hex");
}

/** The vectors that were answered otherwise than expected, for people. */
export function misses(vectors, answers) {
  return shown(
    vectors.flatMap(({ id, why, expect }, index) =>
      fits(expect, answers[index]) ? [] : [`${id}: ${why}\n  expected ${JSON.stringify(expect)}\n  got      ${answers[index]}`],
    ),
  );
}

/** The cases in which two runtimes differ, for people. */
export function differences(cases, one, other) {
  return shown(
    cases.flatMap(({ id, request }, index) =>
      one.answers[index] === other.answers[index]
        ? []
        : [`${id}: ${request}\n  ${one.name}: ${one.answers[index]}\n  ${other.name}: ${other.answers[index]}`],
    ),
  );
}

function shown(all) {
  return all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`];
}
