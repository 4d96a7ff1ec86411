import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { compare, readVectors } from "./compare.mjs";

const verdict = { id: "v", why: "w", request: { op: "x" }, expect: { eligible: true, unmet: [] } };
const fault = { id: "f", why: "w", request: {}, expect: { error: { code: "no_owner", path: "account.owner" } } };

const answering = (answer) => compare([verdict], () => answer).failures.length === 0;
const failing = (error) => compare([fault], () => ({ error })).failures.length === 0;

test("an answer fits when it is the same to the byte", () => {
  assert.ok(answering({ eligible: true, unmet: [] }));
  assert.ok(!answering({ unmet: [], eligible: true }));
  assert.ok(!answering({ eligible: true, unmet: [], validUntil: null }));
  assert.ok(!answering({ eligible: true, unmet: undefined }));
  assert.ok(!answering(undefined));
});

test("an error fits with any message but none", () => {
  const expected = { code: "no_owner", path: "account.owner" };
  assert.ok(failing({ ...expected, message: "some text" }));
  assert.ok(!failing({ ...expected, message: "" }));
  assert.ok(!failing({ ...expected, message: 1 }));
  assert.ok(!failing(expected));
  assert.ok(!failing({ ...expected, path: "account", message: "some text" }));
  assert.ok(!failing({ message: "some text", ...expected }));
  assert.equal(compare([fault], () => verdict.expect).failures.length, 1);
});

test("an implementation that throws is a failure", () => {
  const decide = () => {
    throw new RangeError("no");
  };
  const { failures } = compare([verdict, fault], decide);
  assert.deepEqual(failures.map(({ id, got }) => [id, got]), [["v", "threw RangeError: no"], ["f", "threw RangeError: no"]]);
});

test("the digest covers ids, answers and messages", () => {
  const digest = (id, message) => compare([{ ...fault, id }], () => ({ error: { ...fault.expect.error, message } })).digest;
  assert.equal(digest("a", "text"), digest("a", "text"));
  assert.notEqual(digest("a", "text"), digest("a", "another"));
  assert.notEqual(digest("a", "text"), digest("b", "text"));
});

test("vectors are read by file name and line", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "vectors-"));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "b.ndjson"), '{"id":"b1"}\n{"id":"b2"}\n');
  writeFileSync(join(folder, "a.ndjson"), '{"id":"a1"}\n');
  writeFileSync(join(folder, "other.json"), '{"id":"c1"}\n');
  assert.deepEqual(readVectors(folder).map(({ id }) => id), ["a1", "b1", "b2"]);
});

test("the runner fails on a package that answers otherwise", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const exports = { ".": { default: "./glue.mjs" }, "./wasm": { default: "./glue.wasm" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ exports }));
  writeFileSync(join(folder, "glue.wasm"), "");
  writeFileSync(join(folder, "glue.mjs"), "export const initSync = () => {}; export const decide = () => ({});");
  const runner = fileURLToPath(new URL("vectors.mjs", import.meta.url));
  const run = () => execFileSync(process.execPath, [runner, folder], { stdio: "pipe", encoding: "utf8" });
  assert.throws(run, ({ status, stdout, stderr }) => {
    assert.equal(status, 1);
    assert.match(stdout, /^node: (\d+) vectors, \1 differ, answers [0-9a-f]{64}\n$/);
    assert.equal(stderr.match(/^ {2}expected /gm).length, 20);
    return true;
  });
});
