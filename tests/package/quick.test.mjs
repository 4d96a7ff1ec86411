// The quick way to a verdict: wherever it leads, it says what the module says in text; elsewhere it is not taken.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";

import { randomRequests } from "../parity/generate.mjs";
import { installPackage } from "../support/install.mjs";
import { DAY, NOW, owner, person } from "../vectors/support/people.mjs";
import { product, seededPicker } from "../vectors/support/vectors.mjs";

const FIRST = Date.parse("0001-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

const project = installPackage();
after(() => project.remove());

/** The names of the functions of the module that were called. */
const called = [];
let memory;
WebAssembly.Instance = class extends WebAssembly.Instance {
  get exports() {
    memory = super.exports.memory;
    return Object.fromEntries(Object.entries(super.exports).map(([name, value]) => [name, watched(name, value)]));
  }
};
const { PolicyError, createPolicy, decide } = await import(join(project.installed, "node.js"));

function watched(name, value) {
  if (typeof value !== "function") return value;
  return (...args) => {
    called.push(name);
    return value(...args);
  };
}

/** What a call says or throws, as text. */
function said(act) {
  try {
    return JSON.stringify(act());
  } catch (error) {
    assert.ok(error instanceof PolicyError, error);
    const { code, path, message } = error;
    return JSON.stringify({ code, path, message }).replaceAll("people[0]", "person");
  }
}

/** What the module says of it in text, in the same words. */
function inText(policy, person, now) {
  const answer = policy.decide({ op: "eligibility", person, now });
  if (answer.error === undefined) return JSON.stringify(answer);
  const { code, path, message } = answer.error;
  return JSON.stringify({ code, path, message: `\`${path}\`: ${message}` });
}

/** Whether the quick way was enough. */
function isQuick(act) {
  called.length = 0;
  said(act);
  const ways = new Set(called.filter((name) => name.startsWith("engine_") && name !== "engine_room"));
  return ways.size === 1 && ways.has("engine_packed");
}

function compare(policy, person, now) {
  const expected = inText(policy, person, now);
  assert.equal(said(() => policy.eligibility(person, { now })), expected);
  assert.equal(said(() => policy.eligibilityMany([person], { now })[0]), expected);
}

test("it says of every combination of facts what the text says", () => {
  const policy = createPolicy({ contactRoles: ["owner", "ö"], blockedStaffRoles: ["support", "ö"] });
  const combinations = product(
    ["u-17", "x".repeat(128), "x".repeat(129), "é😀", "a\nb", "\x7f", "", "\ud800"],
    ["owner", "member", "x".repeat(64), "x".repeat(65), "ö", "\0", "", 7, undefined],
    ["edit", "none", "all"],
    ["active", "deactivated", null],
    [NOW, "2025-10-01T09:30:00.000Z", "2025-10-01T09:29:59.999Z", "2026-10-02T00:00:00Z", null, "never"],
    [null, "support", "", "ö", 1],
  );
  for (const [id, role, accountSettings, status, lastLoginAt, staffRole] of combinations) {
    compare(policy, { id, role, accountSettings, status, lastLoginAt, staffRole }, NOW);
  }
});

test("it says of random people under random rules what the text says", () => {
  let quick = 0;
  const requests = Array.from(randomRequests(60_000, 7), (text) => JSON.parse(text));
  const asks = ({ op, person, now }) => op === "eligibility" && person !== undefined && typeof now === "string";
  const asked = requests.filter((request) => request !== null && asks(request));
  for (const { rules, person, now } of asked) {
    let policy;
    try {
      policy = createPolicy(rules);
    } catch {
      continue; // rules that do not fit
    }
    compare(policy, person, now);
    quick += isQuick(() => policy.eligibility(person, { now })) ? 1 : 0;
    policy.free();
  }
  assert.ok(quick > 500, `${quick} of ${asked.length}`);
});

test("lists of every length are answered in parts, and with one person who does not fit as text", () => {
  const { below, pick } = seededPicker(1);
  const policy = createPolicy({ blockedStaffRoles: ["support"] });
  const somebody = () =>
    person({
      id: `u-${below(1e9)}`,
      role: pick(["owner", "analyst", "x".repeat(64)]),
      status: pick(["active", "active", "invited"]),
      lastLoginAt: pick([null, new Date(Date.parse(NOW) - below(400 * DAY)).toISOString()]),
      staffRole: pick([null, "support", "y".repeat(1 + below(64))]),
    });
  for (let length = 0; length < 500; length += 1 + below(4)) {
    const people = Array.from({ length }, somebody);
    const each = people.map((one) => policy.decide({ op: "eligibility", person: one, now: NOW }));
    assert.equal(said(() => policy.eligibilityMany(people, { now: NOW })), JSON.stringify(each));
    if (length === 0) continue;
    assert.ok(isQuick(() => policy.eligibilityMany(people, { now: NOW })));
    const at = below(length);
    people[at] = { ...people[at], status: "gone" };
    assert.match(said(() => policy.eligibilityMany(people, { now: NOW })), new RegExp(`(people\\[${at}\\]|person)\\.status`));
  }
});

test("every day of the calendar is read and written", () => {
  const { below } = seededPicker(2);
  const age = 3650;
  const policy = createPolicy({ maxLoginAgeDays: age });
  const starts = [FIRST, LAST + 1 - age * DAY];
  // The calendar repeats after 400 years, and begins anew in them.
  for (let from = Date.parse("1790-01-01"); from < Date.parse("2210-01-01"); from += age * DAY) starts.push(from);
  for (const from of starts) {
    const logins = Array.from({ length: age }, (_, day) => from + day * DAY + below(DAY));
    const people = logins.map((login, index) => {
      const text = new Date(login).toISOString();
      return person({ lastLoginAt: index % 2 === 0 ? text : text.replace(/\.\d+/, "") });
    });
    const now = Math.min(from + age * DAY, LAST);
    const act = () => policy.eligibilityMany(people, { now });
    assert.ok(isQuick(act));
    for (const [index, { validUntil }] of act().entries()) {
      const until = Math.min(Date.parse(people[index].lastLoginAt) + age * DAY, LAST);
      assert.equal(validUntil, new Date(until).toISOString());
    }
  }
});

test("text that is nearly an instant is none here and there", () => {
  const policy = createPolicy();
  const texts = ["2024-02-29T23:59:59.999Z", "2026-10-01T09:30:00Z"].flatMap((text) =>
    product([...text].map((_, at) => at), [..."0123459-:.TZ/; é", ""]).map(([at, letter]) => text.slice(0, at) + letter + text.slice(at + 1)),
  );
  const days = product(["0000", "0001", "1900", "2000", "2025", "9999"], ["00", "01", "02", "04", "12", "13"], ["00", "01", "29", "30", "31", "32"]);
  const times = ["T24:00:00Z", "T23:60:00Z", "T23:59:60Z", "T23:59:59Z"];
  for (const text of [...texts, ...product(days, times).map(([day, time]) => day.join("-") + time)]) {
    compare(policy, person({ lastLoginAt: text }), NOW);
    compare(policy, person(), text);
  }
});

test("now in every form is the same now", () => {
  const policy = createPolicy();
  const { below } = seededPicker(3);
  for (let i = 0; i < 5000; i++) {
    const now = FIRST + below(2 ** 32) * 73_000 + below(1000);
    if (now > LAST) continue;
    const login = person({ lastLoginAt: new Date(Math.max(now - below(2 ** 32) * 10, FIRST)).toISOString() });
    const expected = inText(policy, login, new Date(now).toISOString());
    for (const form of [now, now + 0.5, new Date(now)]) {
      assert.equal(said(() => policy.eligibility(login, { now: form })), expected);
      assert.equal(JSON.stringify(policy.resolve({ owner: login, designation: null }, { now: form }).ownerUnmet), JSON.stringify(JSON.parse(expected).unmet));
    }
    assert.ok(isQuick(() => policy.eligibility(login, { now })));
  }
});

/** A person whose members are read by a function; `id` is read first, `staffRole` last. */
function reading(name, act) {
  const value = person()[name];
  return Object.defineProperty(person(), name, { enumerable: true, get: () => (act(), value) });
}

test("a person who asks while somebody asks about them changes neither answer", () => {
  const policy = createPolicy();
  const now = NOW;
  const others = [person({ lastLoginAt: now }), person({ status: "invited", role: "analyst" })];
  const expected = [person(), ...others].map((one) => policy.eligibility(one, { now }));
  for (const name of ["id", "lastLoginAt", "staffRole"]) {
    for (const ask of [() => [policy.eligibility(others[0], { now })], () => policy.eligibilityMany(others, { now })]) {
      const heard = [];
      const asking = reading(name, () => heard.push(ask()));
      assert.deepEqual(policy.eligibilityMany([asking, ...others, asking], { now }), [...expected, expected[0]]);
      assert.deepEqual(policy.eligibility(asking, { now }), expected[0]);
      assert.deepEqual(decide({ op: "eligibility", person: asking, now }), expected[0]);
      assert.ok(heard.length >= 4);
      for (const verdicts of heard) assert.deepEqual(verdicts, expected.slice(1, 1 + verdicts.length));
    }
  }
});

test("a person who has the memory grow does no harm", () => {
  const now = NOW;
  let size = 1 << 20;
  const growing = reading("staffRole", () => decide({ op: "access", person: person({ id: "x".repeat((size *= 2)) }) }));
  const policy = createPolicy();
  const before = memory.buffer.byteLength;
  const expected = policy.eligibility(person(), { now });
  assert.deepEqual(policy.eligibility(growing, { now }), expected);
  assert.deepEqual(policy.eligibilityMany([person(), growing, person()], { now }), [expected, expected, expected]);
  assert.ok(memory.buffer.byteLength > before);
  assert.ok(isQuick(() => policy.eligibility(person(), { now })));
});

test("a person who frees the policy does no harm", () => {
  const contactRoles = Array.from({ length: 64 }, (_, index) => String(index).padEnd(64, "x"));
  for (const ask of ["eligibility", "eligibilityMany"]) {
    const policy = createPolicy();
    let other;
    const freeing = reading("id", () => {
      policy.free();
      other ??= createPolicy({ contactRoles }); // where the other was
    });
    policy.eligibility(person());
    assert.equal(JSON.parse(said(() => policy[ask](ask === "eligibility" ? freeing : [freeing]))).code, "freed");
    assert.deepEqual(other.rules.contactRoles, contactRoles);
  }
});
