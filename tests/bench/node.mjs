// What a check costs in Node, beside the same rule written by hand and beside another policy engine:
//
//   npm ci --ignore-scripts && node node.mjs
//
// All are measured in one run, in turns; the medians are printed, and their ratios.

import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";

import { createPolicy } from "../../pkg/node.js";

const ROUNDS = 15;
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

const CONTENDERS = {
  "package, one": [20_000, 1, () => policy.eligibility(somebody(), { now })],
  "by hand, one": [20_000, 1, () => handwritten(somebody(), now)],
  "cedar-wasm, one": [500, 1, () => cedar(somebody(), now)],
  "package, 1,000 in a call, each": [20, PEOPLE, () => policy.eligibilityMany(people, { now })],
  "by hand, 1,000, each": [20, PEOPLE, () => people.map((person) => handwritten(person, now))],
};

for (const person of people) {
  const verdict = policy.eligibility(person, { now });
  const [byHand, byCedar] = [handwritten(person, now), cedar(person, now)];
  if (JSON.stringify(verdict) !== JSON.stringify(byHand) || verdict.eligible !== byCedar) {
    throw new Error(`they do not decide the same about ${JSON.stringify(person)}`);
  }
}

const times = new Map(Object.keys(CONTENDERS).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, [calls, decisions, act]] of Object.entries(CONTENDERS)) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) act();
    const each = Number(process.hrtime.bigint() - start) / (calls * decisions);
    if (round > 0) times.get(name).push(each); // the first round warms up
  }
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
for (const [name, list] of times) {
  const spread = `${Math.min(...list).toFixed(0)} to ${Math.max(...list).toFixed(0)}`;
  console.log(`${name.padEnd(32)} ${median(list).toFixed(0).padStart(7)} ns  (${spread})`);
}
const ratio = (one, other) => (median(times.get(one)) / median(times.get(other))).toFixed(3);
console.log(`one: ${ratio("package, one", "by hand, one")} of by hand, ${ratio("package, one", "cedar-wasm, one")} of cedar-wasm`);
console.log(`1,000 in a call: ${ratio("package, 1,000 in a call, each", "by hand, 1,000, each")} of by hand`);
