// Complete requests of every op, and copies of them with one fault.

import { NOW, account, candidate, designate, designationOf, person, third } from "./people.mjs";

const both = account(designationOf(person()));

/** One request of each op with every field given and no null. */
export const COMPLETE = {
  eligibility: { op: "eligibility", person: person({ staffRole: "support" }), now: NOW },
  access: { op: "access", person: person({ staffRole: "support" }) },
  resolve: { op: "resolve", account: both, now: NOW },
  change: { op: "change", account: both, announced: "u-1", actor: third(), change: designate(candidate()), now: NOW },
  review: { op: "review", account: both, announced: "u-1", remindedFor: { validUntil: NOW, days: [14, 7] }, now: NOW },
  route: { op: "route", account: both, event: { kind: "breach_alert", severity: "high" }, now: NOW },
};

const PERSON = [
  ["id", "id"],
  ["role", "name"],
  ["accountSettings", "settings"],
  ["status", "status"],
  ["lastLoginAt", "instant?"],
  ["staffRole", "name?"],
];

function personAt(path, nullable = "") {
  return [[path, `object${nullable}`], ...PERSON.map(([name, kind]) => [`${path}.${name}`, kind])];
}

const ACCOUNT = [
  ["account", "object"],
  ...personAt("account.owner", "!"),
  ["account.designation", "object?"],
  ["account.designation.userId", "id"],
  ...personAt("account.designation.person", "?"),
];

/** Per op: every field's path and kind. `?` allows null; `!` is the owner, whose null is `no_owner`. */
export const FIELDS = {
  eligibility: [...personAt("person"), ["now", "instant"]],
  access: personAt("person"),
  resolve: [...ACCOUNT, ["now", "instant"]],
  change: [
    ...ACCOUNT,
    ["announced", "id?"],
    ...personAt("actor", "?"),
    ["change", "object"],
    ["change.kind", "kind"],
    ["change.userId", "id"],
    ...personAt("change.person", "?"),
    ["now", "instant"],
  ],
  review: [
    ...ACCOUNT,
    ["announced", "id?"],
    ["remindedFor", "object?"],
    ["remindedFor.validUntil", "instant"],
    ["remindedFor.days", "list"],
    ["now", "instant"],
  ],
  route: [...ACCOUNT, ["event", "object"], ["event.kind", "kind"], ["event.severity", "severity"], ["now", "instant"]],
};

/** A copy of `request` with the field at `path` replaced. */
export function withField(request, path, value) {
  return rebuilt(request, path.split("."), (copy, name) => {
    copy[name] = value;
  });
}

/** A copy of `request` without the field at `path`. */
export function withoutField(request, path) {
  return rebuilt(request, path.split("."), (copy, name) => {
    delete copy[name];
  });
}

/** A copy with the id at `path` replaced, and the id that has to equal it as well. */
export function withId(request, path, id) {
  const twin = path.endsWith(".person.id")
    ? path.replace(/person\.id$/, "userId")
    : path.replace(/userId$/, "person.id");
  const hasTwin = /(designation|change)\.(person\.id|userId)$/.test(path);
  return hasTwin ? withField(withField(request, path, id), twin, id) : withField(request, path, id);
}

function rebuilt(object, [name, ...rest], edit) {
  const copy = { ...object };
  if (rest.length === 0) edit(copy, name);
  else copy[name] = rebuilt(object[name], rest, edit);
  return copy;
}

/** A list in a list, `depth` times. */
export function nested(depth) {
  return JSON.parse("[".repeat(depth) + "]".repeat(depth));
}

/** An object in an object, `depth` times. */
export function nestedObjects(depth) {
  return JSON.parse('{"a":'.repeat(depth) + "0" + "}".repeat(depth));
}
