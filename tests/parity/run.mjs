// Every runtime answers every vector and many random requests: node tests/parity/run.mjs [--cases N] [--seed S]
//
// It needs `target/release/security-contact` and `target/release/native`; `cargo xtask parity` builds them first.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { decide as reference } from "../vectors/oracle.mjs";
import { installPackage } from "../support/install.mjs";
import { differences, digest, misses } from "./compare.mjs";
import { LONE } from "./broken.mjs";
import { randomRequests } from "./generate.mjs";
import { count } from "./outcomes.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { fits, readVectors } from "./vectors.mjs";

const ENOUGH = 8;
const TARGET = fileURLToPath(new URL("../../target/", import.meta.url));

const { values: options } = parseArgs({
  options: { cases: { type: "string", default: "200000" }, seed: { type: "string", default: "1" } },
});
const [wanted, seed] = [wholeNumber("cases"), wholeNumber("seed")];
const folder = join(TARGET, "parity");
mkdirSync(folder, { recursive: true });

const vectors = readVectors();
const random = Array.from(randomRequests(wanted, seed), (request, index) => ({ id: `random-${index}`, request }));
const cases = [...vectors, ...random];
const ids = cases.map(({ id }) => id);
const input = join(folder, "requests.ndjson");
writeFileSync(input, cases.map(({ request }) => `${request}\n`).join(""));

const faults = [];
const results = await answerEverywhere();
const [first, ...others] = results;
for (const other of others) {
  if (other.digest !== first.digest) faults.push(...differences(cases, first, other));
  else rmSync(join(folder, `${other.name}.ndjson`));
}
if (results.length < ENOUGH) faults.push(`only ${results.length} runtimes answered; ${ENOUGH} are needed`);
const outcomes = checkRandom(first.answers.slice(vectors.length));
report();

/** Each runtime in its turn; answers that differ stay in `target/parity`. */
async function answerEverywhere() {
  const project = installPackage();
  const answered = [];
  try {
    for (const [name, answer] of Object.entries(RUNTIMES)) {
      const output = join(folder, `${name}.ndjson`);
      const version = await answer({ project, input, output });
      if (version === undefined) {
        console.log(`${name}: not on this machine`);
        continue;
      }
      const answers = readFileSync(output, "utf8").split("\n").slice(0, -1);
      if (answers.length !== cases.length) faults.push(`${name} gave ${answers.length} answers to ${cases.length} requests`);
      faults.push(...misses(vectors, answers).map((miss) => `${name}: ${miss}`));
      answered.push({ name, version, answers, digest: digest(ids, answers) });
      console.log(`${name} ${version}`.padEnd(28), answered.at(-1).digest);
    }
  } finally {
    project.remove();
  }
  return answered;
}

/** The random cases met every rule, and the reference agrees. Of several faults it may name another one first. */
function checkRandom(answers) {
  const requests = random.map(({ request }) => JSON.parse(request));
  const outcomes = count(requests.map((request, index) => [request, JSON.parse(answers[index])]));
  const never = [...outcomes].filter(([, times]) => times === 0).map(([kind]) => kind);
  if (random.length >= 20_000 && never.length > 0) faults.push(`no random request was answered with: ${never.join(", ")}`);
  const agrees = (expect, answer) => fits(expect, answer) || (expect.error && answer.startsWith('{"error":'));
  const wrong = requests.flatMap((request, index) =>
    // To the reference, written in JavaScript, half of a surrogate pair is text.
    agrees(reference(request), answers[index]) || random[index].request.includes(LONE) ? [] : [index],
  );
  for (const index of wrong.slice(0, 5)) {
    const { id, request } = random[index];
    faults.push(`${id}: ${request}\n  reference: ${JSON.stringify(reference(requests[index]))}\n  got:       ${answers[index]}`);
  }
  if (wrong.length > 0) faults.push(`the reference disagrees with ${wrong.length} answers`);
  return Object.fromEntries(outcomes);
}

function report() {
  const runtimes = Object.fromEntries(results.map(({ name, digest }) => [name, digest]));
  const versions = Object.fromEntries(results.map(({ name, version }) => [name, version]));
  const summary = { cases: cases.length, vectors: vectors.length, random: random.length, seed, runtimes, versions, outcomes };
  writeFileSync(join(TARGET, "parity.json"), `${JSON.stringify(summary, null, 2)}\n`);
  console.log("\nruntime    version           digest of all answers");
  for (const { name, version, digest } of results) {
    console.log(`${name.padEnd(11)}${version.padEnd(18)}${digest}${digest === first.digest ? "" : "  differs"}`);
  }
  const kinds = Object.keys(outcomes).length;
  console.log(`${vectors.length} vectors, ${random.length} random requests from seed ${seed}, ${kinds} kinds of answers`);
  for (const fault of faults) console.error(`\n${fault}`);
  const equal = faults.length === 0;
  console.log(equal ? `${results.length} runtimes gave the same bytes` : `\n${faults.length} faults; answers are in target/parity`);
  process.exitCode = equal ? 0 : 1;
}

function wholeNumber(name) {
  const value = Number(options[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name}: expected a whole number, got \`${options[name]}\``);
  process.exit(2);
}
