// Accounts drawn from a fixed seed: combinations that nobody thought of. Facts of one id always agree.

import { DAY, NOW, account, later, left } from "../support/people.mjs";
import { seededPicker, vector } from "../support/vectors.mjs";

export function storyVectors() {
  return [
    ...stories("resolve", 11, 24, "SPEC 5", () => ({})),
    ...stories("change", 12, 40, "SPEC 6, 7", changeMembers),
    ...stories("review", 13, 60, "SPEC 7, 8", reviewMembers),
    ...stories("route", 14, 20, "SPEC 9", eventMembers),
  ];
}

const IDS = ["u-1", "u-2", "u-3", "u-4", "u-5"];
const AGES = [0, 1, 30, 89, 90, 91, 300, 351, 358, 364, 365, 366];

function stories(op, seed, count, sections, members) {
  const dice = seededPicker(seed);
  return Array.from({ length: count }, (_, i) => {
    const people = IDS.map((id) => somebody(dice, id));
    const designation = someDesignation(dice, people);
    const request = {
      op,
      account: account(designation, dice.pick(people)),
      ...members(dice, people),
      now: NOW,
      ...someRules(dice),
    };
    const number = String(i).padStart(3, "0");
    return vector(`${op}/story/${number}`, `a drawn account (${sections})`, request);
  });
}

function somebody(dice, id) {
  return {
    id,
    role: dice.pick(["owner", "admin", "admin", "member"]),
    accountSettings: dice.pick(["none", "view", "edit"]),
    status: dice.pick(["active", "active", "active", "active", "invited", "suspended", "deactivated"]),
    lastLoginAt: dice.below(12) === 0 ? null : later(NOW, -dice.pick(AGES) * DAY + dice.pick([-1, 0, 1, 300_000])),
    staffRole: dice.pick([null, null, null, "support", "contractor"]),
  };
}

function someDesignation(dice, people) {
  const draw = dice.below(8);
  if (draw === 0) return null;
  if (draw === 1) return left("u-9");
  const someone = dice.pick(people);
  return { userId: someone.id, person: someone };
}

function someRules(dice) {
  const rules = dice.pick([
    null,
    null,
    { blockedStaffRoles: ["contractor"] },
    { maxLoginAgeDays: 90, expiryReminderDays: [60, 1] },
    { expiryReminderDays: [14, 7, 1] },
    { contactRoles: ["owner"], accountSettingsEditQualifies: false },
    { managerRoles: ["owner", "admin", "member"], maxClockSkewSeconds: 0 },
    { copyOwnerOnEvents: true, expiryReminderDays: [] },
  ]);
  return rules === null ? {} : { rules };
}

function someAnnounced(dice) {
  return dice.pick([null, null, ...IDS, "u-9"]);
}

function changeMembers(dice, people) {
  const actor = dice.below(12) === 0 ? null : dice.pick(people);
  const wanted = dice.pick(people);
  const draw = dice.below(10);
  const designate =
    draw === 0 ? { kind: "designate", ...left("u-9") } : { kind: "designate", userId: wanted.id, person: wanted };
  return { announced: someAnnounced(dice), actor, change: draw > 7 ? { kind: "reset" } : designate };
}

function reviewMembers(dice) {
  const end = later(NOW, dice.pick([0, 1, 7, 14, 60]) * DAY);
  const sent = dice.pick([[], [14], [14, 7], [60], [1]]);
  return { announced: someAnnounced(dice), remindedFor: dice.below(3) === 0 ? { validUntil: end, days: sent } : null };
}

function eventMembers(dice) {
  return { event: { kind: dice.pick(["breach_alert", "abnormal_login"]), severity: dice.pick(["low", "critical"]) } };
}
