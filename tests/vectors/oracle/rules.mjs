// Rules in force: defaults, limits and their refusal as a whole (SPEC 3).

import { invalidRules } from "./fault.mjs";
import { isName, isObject, isWholeNumber, least } from "./values.mjs";

const DEFAULTS = {
  contactRoles: ["owner", "admin"],
  accountSettingsEditQualifies: true,
  managerRoles: ["owner", "admin"],
  maxLoginAgeDays: 365,
  maxClockSkewSeconds: 300,
  blockedStaffRoles: [],
  copyOwnerOnEvents: false,
  expiryReminderDays: [14],
};

const CHECKS = {
  contactRoles: checkNames,
  accountSettingsEditQualifies: checkBoolean,
  managerRoles: checkNames,
  maxLoginAgeDays: (value, path) => checkRange(value, path, 1, 3650),
  maxClockSkewSeconds: (value, path) => checkRange(value, path, 0, 86_400),
  blockedStaffRoles: checkNames,
  copyOwnerOnEvents: checkBoolean,
  expiryReminderDays: checkWholeNumbers,
};

/** A missing rule takes its default; an unknown one is an error (SPEC 3). */
export function readRules(given = {}) {
  if (!isObject(given)) throw invalidRules("rules");
  const unknown = least(given, (name) => !Object.hasOwn(CHECKS, name));
  if (unknown !== undefined) throw invalidRules(`rules.${unknown}`);
  for (const name of Object.keys(given)) CHECKS[name](given[name], `rules.${name}`);
  const rules = { ...DEFAULTS, ...given };
  checkReminderDays(rules);
  return rules;
}

function checkBoolean(value, path) {
  if (typeof value !== "boolean") throw invalidRules(path);
}

function checkRange(value, path, least, most) {
  if (!isWholeNumber(value, least, most)) throw invalidRules(path);
}

function checkNames(value, path) {
  if (!Array.isArray(value) || value.length > 64) throw invalidRules(path);
  checkItems(value, path, isName);
}

function checkWholeNumbers(value, path) {
  if (!Array.isArray(value)) throw invalidRules(path);
  checkItems(value, path, (item) => isWholeNumber(item));
}

function checkItems(items, path, fits) {
  const wrong = items.findIndex((item) => !fits(item));
  if (wrong >= 0) throw invalidRules(`${path}[${wrong}]`);
}

/** At most 4 values, strictly descending, each at least 1 and below maxLoginAgeDays, the default list too (SPEC 3). */
function checkReminderDays({ expiryReminderDays: list, maxLoginAgeDays }) {
  const inRange = list.every((days) => days >= 1 && days < maxLoginAgeDays);
  const descending = list.every((days, i) => i === 0 || days < list[i - 1]);
  if (list.length > 4 || !inRange || !descending) throw invalidRules("rules.expiryReminderDays");
}
