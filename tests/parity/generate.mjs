// Random requests from a seed: valid ones, ones at every boundary, and broken ones, as JSON text.

import { DAY, NOW } from "../vectors/support/people.mjs";
import { seededPicker } from "../vectors/support/vectors.mjs";
import { broken } from "./broken.mjs";

const OPS = ["eligibility", "access", "resolve", "change", "review", "route"];
const ROLES = ["owner", "admin", "analyst", "member", "Admin", "rôle", "名", "x".repeat(64)];
const IDS = ["u-1", "u-17", "u-23", "u-31", "é".repeat(64), "😀", "\u{fffd}", "o'brien"];
const STAFF = [null, null, null, "support", "engineer", "admin"];
const SETTINGS = ["none", "view", "edit"];
const STATUS = ["active", "active", "active", "invited", "suspended", "deactivated"];
const KINDS = ["breach_alert", "suspicious_activity", "abnormal_login", "action_required", "compliance_request"];
const SEVERITIES = ["low", "medium", "high", "critical"];
const FIRST = Date.parse("0001-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** `count` requests, each a line of JSON text without line breaks. */
export function* randomRequests(count, seed) {
  const random = seededPicker(seed);
  for (let i = 0; i < count; i++) {
    const request = requestOf(random);
    yield random.below(4) === 0 ? broken(request, random) : JSON.stringify(request);
  }
}

function requestOf(random) {
  const { below, pick } = random;
  const rules = below(2) === 0 ? rulesOf(random) : undefined;
  const limits = { days: rules?.maxLoginAgeDays ?? 365, skew: rules?.maxClockSkewSeconds ?? 300, reminders: rules?.expiryReminderDays ?? [14] };
  const now = below(20) === 0 ? pick([FIRST, LAST, FIRST + DAY, LAST - DAY]) : Date.parse(NOW) + below(2 * DAY);
  const world = { random, limits, now };
  const op = pick(OPS);
  const parts = { op, ...membersOf(op, world), now: instantText(now, random) };
  if (op === "access" && below(2) === 0) delete parts.now;
  if (rules !== undefined) parts.rules = rules;
  return parts;
}

function membersOf(op, world) {
  const { random } = world;
  if (op === "eligibility" || op === "access") return { person: personOf(world) };
  const account = accountOf(world);
  if (op === "resolve") return { account };
  if (op === "route") return { account, event: { kind: random.pick(KINDS), severity: random.pick(SEVERITIES) } };
  const announced = random.pick([null, account.owner?.id ?? null, account.designation?.userId ?? null, random.pick(IDS)]);
  if (op === "review") return { account, announced, remindedFor: remindedForOf(account, world) };
  return { account, announced, actor: actorOf(account, world), change: changeOf(account, world) };
}

function personOf(world, facts = {}) {
  const { pick } = world.random;
  return {
    id: pick(IDS),
    role: pick(ROLES),
    accountSettings: pick(SETTINGS),
    status: pick(STATUS),
    lastLoginAt: loginOf(world),
    staffRole: pick(STAFF),
    ...facts,
  };
}

/** A last login beside every edge that the rules have. */
function loginOf({ random, limits, now }) {
  const { below, pick } = random;
  if (below(12) === 0) return null;
  const age = limits.days * DAY;
  const reminders = limits.reminders.map((days) => now - age + days * DAY);
  const edge = pick([now, now + limits.skew * 1000, now - age, now - below(age), now - below(age), ...reminders]);
  const moved = edge + pick([-1, 0, 0, 1, -DAY, 1000]);
  return instantText(Math.min(Math.max(moved, FIRST), LAST), random);
}

/** An instant in one of the ways that RFC 3339 has to write it. */
function instantText(millis, { below, pick }) {
  const text = new Date(millis).toISOString();
  switch (below(6)) {
    case 0: {
      const minutes = pick([60, -60, 330, 839, -720]);
      const local = millis + minutes * 60_000;
      if (local < FIRST || local > LAST) return text;
      const digits = (number) => String(number).padStart(2, "0");
      const size = Math.abs(minutes);
      const offset = `${minutes < 0 ? "-" : "+"}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
      return new Date(local).toISOString().replace("Z", offset);
    }
    case 1:
      return text.toLowerCase();
    case 2:
      return text.replace("Z", `${below(1000)}Z`);
    default:
      return text.endsWith(".000Z") && below(2) === 0 ? text.replace(".000Z", "Z") : text;
  }
}

function accountOf(world) {
  const { below } = world.random;
  const owner = below(40) === 0 ? null : personOf(world, below(2) === 0 ? { id: "u-1", role: "owner" } : {});
  return { owner, designation: below(3) === 0 ? null : designeeOf(owner, world) };
}

/** Somebody with a `userId`: the owner at times, at times gone, and mostly one who could be the contact. */
function designeeOf(owner, world) {
  const { below } = world.random;
  if (owner !== null && below(8) === 0) return { userId: owner.id, person: owner };
  const person = personOf(world, below(3) > 0 ? { role: "admin", status: "active" } : {});
  return { userId: person.id, person: below(10) === 0 ? null : person };
}

function actorOf(account, world) {
  const { below } = world.random;
  if (below(12) === 0) return null;
  if (account.owner !== null && below(3) === 0) return account.owner;
  return personOf(world, below(2) === 0 ? { role: "admin", status: "active" } : {});
}

function changeOf(account, world) {
  const { below } = world.random;
  if (below(4) === 0) return { kind: "reset" };
  const designee = account.designation !== null && below(4) === 0 ? account.designation : designeeOf(account.owner, world);
  return { kind: "designate", ...designee };
}

function remindedForOf(account, { random, limits, now }) {
  const { below, pick } = random;
  const login = account.designation?.person?.lastLoginAt;
  if (below(2) === 0 || typeof login !== "string") return null;
  const valid = Date.parse(login.toUpperCase().replace(/(\.\d{3})\d+/, "$1")) + limits.days * DAY;
  const validUntil = Math.min(Math.max(pick([valid, valid, valid, valid + 1, now]), FIRST), LAST);
  return { validUntil: instantText(validUntil, random), days: limits.reminders.filter(() => below(2) === 0) };
}

function rulesOf({ below, pick }) {
  const names = () => Array.from({ length: below(4) }, () => pick(ROLES));
  const days = pick([1, 2, 30, 180, 365, 3650]);
  const reminders = [90, 30, 14, 7, 1].filter((day) => day < days && below(2) === 0).slice(0, 4);
  const all = {
    contactRoles: names(),
    accountSettingsEditQualifies: below(2) === 0,
    managerRoles: [...names(), "admin"],
    maxLoginAgeDays: days,
    maxClockSkewSeconds: pick([0, 1, 300, 86_400]),
    blockedStaffRoles: names().concat(below(2) === 0 ? ["support"] : []),
    copyOwnerOnEvents: below(2) === 0,
    expiryReminderDays: reminders,
  };
  if (below(2) === 0) return all;
  // The default days of a rule that is left out must fit the others.
  return Object.fromEntries(Object.entries(all).filter(([name]) => /Days$/.test(name) || below(2) === 0));
}
