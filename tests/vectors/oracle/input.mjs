// A request as checked input (SPEC 2, 11): every instant in milliseconds, every rule filled in.

import { invalidInput } from "./fault.mjs";
import { parseInstant } from "./instant.mjs";
import { readRules } from "./rules.mjs";
import { isId, isName, isObject, isWholeNumber, least } from "./values.mjs";

const ACCOUNT_SETTINGS = ["none", "view", "edit"];
const STATUSES = ["active", "invited", "suspended", "deactivated"];
const EVENT_KINDS = ["breach_alert", "suspicious_activity", "abnormal_login", "action_required", "compliance_request"];
const SEVERITIES = ["low", "medium", "high", "critical"];

const READERS = {
  person: readPerson,
  now: readInstant,
  account: readAccount,
  announced: nullable(readId),
  actor: nullable(readPerson),
  change: readChange,
  remindedFor: nullable(readRemindedFor),
  event: readEvent,
};

const FIELDS = new Map([
  ["eligibility", ["person", "now"]],
  ["access", ["person"]],
  ["resolve", ["account", "now"]],
  ["change", ["account", "announced", "actor", "change", "now"]],
  ["review", ["account", "announced", "remindedFor", "now"]],
  ["route", ["account", "event", "now"]],
]);

/** Checks the whole input. Members of other ops are ignored, members of no op are refused (SPEC 11). */
export function readRequest(request) {
  if (!isObject(request)) throw invalidInput("");
  const unknown = least(request, (name) => name !== "op" && name !== "rules" && !Object.hasOwn(READERS, name));
  if (unknown !== undefined) throw invalidInput(unknown);
  const op = Object.hasOwn(request, "op") ? request.op : undefined;
  if (!FIELDS.has(op)) throw invalidInput("op");
  const input = { op, rules: readRules(Object.hasOwn(request, "rules") ? request.rules : {}) };
  for (const name of FIELDS.get(op)) input[name] = field(request, "", name, READERS[name]);
  return input;
}

/** Every listed field is required; null counts as given where null is allowed (SPEC 2, 11). */
function field(object, path, name, read) {
  const at = path === "" ? name : `${path}.${name}`;
  if (!Object.hasOwn(object, name)) throw invalidInput(at);
  return read(object[name], at);
}

function nullable(read) {
  return (value, path) => (value === null ? null : read(value, path));
}

function expectObject(value, path) {
  if (!isObject(value)) throw invalidInput(path);
}

function readPerson(value, path) {
  expectObject(value, path);
  return {
    id: field(value, path, "id", readId),
    role: field(value, path, "role", readName),
    accountSettings: field(value, path, "accountSettings", oneOf(ACCOUNT_SETTINGS)),
    status: field(value, path, "status", oneOf(STATUSES)),
    lastLoginAt: field(value, path, "lastLoginAt", nullable(readInstant)),
    staffRole: field(value, path, "staffRole", nullable(readName)),
  };
}

function readAccount(value, path) {
  expectObject(value, path);
  return {
    owner: field(value, path, "owner", nullable(readPerson)),
    designation: field(value, path, "designation", nullable(readMember)),
  };
}

/** `userId` and `person`; the person's id must equal the userId beside it (SPEC 11). */
function readMember(value, path) {
  expectObject(value, path);
  const userId = field(value, path, "userId", readId);
  const person = field(value, path, "person", nullable(readPerson));
  if (person !== null && person.id !== userId) throw invalidInput(`${path}.person.id`);
  return { userId, person };
}

function readChange(value, path) {
  expectObject(value, path);
  const kind = field(value, path, "kind", oneOf(["designate", "reset"]));
  return kind === "reset" ? { kind } : { kind, ...readMember(value, path) };
}

function readRemindedFor(value, path) {
  expectObject(value, path);
  return {
    validUntil: field(value, path, "validUntil", readInstant),
    days: field(value, path, "days", readDays),
  };
}

function readEvent(value, path) {
  expectObject(value, path);
  return {
    kind: field(value, path, "kind", oneOf(EVENT_KINDS)),
    severity: field(value, path, "severity", oneOf(SEVERITIES)),
  };
}

function readDays(value, path) {
  if (!Array.isArray(value)) throw invalidInput(path);
  const wrong = value.findIndex((days) => !isWholeNumber(days, 0, 4_294_967_295));
  if (wrong >= 0) throw invalidInput(`${path}[${wrong}]`);
  return value;
}

function readId(value, path) {
  if (!isId(value)) throw invalidInput(path);
  return value;
}

function readName(value, path) {
  if (!isName(value)) throw invalidInput(path);
  return value;
}

function oneOf(allowed) {
  return (value, path) => {
    if (!allowed.includes(value)) throw invalidInput(path);
    return value;
  };
}

function readInstant(value, path) {
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (instant === null) throw invalidInput(path);
  return instant;
}
