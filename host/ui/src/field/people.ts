// The people of an account, as they are searched: asked of the server page by page, and kept as far as they are known.

import type { Client } from "../api/client";
import type { Candidate, CandidatePage } from "../api/types";
import { fold, matches } from "./fold";
import { troubleOf, type Trouble } from "./trouble";

/** Accounts of up to so many people are known as a whole, and searched without the server. */
const KNOWN_AT_MOST = 1_000;

/** Typing goes on for that long before the server is asked. */
const PAUSE_MS = 120;

/** Facts are asked for again when the search is opened after that time. */
const FRESH_MS = 30_000;

export interface Row extends Candidate {
  folded: { name: string; email: string };
}

export interface Found {
  rows: readonly Row[];
  /** Whether the server knows more than `rows`. */
  more: boolean;
  /** Whether an answer is still on its way. */
  busy: boolean;
  trouble: Trouble | null;
}

/** What the server found for one query, as far as it was asked. */
class Search {
  rows: Row[] = [];
  cursor: string | null = null;
  asked = false;

  constructor(readonly query: string) {}

  get complete(): boolean {
    return this.asked && this.cursor === null;
  }

  add({ candidates, nextCursor }: CandidatePage): void {
    for (const one of candidates) {
      this.rows.push({ ...one, folded: { name: fold(one.name), email: fold(one.email ?? "") } });
    }
    this.cursor = nextCursor;
    this.asked = true;
  }
}

export class People {
  #everybody = new Search("");
  #search = this.#everybody;
  #query = "";
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #trouble: Trouble | null = null;
  #loadedAt = -Infinity;
  #matching: { query: string; of: Row[]; count: number; found: Row[] } = { query: "", of: [], count: 0, found: [] };

  constructor(
    readonly client: Client,
    /** Called whenever `found` gives something else. */
    readonly changed: () => void,
  ) {}

  /** Loads what is shown before anything is typed, unless it is there and fresh. */
  open(): void {
    if (this.#running === null && Date.now() - this.#loadedAt > FRESH_MS) void this.#loadEverybody();
  }

  /** What was learnt so far may have changed. */
  forget(): void {
    this.#loadedAt = -Infinity;
  }

  /** Somebody of those who are known. */
  find(test: (row: Row) => boolean): Row | null {
    return this.#everybody.rows.find(test) ?? this.#search.rows.find(test) ?? null;
  }

  /** What there is to show for the query: what is known already, until the server has answered. */
  found(): Found {
    const query = fold(this.#query.trim());
    const search = this.#search;
    if (fold(search.query) === query && search.asked && search !== this.#everybody) {
      return { rows: search.rows, more: !search.complete, busy: this.#running !== null, trouble: this.#trouble };
    }
    const complete = this.#everybody.complete;
    return { rows: this.#known(query), more: !complete, busy: !complete && this.#isWaiting(), trouble: this.#trouble };
  }

  /** Those among everybody who match; the same list until there is another answer. */
  #known(query: string): readonly Row[] {
    const { rows } = this.#everybody;
    if (query === "") return rows;
    const last = this.#matching;
    if (last.query !== query || last.of !== rows || last.count !== rows.length) {
      const found = rows.filter((row) => matches(row.folded, query));
      this.#matching = { query, of: rows, count: rows.length, found };
    }
    return this.#matching.found;
  }

  /** Shows those whose name or address has every word of `query`. */
  search(query: string): void {
    this.#query = query;
    this.#trouble = null;
    clearTimeout(this.#timer);
    if (query.trim() === "" || this.#everybody.complete) {
      this.#search = this.#everybody;
    } else {
      this.#timer = setTimeout(() => this.#ask(new Search(query.trim())), PAUSE_MS);
    }
    this.changed();
  }

  /** Asks for what comes after what is shown. */
  more(): void {
    if (this.#running === null && this.#search.asked && !this.#search.complete && this.#trouble === null) {
      void this.#next(this.#search);
    }
  }

  /** After a failure: asks again. */
  retry(): void {
    this.#trouble = null;
    if (this.#query.trim() === "") void this.#loadEverybody();
    else this.#ask(new Search(this.#query.trim()));
  }

  #isWaiting(): boolean {
    return this.#trouble === null && (this.#running !== null || this.#query.trim() !== "" || !this.#everybody.asked);
  }

  async #loadEverybody(): Promise<void> {
    const everybody = new Search("");
    const first = await this.#next(everybody);
    if (!first) return;
    this.#loadedAt = Date.now();
    while (!everybody.complete && everybody.rows.length < KNOWN_AT_MOST && this.#query === "") {
      if (!(await this.#next(everybody))) return;
    }
  }

  #ask(search: Search): void {
    this.#running?.abort();
    this.#running = null;
    void this.#next(search);
  }

  /** Adds the next page to the search, which is shown from then on; whether that went well. */
  async #next(search: Search): Promise<boolean> {
    const running = new AbortController();
    this.#running?.abort();
    this.#running = running;
    this.changed();
    try {
      const page = await this.client.candidates(search.query, search.cursor, running.signal);
      search.add(page);
      if (search.query === "") this.#everybody = search;
      if (search.query !== "" || this.#query.trim() === "") this.#search = search;
      return true;
    } catch (error) {
      if (!running.signal.aborted && !this.client.signal.aborted) this.#trouble = troubleOf(error);
      return false;
    } finally {
      if (this.#running === running) this.#running = null;
      if (!this.client.signal.aborted) this.changed();
    }
  }
}
