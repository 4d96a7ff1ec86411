// The suite finds what it is there to find.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Ajv2020 } from "ajv/dist/2020.js";

import { differences, digest, misses } from "./compare.mjs";
import { randomRequests } from "./generate.mjs";
import { count, WANTED } from "./outcomes.mjs";
import { fits, readVectors } from "./vectors.mjs";

const vectors = readVectors();

test("a runtime that deviates is named with its case and both answers", () => {
  const cases = [{ id: "a", request: "{}" }, { id: "b", request: "[]" }];
  const one = { name: "one", answers: ["1", "2"] };
  const other = { name: "other", answers: ["1", "3"] };
  assert.deepEqual(differences(cases, one, other), ["b: []\n  one: 2\n  other: 3"]);
  assert.notEqual(digest(["a", "b"], one.answers), digest(["a", "b"], other.answers));
  assert.notEqual(digest(["a", "b"], one.answers), digest(["b", "a"], one.answers));
});

test("a wrong answer to a vector is seen, and of an error the message is free", () => {
  const [vector] = vectors.filter(({ expect }) => expect.error === undefined);
  assert.deepEqual(misses([vector], [JSON.stringify(vector.expect)]), []);
  assert.equal(misses([vector], ["{}"]).length, 1);
  const expect = { error: { code: "no_owner", path: "account.owner" } };
  assert.ok(fits(expect, '{"error":{"code":"no_owner","path":"account.owner","message":"none"}}'));
  assert.ok(!fits(expect, '{"error":{"code":"no_owner","path":"account.owner","message":""}}'));
  assert.ok(!fits(expect, '{"error":{"code":"no_owner","path":"account","message":"none"}}'));
});

test("the requests of a vector keep the text that the file has", () => {
  const numbers = vectors.filter(({ request }) => request.includes("14.0"));
  assert.ok(numbers.length > 0, "no vector has a number that JSON.stringify would write otherwise");
  for (const { request } of vectors) JSON.parse(request);
});

test("a seed gives the same requests every time, and another seed others", () => {
  const of = (seed) => [...randomRequests(500, seed)];
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1), of(2));
  for (const request of of(3)) JSON.parse(request);
});

test("kinds of answers are counted, and one that never comes is seen", () => {
  const counts = count([[{ op: "access" }, { canEdit: false, reasons: ["not_active"] }]]);
  assert.equal(counts.get("access not_active"), 1);
  assert.equal([...counts.values()].filter((times) => times === 0).length, WANTED.length - 1);
});

test("every vector fits the schema, ids are unique, and a broken one is refused", () => {
  const schema = JSON.parse(readFileSync(new URL("../vectors/vector.schema.json", import.meta.url), "utf8"));
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  for (const { id, why, request, expect } of vectors) {
    assert.ok(validate({ id, why, request: JSON.parse(request), expect }), `${id}: ${JSON.stringify(validate.errors)}`);
  }
  assert.equal(new Set(vectors.map(({ id }) => id)).size, vectors.length);
  const { id, why } = vectors[0];
  for (const expect of [{}, { error: { code: "other", path: "" } }, { eligible: true, unmet: ["new"], validUntil: null }]) {
    assert.ok(!validate({ id, why, request: {}, expect }), JSON.stringify(expect));
  }
  assert.ok(!validate({ id, request: {}, expect: vectors[0].expect }));
});
