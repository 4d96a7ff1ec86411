// The vectors as text, so that each runtime reads their requests by itself.

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../vectors/", import.meta.url));

/** All vectors, by file name and line: `id`, `why`, the text of the `request`, and what to `expect`. */
export function readVectors(folder = FOLDER) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ndjson")).sort();
  const lines = files.flatMap((file) => readFileSync(`${folder}${file}`, "utf8").split("\n"));
  return lines.filter((line) => line !== "").map((line) => {
    const { id, why, expect } = JSON.parse(line);
    return { id, why, expect, request: line.slice(line.indexOf(',"request":') + 11, line.lastIndexOf(',"expect":')) };
  });
}

/** Whether the answer is the expected one byte for byte; of an error, the message may be any text. */
export function fits(expect, answer) {
  if (expect.error === undefined) return JSON.stringify(expect) === answer;
  const message = JSON.parse(answer).error?.message;
  if (typeof message !== "string" || message === "") return false;
  return JSON.stringify({ error: { ...expect.error, message } }) === answer;
}
