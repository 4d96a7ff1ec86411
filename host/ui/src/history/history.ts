// What happened to the contact, as far as it was asked for.

import type { UserId } from "security-contact-policy";

import type { Client } from "../api/client";
import type { Action, HistoryEntry } from "../api/types";

const FIRST_PAGE = 20;
const NEXT_PAGE = 50;

/** How many entries are shown at first, and more each time. */
const SHOWN = 10;

/** So many pages are looked through for entries of one kind before somebody has to ask for more. */
const PAGES_AT_ONCE = 4;

export type Filter = "all" | "changes" | "reverts" | "refusals" | "mail";

const KINDS: Record<Exclude<Filter, "all">, readonly Action[]> = {
  changes: ["designated", "reset", "owner_changed", "reverted"],
  reverts: ["reverted"],
  refusals: ["designation_refused", "reset_refused"],
  mail: ["event_sent", "address_unreachable"],
};

export class History {
  filter: Filter = "all";
  names: Record<UserId, string> = {};
  busy = false;
  failed = false;
  #entries: HistoryEntry[] = [];
  #next: number | null = null;
  #wanted = SHOWN;
  /** One after the other, so that none adds to what another one replaces. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    readonly client: Client,
    readonly changed: () => void,
  ) {}

  /** The entries to show. */
  get shown(): readonly HistoryEntry[] {
    return this.#matching().slice(0, this.#wanted);
  }

  get hasOlder(): boolean {
    return this.#next !== null || this.#matching().length > this.#wanted;
  }

  /** The newest entry that settled who the contact is. */
  get latest(): HistoryEntry | null {
    return this.#entries.find(({ action }) => KINDS.changes.includes(action)) ?? null;
  }

  /** The newest entries, from the beginning. */
  async load(): Promise<void> {
    await this.#try(async () => {
      const { entries, names, nextBefore } = await this.client.history(null, FIRST_PAGE);
      Object.assign(this.names, names);
      this.#entries = entries;
      this.#next = nextBefore;
      await this.#fill(() => this.latest !== null);
    });
  }

  async older(): Promise<void> {
    this.#wanted += SHOWN;
    await this.#fillShown();
  }

  async show(filter: Filter): Promise<void> {
    this.filter = filter;
    this.#wanted = SHOWN;
    this.changed();
    await this.#fillShown();
  }

  #matching(): readonly HistoryEntry[] {
    const { filter } = this;
    if (filter === "all") return this.#entries;
    return this.#entries.filter(({ action }) => KINDS[filter].includes(action));
  }

  #fillShown(): Promise<void> {
    return this.#try(() => this.#fill(() => this.#matching().length > this.#wanted));
  }

  async #fill(enough: () => boolean): Promise<void> {
    for (let page = 0; page < PAGES_AT_ONCE && this.#next !== null && !enough(); page++) {
      const { entries, names, nextBefore } = await this.client.history(this.#next, NEXT_PAGE);
      Object.assign(this.names, names);
      this.#entries.push(...entries);
      this.#next = nextBefore;
    }
  }

  #try(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(() => this.#run(work));
    return this.#last;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.failed = false;
    this.changed();
    try {
      await work();
    } catch {
      this.failed = true;
    } finally {
      this.busy = false;
      this.changed();
    }
  }
}
