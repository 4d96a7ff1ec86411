// Writes the conformance vectors, or with --check fails when the files differ from what would be written.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { accessVectors } from "./cases/access.mjs";
import { brokenInputVectors } from "./cases/broken-input.mjs";
import { brokenValueVectors } from "./cases/broken-values.mjs";
import { changeVectors } from "./cases/change.mjs";
import { changeMatrixVectors } from "./cases/change-matrix.mjs";
import { eligibilityVectors } from "./cases/eligibility.mjs";
import { instantVectors } from "./cases/instants.mjs";
import { reminderVectors } from "./cases/reminders.mjs";
import { resolveVectors } from "./cases/resolve.mjs";
import { reviewVectors } from "./cases/review.mjs";
import { routeVectors } from "./cases/route.mjs";
import { ruleLimitVectors } from "./cases/rule-limits.mjs";
import { ruleVectors } from "./cases/rules.mjs";
import { storyVectors } from "./cases/stories.mjs";
import { decide } from "./oracle.mjs";
import { jsonText } from "./support/vectors.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const TOPICS = ["eligibility", "access", "resolve", "change", "review", "route", "rules", "instants", "broken"];
const CASES = [
  eligibilityVectors,
  accessVectors,
  resolveVectors,
  changeVectors,
  changeMatrixVectors,
  reviewVectors,
  reminderVectors,
  storyVectors,
  routeVectors,
  ruleVectors,
  ruleLimitVectors,
  instantVectors,
  brokenInputVectors,
  brokenValueVectors,
];

/** One line; the oracle answers the request as a reader of the file parses it. */
function line({ id, why, request, claim }) {
  const requestText = jsonText(request);
  const expect = decide(JSON.parse(requestText));
  for (const [name, claimed] of Object.entries(claim)) {
    const found = JSON.stringify(expect[name]);
    if (found !== JSON.stringify(claimed)) {
      throw new Error(`${id}: \`${name}\` is ${found}, the case claims ${JSON.stringify(claimed)}`);
    }
  }
  if (!/\(SPEC [0-9, ]+\)$/.test(why)) throw new Error(`${id}: \`why\` cites no section`);
  return `{"id":${JSON.stringify(id)},"why":${JSON.stringify(why)},"request":${requestText},"expect":${JSON.stringify(expect)}}\n`;
}

/** File name to text; the topic is the first part of a vector's id. */
function render() {
  const ids = new Set();
  const lines = new Map(TOPICS.map((topic) => [topic, []]));
  for (const entry of CASES.flatMap((vectors) => vectors())) {
    if (ids.has(entry.id)) throw new Error(`${entry.id}: used twice`);
    ids.add(entry.id);
    lines.get(entry.id.split("/")[0]).push(line(entry));
  }
  return new Map([...lines].map(([topic, texts]) => [`${topic}.ndjson`, texts.join("")]));
}

function stale(files) {
  const present = readdirSync(HERE).filter((name) => name.endsWith(".ndjson"));
  const extra = present.filter((name) => !files.has(name));
  const differing = [...files.keys()].filter(
    (name) => !present.includes(name) || readFileSync(join(HERE, name), "utf8") !== files.get(name),
  );
  return [...differing, ...extra];
}

const files = render();
if (process.argv.includes("--check")) {
  const names = stale(files);
  for (const name of names) console.error(`${name} is not what generate.mjs writes`);
  process.exitCode = names.length === 0 ? 0 : 1;
} else {
  for (const [name, text] of files) {
    writeFileSync(join(HERE, name), text);
    console.log(`${name}: ${text.split("\n").length - 1}`);
  }
}
