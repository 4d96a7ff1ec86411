// Account > Settings > Security: who the security contact is, and choosing another.

import { Client, Problem, demoAccounts } from "./api.js";
import { loadPolicy } from "./policy.js";
import * as view from "./view.js";
import * as words from "./words.js";

const SEARCH_DELAY_MS = 200;

const DEMO = document.documentElement.dataset.mode === "demo";
const content = document.getElementById("content");
const byId = (id) => document.getElementById(id);

/** The field as it is shown to a manager: what is stored, and what was picked and not saved yet. */
class Field {
  #root = document.createElement("div");
  #client;
  #policy;
  #state;
  #pick;
  #search = { query: "", cursor: null, people: new Map(), running: new AbortController(), timer: 0 };
  #busy = false;

  constructor(client, policy, state) {
    this.#client = client;
    this.#policy = policy;
    this.#root.append(view.fresh("field"));
    content.replaceChildren(this.#root);
    view.decision(this.#root, policy);
    this.#listen();
    this.#show(state);
    this.#pickStored();
  }

  /** Loads what the first look does not need. */
  async fill() {
    await Promise.all([this.#find(""), this.#loadHistory(null)]);
  }

  /** An element of this field. The page may have gone on to another one since. */
  #at(id) {
    return this.#root.querySelector(`#${id}`);
  }

  #listen() {
    const search = this.#at("search");
    search.addEventListener("input", () => {
      clearTimeout(this.#search.timer);
      this.#search.timer = setTimeout(() => this.#try(this.#find(search.value.trim())), SEARCH_DELAY_MS);
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault(); // it would save
        clearTimeout(this.#search.timer);
        this.#try(this.#find(search.value.trim()));
      }
    });
    this.#at("more").addEventListener("click", () => this.#try(this.#findMore()));
    this.#at("older").addEventListener("click", (event) => this.#try(this.#loadHistory(event.target.dataset.before)));
    this.#at("change").addEventListener("change", (event) => this.#pickRow(event.target));
    this.#at("change").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  #show(state) {
    this.#state = state;
    view.contact(this.#root, state, this.#policy);
    byId("account-name").textContent = state.account.name;
    document.title = `Security settings of ${state.account.name}`;
  }

  /** What is stored, as a pick; null when it is a choice that does not hold any more. */
  #stored() {
    const { contact, designation } = this.#state;
    if (designation === null) {
      return { userId: null };
    }
    return contact.source === "designated" ? { userId: designation.userId, name: contact.name } : null;
  }

  #pickStored() {
    this.#pick = this.#stored();
    this.#showPick();
  }

  #pickRow(radio) {
    if (radio.name !== "pick") {
      return;
    }
    const row = this.#search.people.get(radio.value);
    this.#pick = radio.value === "" ? { userId: null } : { userId: radio.value, name: row.name, person: row.person };
    this.#say("");
    this.#showPick();
  }

  /** Checks the row that is picked, if it is on the page, and says whether there is something to save. */
  #showPick() {
    const value = this.#pick && (this.#pick.userId ?? "");
    for (const radio of this.#root.querySelectorAll("input[name=pick]")) {
      radio.checked = radio.value === value;
    }
    const changed = this.#isChanged();
    this.#at("picked").textContent = changed ? `Picked: ${words.picked(this.#pick)}` : "";
    this.#at("save").setAttribute("aria-disabled", String(!changed || this.#busy));
    this.#root.querySelector("fieldset").disabled = this.#busy;
  }

  #isChanged() {
    const stored = this.#stored();
    return this.#pick !== null && (stored === null || stored.userId !== this.#pick.userId);
  }

  async #find(query) {
    this.#search.running.abort();
    const running = new AbortController();
    Object.assign(this.#search, { query, running });
    const found = await this.#client.candidates(query, null, running.signal);
    this.#search.people.clear();
    this.#at("people").replaceChildren();
    this.#addPeople(found);
  }

  async #findMore() {
    const { query, cursor, running } = this.#search;
    this.#at("more").hidden = true; // a second click would bring the same people again
    this.#addPeople(await this.#client.candidates(query, cursor, running.signal));
  }

  #addPeople({ candidates, nextCursor }) {
    for (const one of candidates) {
      const verdict = this.#policy.eligibility(one.person);
      const isContact = one.person.id === this.#state.contact.userId;
      this.#search.people.set(one.person.id, one);
      this.#at("people").append(view.candidate(one, verdict, this.#policy.rules, isContact));
    }
    this.#search.cursor = nextCursor;
    this.#at("more").hidden = nextCursor === null;
    this.#at("count").textContent = words.found(this.#search.people.size, nextCursor !== null, this.#search.query);
    this.#showPick();
  }

  async #loadHistory(before) {
    this.#at("older").hidden = true;
    const { entries, names, nextBefore } = await this.#client.history(before);
    const rows = entries.map((entry) => view.historyRow(entry, names, this.#policy.rules));
    if (before === null) {
      this.#at("history").replaceChildren();
      view.slot(this.#root, "no-history").hidden = rows.length > 0;
    }
    this.#at("history").append(...rows);
    this.#at("older").hidden = nextBefore === null;
    this.#at("older").dataset.before = nextBefore;
  }

  async #save() {
    if (this.#busy) {
      return;
    }
    if (!this.#isChanged()) {
      return this.#say("There is nothing to save: pick somebody else first.");
    }
    if (this.#state.fingerprint !== this.#policy.fingerprint) {
      return this.#say(words.MISMATCH, true);
    }
    this.#busy = true;
    this.#showPick();
    const before = this.#state.contact;
    try {
      const after = await this.#client.change(this.#pick.userId, this.#state.version);
      this.#show(after);
      this.#pickStored();
      this.#say(words.saved(before, after.contact));
    } catch (error) {
      this.#explain(error);
    } finally {
      this.#busy = false;
      this.#showPick();
    }
    await this.#try(Promise.all([this.#find(this.#search.query), this.#loadHistory(null)]));
  }

  #explain(error) {
    if (!(error instanceof Problem)) {
      return this.#say(words.NO_ANSWER, true);
    }
    if (error.code === "version_conflict") {
      this.#show(error.current);
      return this.#say(words.conflict(error.current, this.#isChanged() ? this.#pick : null), true);
    }
    this.#say(words.notSaved(error, this.#policy.rules, this.#pick.person), true);
  }

  /** Waits for a part of the page; what became obsolete meanwhile is no failure. */
  async #try(work) {
    try {
      await work;
    } catch (error) {
      if (error.name === "AbortError" || !this.#root.isConnected) {
        return;
      }
      if (error instanceof Problem && error.status === 403) {
        return view.notice(content, words.denied(error.reasons, this.#policy.rules));
      }
      this.#say(words.NO_ANSWER, true);
    }
  }

  #say(text, isError = false) {
    const result = this.#at("result");
    result.textContent = text;
    result.classList.toggle("error", isError);
  }
}

let policy = null;
let leaving = new AbortController();

/** Shows the account and person that the address names. */
async function open() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  content.replaceChildren();
  content.setAttribute("aria-busy", "true");
  document.title = "Security settings";
  try {
    policy ??= await loadPolicy();
    const { account, person } = place();
    const client = new Client(account, person, signal);
    const state = await client.contact();
    if (!signal.aborted) {
      await new Field(client, policy, state).fill();
    }
  } catch (error) {
    if (!signal.aborted) {
      const denied = error instanceof Problem && error.status === 403;
      view.notice(content, denied ? words.denied(error.reasons, policy.rules) : words.failed(error));
    }
  }
  if (!signal.aborted) {
    content.setAttribute("aria-busy", "false");
  }
}

/** The account of the address, and in the demo the person who looks. */
function place() {
  const account = decodeURIComponent(location.pathname.split("/")[2]);
  return { account, person: DEMO ? new URLSearchParams(location.search).get("as") : null };
}

/** Sets up the demo's switch between accounts and people. */
async function setUpDemo() {
  const accounts = await demoAccounts();
  const [accountSelect, personSelect] = [byId("demo-account"), byId("demo-person")];
  const find = (id) => accounts.find((account) => account.id === id);
  const show = () => {
    const { account, person } = place();
    const people = find(account)?.people ?? [];
    view.options(accountSelect, accounts.map(({ id, name }) => [id, name]), account);
    const described = people.map(({ id, name, role, status }) => [id, `${name} (${role}, ${status})`]);
    view.options(personSelect, described, person);
    byId("account-name").textContent = find(account)?.name ?? account;
  };
  const go = (account, person) => {
    const path = `/accounts/${encodeURIComponent(account)}/settings/security`;
    history.pushState(null, "", `${path}?${new URLSearchParams({ as: person })}`);
    show();
    open();
  };
  accountSelect.addEventListener("change", () => go(accountSelect.value, find(accountSelect.value).ownerId));
  personSelect.addEventListener("change", () => go(accountSelect.value, personSelect.value));
  addEventListener("popstate", () => {
    show();
    open();
  });
  const { account, person } = place();
  if (person === null && find(account)) {
    history.replaceState(null, "", `?${new URLSearchParams({ as: find(account).ownerId })}`);
  }
  show();
  byId("demo").hidden = false;
}

if (DEMO) {
  await setUpDemo().catch((error) => view.notice(content, words.failed(error)));
}
await open();
