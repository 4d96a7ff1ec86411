// The examples of the package's README, so that tests can run them as they stand there.

import { readFileSync } from "node:fs";

const README = readFileSync(new URL("../../policy/README.md", import.meta.url), "utf8");

/** The first block of code under a heading; under none, the first of all. */
export function example(heading) {
  const section = heading === "" ? README : README.split(`\n## ${heading}\n`)[1];
  if (section === undefined) throw new Error(`the README has no heading \`${heading}\``);
  const [, code] = section.split(heading === "" ? /^## /m : "\n## ")[0].match(/```\w+\n(.*?)```/s) ?? [];
  if (code === undefined) throw new Error(`the README has no code under \`${heading}\``);
  return code;
}

/** What an example says that it prints: the comments that stand alone in a line. */
export function saidToPrint(code) {
  return [...code.matchAll(/^ *\/\/ (.*)$/gm)].map(([, text]) => `${text}\n`).join("");
}
