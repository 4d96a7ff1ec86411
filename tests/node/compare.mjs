// Puts the conformance vectors to any implementation that runs in JavaScript.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** All vectors of a folder, by file name and line. */
export function readVectors(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ndjson")).sort();
  return files.flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line)),
  );
}

/**
 * What `decide` answers to each vector: how many there are, those that were answered otherwise than expected, and a
 * SHA-256 over every answer with the texts of its messages, which is equal for runtimes that answer alike.
 */
export function compare(vectors, decide) {
  const failures = [];
  const digest = createHash("sha256");
  for (const { id, why, request, expect } of vectors) {
    const answer = answerText(decide, request);
    digest.update(`${id}\t${answer}\n`);
    if (!fits(expect, answer)) failures.push({ id, why, expected: JSON.stringify(expect), got: answer });
  }
  return { count: vectors.length, failures, digest: digest.digest("hex") };
}

function answerText(decide, request) {
  try {
    return JSON.stringify(decide(request)) ?? "undefined";
  } catch (error) {
    return `threw ${error}`;
  }
}

/** Whether the answer is the expected one byte for byte; of an error, the message may be any text. */
function fits(expect, answer) {
  if (expect.error === undefined || !answer.startsWith("{")) return JSON.stringify(expect) === answer;
  const message = JSON.parse(answer).error?.message;
  if (typeof message !== "string" || message === "") return false;
  return JSON.stringify({ error: { ...expect.error, message } }) === answer;
}
