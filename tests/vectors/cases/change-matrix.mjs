// SPEC 6 and 7: every state of the designation, with every kind of announced contact, under every kind of change.

import {
  DAY,
  FORMER,
  NOW,
  RESET,
  account,
  candidate,
  designate,
  designationOf,
  later,
  left,
  owner,
  person,
  third,
  told,
} from "../support/people.mjs";
import { product, vector } from "../support/vectors.mjs";

export function changeMatrixVectors() {
  return [...main(), ...refusals(), ...lockedOwner()];
}

const TOO_OLD = later(NOW, -365 * DAY - 1);
const staleOwner = owner({ lastLoginAt: TOO_OLD });

/** By hand: the contact now, and the active among owner and designee, who may learn the successor. */
const STATES = {
  none: { account: account(), contact: "u-1", active: ["u-1"] },
  valid: { account: account(designationOf(person())), contact: "u-17", active: ["u-1", "u-17"] },
  stale: { account: account(designationOf(person({ lastLoginAt: TOO_OLD }))), contact: "u-1", active: ["u-1", "u-17"] },
  suspended: { account: account(designationOf(person({ status: "suspended" }))), contact: "u-1", active: ["u-1"] },
  left: { account: account(left()), contact: "u-1", active: ["u-1"] },
  pin: { account: account(designationOf(owner())), contact: "u-1", active: ["u-1"] },
  "stale-pin": { account: account(designationOf(staleOwner), staleOwner), contact: "u-1", active: ["u-1"] },
};

/** By hand: the contact after each change, and the designation stored. */
const CHANGES = {
  candidate: { change: designate(candidate()), after: "u-31", cause: "designated" },
  designee: { change: designate(person()), after: "u-17", cause: "designated" },
  owner: { change: designate(owner()), after: "u-1", cause: "designated" },
  self: { change: designate(third()), after: "u-23", cause: "designated" },
  reset: { change: RESET, after: "u-1", cause: "reset" },
};

const ANNOUNCED = { nobody: null, owner: "u-1", designee: "u-17", candidate: "u-31", third: "u-23", former: FORMER };

const UNCHANGED = new Set(["none/reset", "valid/designee", "pin/owner"]);

/** Combinations in which the candidate named is not eligible in this state, or is not the person in the account. */
const SKIPPED = new Set(["stale/designee", "suspended/designee", "left/designee", "stale-pin/owner"]);

function main() {
  const all = product(Object.entries(STATES), Object.entries(CHANGES), Object.entries(ANNOUNCED));
  return all
    .filter(([[state], [name]]) => !SKIPPED.has(`${state}/${name}`))
    .map(([[state, current], [name, wanted], [who, announced]]) => {
      const id = `change/matrix/${state}/${name}/announced-${who}`;
      const given = {
        op: "change",
        account: current.account,
        announced,
        actor: third(),
        change: wanted.change,
        now: NOW,
      };
      if (UNCHANGED.has(`${state}/${name}`)) {
        return vector(id, "the same designation again is unchanged, whoever was told last (SPEC 6)", given, {
          outcome: "unchanged",
        });
      }
      return vector(id, reason(announced), given, changedClaim(current, wanted, announced));
    });
}

function reason(announced) {
  if (announced === null) return "before is the contact under the designation replaced (SPEC 7)";
  return "before is the contact last told, whoever is contact now (SPEC 7)";
}

function changedClaim(current, { change, after, cause }, announced) {
  const before = announced ?? current.contact;
  const counterpart = current.active.includes(before) ? after : null;
  return {
    outcome: "changed",
    designation: change.kind === "reset" ? null : { userId: change.userId },
    notices: before === after ? [] : told(after, before, cause, counterpart),
  };
}

/** A refusal depends neither on the designation nor on who was told last. */
function refusals() {
  const changes = [
    [
      "ineligible",
      designate(person({ id: "u-40", role: "viewer", accountSettings: "none", status: "invited" })),
      "not_eligible",
      ["role_not_allowed", "not_active"],
    ],
    ["gone", { kind: "designate", userId: "u-40", person: null }, "not_a_member", []],
  ];
  const announced = Object.entries(ANNOUNCED).filter(([who]) => who === "nobody" || who === "third");
  return product(Object.entries(STATES), changes, announced).map(
    ([[state, current], [name, change, code, reasons], [who, id]]) =>
      vector(
        `change/matrix/${state}/${name}/announced-${who}`,
        "a refusal changes and tells nothing (SPEC 6)",
        { op: "change", account: current.account, announced: id, actor: third(), change, now: NOW },
        { outcome: "refused", code, reasons, notices: undefined },
      ),
  );
}

/** A suspended owner stays the fallback, is told of a change, and does not learn whom it names. */
function lockedOwner() {
  const holder = owner({ status: "suspended" });
  const states = {
    none: { account: account(null, holder), contact: "u-1", active: [] },
    valid: { account: account(designationOf(person()), holder), contact: "u-17", active: ["u-17"] },
    left: { account: account(left(), holder), contact: "u-1", active: [] },
  };
  const changes = ["candidate", "self", "reset"].map((name) => [name, CHANGES[name]]);
  const announced = Object.entries(ANNOUNCED).filter(([who]) => who !== "third" && who !== "candidate");
  return product(Object.entries(states), changes, announced)
    .filter(([[state], [name]]) => !UNCHANGED.has(`${state}/${name}`))
    .map(([[state, current], [name, wanted], [who, id]]) =>
      vector(
        `change/locked-owner/${state}/${name}/announced-${who}`,
        "someone locked out learns that the contact changed, not to whom (SPEC 7)",
        { op: "change", account: current.account, announced: id, actor: third(), change: wanted.change, now: NOW },
        changedClaim(current, wanted, id),
      ),
    );
}
