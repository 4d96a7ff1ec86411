// The API in Node: what it takes, what it throws, and what it keeps.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";

import { installPackage } from "../support/install.mjs";

const project = installPackage();
after(() => project.remove());
const memories = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...args) {
    super(...args);
    memories.push(this.exports.memory);
  }
};
const { PolicyError, createPolicy, decide, init, ...identity } = await import(join(project.installed, "node.js"));

const NOW = "2026-10-01T09:30:00.000Z";
const owner = { id: "u-1", role: "owner", accountSettings: "edit", status: "active", lastLoginAt: NOW, staffRole: null };
const person = { ...owner, id: "u-17", role: "admin" };
const account = { owner, designation: null };
const policy = createPolicy();

/** The error that a function throws, as its parts. */
function thrown(act) {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof PolicyError && error instanceof Error, `${error}`);
    assert.equal(error.name, "PolicyError");
    return { code: error.code, path: error.path, message: error.message };
  }
  return assert.fail("nothing was thrown");
}

test("every method says what decide says", async () => {
  await init();
  const event = { kind: "breach_alert", severity: "high" };
  const change = { account, announced: null, actor: owner, change: { kind: "designate", userId: "u-17", person } };
  const review = { account, announced: "u-17", remindedFor: null };
  for (const [answer, request] of [
    [policy.eligibility(person, { now: NOW }), { op: "eligibility", person, now: NOW }],
    [policy.access(person), { op: "access", person }],
    [policy.resolve(account, { now: NOW }), { op: "resolve", account, now: NOW }],
    [policy.change({ ...change, now: NOW }), { op: "change", ...change, now: NOW }],
    [policy.review({ ...review, now: NOW }), { op: "review", ...review, now: NOW }],
    [policy.route(account, event, { now: NOW }), { op: "route", account, event, now: NOW }],
  ]) {
    assert.equal(JSON.stringify(answer), JSON.stringify(decide(request)));
    assert.equal(answer.error, undefined);
  }
});

test("many are judged as one by one", () => {
  const people = [person, { ...person, status: "invited" }, { ...person, lastLoginAt: null }];
  assert.deepEqual(policy.eligibilityMany(people, { now: NOW }), people.map((one) => policy.eligibility(one, { now: NOW })));
  assert.deepEqual(policy.eligibilityMany([]), []);
  const { code, path } = thrown(() => policy.eligibilityMany([person, { ...person, role: 7 }], { now: NOW }));
  assert.deepEqual([code, path], ["invalid_input", "people[1].role"]);
  assert.equal(thrown(() => policy.eligibilityMany("all")).path, "people");
});

test("now is a Date, milliseconds or text, and else the clock's", () => {
  const millis = Date.parse(NOW);
  const until = (now) => policy.eligibility({ ...person, lastLoginAt: "2025-10-01T09:30:00.000Z" }, { now }).validUntil;
  for (const now of [NOW, millis, new Date(millis), "2026-10-01T11:30:00+02:00", millis + 0.9]) {
    assert.equal(until(now), NOW, `${now}`);
    assert.equal(until(millis + 1), null);
  }
  assert.equal(policy.eligibility({ ...person, lastLoginAt: new Date().toISOString() }).eligible, true);
  assert.equal(policy.eligibility({ ...person, lastLoginAt: "2020-01-01T00:00:00Z" }, {}).eligible, false);
  assert.equal(policy.resolve(account, { now: undefined }).userId, "u-1");
  assert.equal(policy.eligibility(person, { now: -62135596800000 }).unmet[0], "login_in_future");
});

test("a now that is none is refused before the module sees it", () => {
  for (const now of [NaN, Infinity, 253402300800000, -62135596800001, new Date(NaN), null, {}, true, 1n]) {
    const { code, path, message } = thrown(() => policy.eligibility(person, { now }));
    assert.deepEqual([code, path], ["invalid_input", "now"], String(now));
    assert.match(message, /^`now`: expected a Date/);
  }
  const { path, message } = thrown(() => policy.eligibility(person, { now: "yesterday" }));
  assert.ok(path === "now" && message.includes("got `yesterday`"), message);
});

test("an error names the field, and the last one does not stay", () => {
  assert.deepEqual(thrown(() => policy.access({ ...person, status: "x".repeat(9) })), {
    code: "invalid_input",
    path: "person.status",
    message: "`person.status`: expected one of `active`, `invited`, `suspended`, `deactivated`, got `xxxxxxxxx`",
  });
  assert.equal(thrown(() => policy.access(undefined)).path, "person");
  assert.equal(thrown(() => policy.resolve({ owner: null, designation: null }, { now: NOW })).code, "no_owner");
  for (const request of [null, undefined, 7]) assert.equal(thrown(() => policy.change(request)).path, "");
  assert.equal(policy.access(person).canEdit, true);
});

test("rules that do not fit are refused", () => {
  for (const [rules, path] of [
    [{ maxLoginAgeDays: 0 }, "rules.maxLoginAgeDays"],
    [{ maxLoginAge: 1 }, "rules.maxLoginAge"],
    [{ contactRoles: ["owner", 7] }, "rules.contactRoles[1]"],
    [null, "rules"],
    [[], "rules"],
    ["x", "rules"],
  ]) {
    const error = thrown(() => createPolicy(rules));
    assert.deepEqual([error.code, error.path], ["invalid_rules", path]);
  }
});

test("a policy tells its rules and its identity", () => {
  const strict = createPolicy({ maxLoginAgeDays: 90, contactRoles: ["admin", "owner", "owner"] });
  assert.equal(strict.rules.maxLoginAgeDays, 90);
  assert.deepEqual(strict.rules.contactRoles, ["admin", "owner", "owner"]);
  assert.equal(strict.fingerprint, createPolicy({ maxLoginAgeDays: 90 }).fingerprint);
  assert.notEqual(strict.fingerprint, policy.fingerprint);
  assert.deepEqual(
    { moduleSha256: policy.moduleSha256, version: policy.version },
    { moduleSha256: identity.moduleSha256, version: identity.version },
  );
  assert.match(policy.fingerprint, /^[0-9a-f]{64}$/);
});

test("any object will do, and nothing of it but the rules' members is touched", () => {
  class Row {
    #facts = person;
    get id() { return this.#facts.id; }
    get role() { return this.#facts.role; }
    get accountSettings() { return this.#facts.accountSettings; }
    get status() { return this.#facts.status; }
    get lastLoginAt() { return this.#facts.lastLoginAt; }
    get staffRole() { return null; }
    get secrets() { return assert.fail("this was read"); }
  }
  const row = new Row();
  row.itself = row;
  row.big = 1n;
  assert.equal(policy.eligibility(row, { now: NOW }).eligible, true);
  const broken = { ...person, get role() { throw new Error("no"); } };
  Object.defineProperty(broken, "role", { enumerable: true, get() { throw new Error("no"); } });
  assert.deepEqual(decide({ op: "access", person: broken }).error.path, "person.role");
});

test("what is not JSON is told as such", () => {
  for (const role of [() => {}, Symbol("x"), 1n, "\ud800"]) {
    assert.match(decide({ op: "access", person: { ...person, role } }).error.message, /something that is not JSON/);
  }
  for (const [role, kind] of [[NaN, "a number"], [new Date(), "an object"], [new Uint8Array(2), "an object"], [[], "a list"]]) {
    assert.match(decide({ op: "access", person: { ...person, role } }).error.message, new RegExp(`got ${kind}$`));
  }
  assert.equal(decide({ op: "access", person, "a\ud800": 1 }).error.path, "a\ufffd");
  for (const request of [undefined, null, 7, "x", [], () => {}]) assert.equal(decide(request).error.path, "");
});

test("text of any length and script crosses whole", () => {
  for (const id of ["é".repeat(64), "😀".repeat(32), "x".repeat(128), "a😀é名", "x".repeat(63) + "é"]) {
    assert.equal(policy.resolve({ owner: { ...owner, id }, designation: null }, { now: NOW }).userId, id);
  }
  const long = "é".repeat(100_000);
  assert.equal(thrown(() => policy.access({ ...person, id: long })).path, "person.id");
});

test("a freed policy says so, and freeing twice is nothing", () => {
  const one = createPolicy();
  one.free();
  one.free();
  for (const act of [() => one.access(person), () => one.fingerprint, () => one.rules, () => one.eligibilityMany([])]) {
    assert.equal(thrown(act).code, "freed");
  }
  const other = createPolicy();
  other[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  assert.equal(thrown(() => other.decide({})).code, "freed");
});

test("a million calls leave the memory as it was", async () => {
  const [memory] = memories;
  const people = Array.from({ length: 100 }, () => person);
  const call = (i) => {
    policy.eligibility(person, { now: NOW });
    if (i % 100 === 0) policy.eligibilityMany(people, { now: NOW });
    if (i % 10 === 0) decide({ op: "access", person: { ...person, status: "none" }, rules: { maxLoginAgeDays: 30 } });
    if (i % 100 === 0) createPolicy({ maxLoginAgeDays: 90 }).free();
    if (i % 100 === 0) thrown(() => createPolicy({ maxLoginAgeDays: 0 }));
  };
  for (let i = 0; i < 1000; i++) call(i);
  const before = memory.buffer.byteLength;
  for (let i = 0; i < 1_000_000; i++) call(i);
  assert.equal(memory.buffer.byteLength, before);
});
