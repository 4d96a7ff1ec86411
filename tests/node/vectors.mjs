// Puts the conformance vectors to the npm package: node tests/node/vectors.mjs [folder of the package] [--digest-only]

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { compare, readVectors } from "./compare.mjs";

const SHOWN = 20;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { "digest-only": { type: "boolean" } },
});
const decide = await loadDecide(resolve(positionals[0] ?? here("../../pkg")));
const vectors = readVectors(here("../vectors"));
const { count, failures, digest } = compare(vectors, decide);

for (const { id, why, expected, got } of failures.slice(0, SHOWN)) {
  console.error(`${id}: ${why}\n  expected ${expected}\n  got      ${got}`);
}
if (count === 0) console.error("there are no vectors in tests/vectors");
console.log(options["digest-only"] ? digest : `node: ${count} vectors, ${failures.length} differ, answers ${digest}`);
process.exitCode = count > 0 && failures.length === 0 ? 0 : 1;

/** The function `decide` of the package, found by the exports that the package declares. */
async function loadDecide(folder) {
  const base = pathToFileURL(`${folder}/`);
  const { exports } = JSON.parse(readFileSync(new URL("package.json", base), "utf8"));
  const glue = await import(new URL(exports["."].default, base));
  glue.initSync({ module: readFileSync(new URL(exports["./wasm"].default, base)) });
  return glue.decide;
}
