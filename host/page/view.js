// Puts data into the page. It asks nobody and remembers nothing.

import * as words from "./words.js";

/** A copy of a template's content. */
export function fresh(id) {
  return document.getElementById(id).content.cloneNode(true);
}

/** The element of `root` that takes this text, list or state. */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    slot(root, name).textContent = text;
  }
}

/** Shows one text instead of the field. */
export function notice(content, text) {
  const part = fresh("notice");
  content.replaceChildren(part);
  // A live region speaks of what is put into it, not of what it came with.
  fill(content, { text });
}

/** Shows who the contact is, and why. */
export function contact(root, state, policy) {
  const { contact } = state;
  fill(root, {
    initials: initials(contact.name),
    name: contact.name,
    source: words.source(contact),
    email: contact.email ?? "no mail address",
    role: contact.role,
    facts: words.lastLogin(contact.lastLoginAt),
    why: words.why(state),
    "owner-warning-text": words.ownerWarning(contact),
    "server-fingerprint": state.fingerprint,
  });
  slot(root, "source").dataset.source = contact.source;
  slot(root, "reasons").replaceChildren(...reasons(contact.reasons, policy.rules));
  slot(root, "owner-warning").hidden = contact.ownerUnmet.length === 0;
  slot(root, "owner-unmet").replaceChildren(...reasons(contact.ownerUnmet, policy.rules, contact));
  const mismatch = slot(root, "mismatch");
  mismatch.hidden = state.fingerprint === policy.fingerprint;
  mismatch.textContent = mismatch.hidden ? "" : words.MISMATCH;
}

/** Shows which policy decides, here and there. */
export function decision(root, policy) {
  fill(root, {
    version: policy.version,
    "server-sha256": policy.serverModuleSha256,
    "browser-sha256": policy.moduleSha256 ?? "browsers tell it on HTTPS only",
    "browser-fingerprint": policy.fingerprint,
  });
}

/** One row of the list of people; those who cannot be the contact cannot be picked. */
export function candidate({ person, name, email }, verdict, rules, isContact) {
  const row = fresh("candidate").firstElementChild;
  row.classList.toggle("ineligible", !verdict.eligible);
  fill(row, {
    initials: initials(name),
    name,
    role: person.role,
    email: email ?? "no mail address",
    login: words.lastLogin(person.lastLoginAt),
    verdict: verdict.eligible ? "✓ Eligible" : "✕ Not eligible",
  });
  slot(row, "settings").hidden = person.accountSettings !== "edit" || rules.contactRoles.includes(person.role);
  slot(row, "contact").hidden = !isContact;
  const radio = row.querySelector("input");
  radio.value = person.id;
  radio.disabled = !verdict.eligible;
  slot(row, "reasons").replaceChildren(...reasons(verdict.unmet, rules, person));
  return row;
}

/** One row of the history. */
export function historyRow(entry, names, rules) {
  const row = document.createElement("li");
  const when = document.createElement("time");
  when.dateTime = entry.at;
  when.textContent = words.time(entry.at);
  const what = document.createElement("p");
  what.textContent = words.happened(entry, names);
  const why = document.createElement("ul");
  why.className = "reasons";
  why.append(...reasons(entry.reasons, rules).map(withoutFix));
  row.append(when, what, why);
  return row;
}

/** The options of a select, as pairs of value and text. */
export function options(select, pairs, selected) {
  select.replaceChildren(...pairs.map(([value, text]) => new Option(text, value, false, value === selected)));
}

function reasons(codes, rules, person) {
  return codes.map((code) => {
    const { what, fix } = words.reason(code, rules, person);
    const item = document.createElement("li");
    const remedy = document.createElement("span");
    remedy.className = "muted";
    remedy.textContent = fix;
    item.append(what, " ", remedy);
    return item;
  });
}

/** What would have helped then helps no more. */
function withoutFix(item) {
  item.querySelector(".muted").remove();
  return item;
}

function initials(name) {
  const parts = name.trim().split(/\s+/);
  const ends = parts.length > 1 ? [parts[0], parts.at(-1)] : parts;
  return ends.map((part) => Array.from(part)[0]).join("").toUpperCase();
}
