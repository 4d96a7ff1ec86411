// SPEC 4: who may see and change the field.

import { account, person } from "../support/people.mjs";
import { product, vector } from "../support/vectors.mjs";

export function accessVectors() {
  return [...grid(), ...managerRoles(), ...otherMembers()];
}

function request(facts, rules) {
  const base = { op: "access", person: person(facts) };
  return rules === undefined ? base : { ...base, rules };
}

function answer(...reasons) {
  const permitted = reasons.length === 0;
  return { canView: permitted, canEdit: permitted, reasons };
}

const LOGINS = [
  ["never", null],
  ["old", "2001-01-01T00:00:00Z"],
  ["recent", "2026-09-01T12:00:00Z"],
];

/** Role and status decide; settings, staff role and login do not. */
function grid() {
  const settings = ["none", "view", "edit"];
  const statuses = ["active", "invited", "suspended", "deactivated"];
  const rules = { blockedStaffRoles: ["contractor"] };
  return product(["owner", "admin", "member"], settings, statuses, [null, "contractor"], LOGINS).map(
    ([role, accountSettings, status, staffRole, [login, lastLoginAt]]) => {
      const reasons = [
        ...(role === "member" ? ["manager_role_required"] : []),
        ...(status === "active" ? [] : ["not_active"]),
      ];
      const id = `access/grid/${role}/${accountSettings}/${status}/${staffRole ?? "customer"}/${login}`;
      const why =
        reasons.length === 0
          ? "an active manager sees and changes (SPEC 4)"
          : `refused: ${reasons.join(", ")} (SPEC 4)`;
      return vector(
        id,
        why,
        request({ role, accountSettings, status, lastLoginAt, staffRole }, rules),
        answer(...reasons),
      );
    },
  );
}

const MANAGING = [
  ["owners-only-admin", { role: "admin" }, ["owner"], ["manager_role_required"]],
  ["owners-only-owner", { role: "owner" }, ["owner"], []],
  ["nobody-owner", { role: "owner" }, [], ["manager_role_required"]],
  ["nobody-suspended", { role: "admin", status: "suspended" }, [], ["manager_role_required", "not_active"]],
  ["security-officer", { role: "security officer" }, ["owner", "security officer"], []],
  ["case-matters", { role: "Admin" }, ["admin"], ["manager_role_required"]],
  ["edit-is-no-manager", { role: "member", accountSettings: "edit" }, ["owner", "admin"], ["manager_role_required"]],
  ["edit-by-role", { role: "member", accountSettings: "edit" }, ["member"], []],
  ["64-bytes", { role: "r".repeat(64) }, ["r".repeat(64)], []],
  ["proto", { role: "__proto__" }, ["owner"], ["manager_role_required"]],
  ["constructor", { role: "constructor" }, ["owner"], ["manager_role_required"]],
];

function managerRoles() {
  const listed = MANAGING.map(([name, facts, roles, reasons]) =>
    vector(
      `access/manager-roles/${name}`,
      "managerRoles alone names the managing roles (SPEC 4)",
      request(facts, { managerRoles: roles }),
      answer(...reasons),
    ),
  );
  return [
    ...listed,
    vector(
      "access/manager-roles/contact-roles-do-not-count",
      "contactRoles say who can be the contact, not who manages (SPEC 4)",
      request({ role: "lead" }, { contactRoles: ["lead"] }),
      answer("manager_role_required"),
    ),
    vector(
      "access/manager-roles/not-a-contact-role",
      "a manager need not be able to be the contact (SPEC 4)",
      request({ role: "lead" }, { managerRoles: ["lead"], contactRoles: [] }),
      answer(),
    ),
    vector(
      "access/manager-roles/default",
      "owners and admins manage by default (SPEC 3, 4)",
      request({ role: "admin" }),
      answer(),
    ),
    vector(
      "access/manager-roles/default-other",
      "other roles do not manage by default (SPEC 3, 4)",
      request({ role: "member" }),
      answer("manager_role_required"),
    ),
  ];
}

/** Members that other ops have are ignored, whatever they hold. */
function otherMembers() {
  const members = {
    now: "not an instant",
    account: account(),
    announced: 5,
    actor: null,
    change: { kind: "whatever" },
    remindedFor: [],
    event: "x",
  };
  return Object.entries(members).map(([name, value]) =>
    vector(
      `access/other-ops/${name}`,
      "a member of another op is ignored (SPEC 11)",
      { ...request({}), [name]: value },
      answer(),
    ),
  );
}
