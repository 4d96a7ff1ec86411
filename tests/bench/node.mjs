// What a check costs in Node, beside the same rule written by hand and beside another policy engine:
//
//   npm ci --ignore-scripts && node node.mjs [--quick] [--only NAME]
//
// Both of a pair are measured in turns. Each line printed is one row as JSON, as the benchmarks in Rust print them.

import { parseArgs } from "node:util";

import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";

import { createPolicy } from "../../pkg/node.js";

const NAMES = ["js-single-vs-cedar-wasm", "js-single-vs-handwritten", "js-many-vs-handwritten"];
const { values: options } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string", multiple: true } } });
/** How long each pair is measured, and how often at least. */
const [SECONDS, ROUNDS] = [options.quick ? 2 : 10, 15];
const DAY = 86_400_000;
const PEOPLE = 1000;
const now = "2026-10-01T09:30:00.000Z";

const people = Array.from({ length: PEOPLE }, (_, i) => ({
  id: `u-${i}`,
  role: ["owner", "admin", "analyst"][i % 3],
  accountSettings: ["none", "view", "edit"][i % 5 % 3],
  status: i % 7 === 0 ? "suspended" : "active",
  lastLoginAt: i % 11 === 0 ? null : new Date(Date.parse(now) - (i % 400) * DAY).toISOString(),
  staffRole: null,
}));

const policy = createPolicy();
let next = 0;
const somebody = () => people[next++ % PEOPLE];

/** The rule as a careful front-end engineer would write it, for the default rules. */
function handwritten(person, now) {
  const at = Date.parse(now);
  const unmet = [];
  if (person.role !== "owner" && person.role !== "admin" && person.accountSettings !== "edit") unmet.push("role_not_allowed");
  if (person.status !== "active") unmet.push("not_active");
  const login = person.lastLoginAt === null ? NaN : Date.parse(person.lastLoginAt);
  if (person.lastLoginAt === null) unmet.push("never_logged_in");
  else if (login > at + 300_000) unmet.push("login_in_future");
  else if (at - login > 365 * DAY) unmet.push("login_too_old");
  const eligible = unmet.length === 0;
  return { eligible, unmet, validUntil: eligible ? new Date(login + 365 * DAY).toISOString() : null };
}

preparsePolicySet("contact", {
  staticPolicies: `permit(principal, action, resource) when {
    (["owner", "admin"].contains(principal.role) || principal.accountSettings == "edit") &&
    principal.status == "active" && principal has lastLoginAt &&
    principal.lastLoginAt <= context.now + 300000 && context.now - principal.lastLoginAt <= 31536000000
  };`,
});

/** An equivalent policy in Cedar, parsed before; it says yes or no, without reasons and dates. */
function cedar({ id, role, accountSettings, status, lastLoginAt }, now) {
  const login = lastLoginAt === null ? {} : { lastLoginAt: Date.parse(lastLoginAt) };
  const answer = statefulIsAuthorized({
    principal: { type: "User", id },
    action: { type: "Action", id: "be" },
    resource: { type: "Contact", id: "it" },
    context: { now: Date.parse(now) },
    preparsedPolicySetId: "contact",
    entities: [{ uid: { type: "User", id }, attrs: { role, accountSettings, status, ...login }, parents: [] }],
  });
  return answer.response.decision === "allow";
}

for (const person of people) {
  const verdict = policy.eligibility(person, { now });
  const [byHand, byCedar] = [handwritten(person, now), cedar(person, now)];
  if (JSON.stringify(verdict) !== JSON.stringify(byHand) || verdict.eligible !== byCedar) {
    throw new Error(`they do not decide the same about ${JSON.stringify(person)}`);
  }
}

/** Nanoseconds of one decision, when `act` makes `decisions` of them. */
function measure(calls, decisions, act) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) act();
  return Number(process.hrtime.bigint() - start) / (calls * decisions);
}

const one = () => measure(4_000, 1, () => policy.eligibility(somebody(), { now }));
const oneByHand = () => measure(4_000, 1, () => handwritten(somebody(), now));
const oneByCedar = () => measure(100, 1, () => cedar(somebody(), now));
const many = () => measure(4, PEOPLE, () => policy.eligibilityMany(people, { now }));
const manyByHand = () => measure(4, PEOPLE, () => people.map((person) => handwritten(person, now)));

/** Measures both in every round, each of them first in every other one. */
function inTurns(ours, baseline) {
  const rounds = [];
  for (const act of [ours, baseline, ours, baseline]) act(); // until they are compiled
  const end = performance.now() + SECONDS * 1000;
  while (rounds.length < ROUNDS || performance.now() < end) {
    if (rounds.length % 2 === 0) rounds.push([ours(), baseline()]);
    else rounds.push([baseline(), ours()].reverse());
  }
  return rounds;
}

/** A quarter, the median and three quarters. */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [1, 2, 3].map((quarters) => sorted[Math.floor(((sorted.length - 1) * quarters) / 4)]);
}

function row(name, rounds) {
  const [low, ratio, high] = spread(rounds.map(([ours, baseline]) => ours / baseline));
  const [value, baseline] = [0, 1].map((side) => spread(rounds.map((round) => round[side]))[1]);
  return { name, value, unit: "ns", baseline, ratio, half: [low, high], rounds: rounds.length };
}

const PAIRS = [[one, oneByCedar], [one, oneByHand], [many, manyByHand]];
for (const [index, name] of NAMES.entries()) {
  if (options.only !== undefined && !options.only.includes(name)) continue;
  console.log(JSON.stringify({ row: row(name, inTurns(...PAIRS[index])) }));
}
