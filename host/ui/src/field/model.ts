// The field: what is stored, what was picked and not saved yet, and what became of the last try.

import type { Client } from "../api/client";
import type { ContactState } from "../api/types";
import { loadPolicy, type BrowserPolicy } from "../policy/policy";
import { History } from "../history/history";
import { People, type Row } from "./people";
import { save } from "./save";
import { troubleOf, type Trouble } from "./trouble";

/** Who shall be the contact. */
export type Pick = { kind: "default" } | { kind: "person"; row: Row };

/** What is told above the field. */
export type Notice =
  | { kind: "saved"; name: string; told: string[] }
  | { kind: "meanwhile" };

/** The dialog before a change is saved. */
export interface Asking {
  saving: boolean;
  trouble: Trouble | null;
}

export interface State {
  phase: "loading" | "ready" | "failed";
  /** Why there is no field. */
  trouble: Trouble | null;
  policy: BrowserPolicy | null;
  contact: ContactState | null;
  pick: Pick | null;
  /** Whether the choice is between people; so before anybody is picked. */
  choosing: boolean;
  asking: Asking | null;
  notice: Notice | null;
}

export class Model {
  state: State = {
    phase: "loading",
    trouble: null,
    policy: null,
    contact: null,
    pick: null,
    choosing: false,
    asking: null,
    notice: null,
  };
  readonly history: History;
  readonly people: People;
  readonly #changed: () => void;

  constructor(
    readonly client: Client,
    changed: () => void,
  ) {
    this.#changed = () => {
      if (!client.signal.aborted) changed();
    };
    this.history = new History(client, this.#changed);
    this.people = new People(client, this.#changed);
  }

  set(part: Partial<State>): void {
    this.state = { ...this.state, ...part };
    this.#changed();
  }

  /** Loads everything that the first look needs, at once. */
  async open(): Promise<void> {
    this.set({ phase: "loading", trouble: null });
    void this.history.load();
    const [contact, policy] = await Promise.allSettled([this.client.contact(), loadPolicy(this.client)]);
    if (policy.status === "fulfilled") this.set({ policy: policy.value });
    const failed = [contact, policy].find((one) => one.status === "rejected");
    if (failed !== undefined) return this.set({ phase: "failed", trouble: troubleOf(failed.reason) });
    if (contact.status === "fulfilled") this.take(contact.value);
    this.set({ phase: "ready" });
    this.people.open();
  }

  /** Looks again, as when the page comes back to the front: others may have acted meanwhile. */
  async refresh(): Promise<void> {
    const { phase, asking, contact } = this.state;
    if (phase !== "ready" || asking !== null || contact === null) return;
    try {
      const now = await this.client.contact();
      if (this.state.asking !== null) return;
      if (now.fingerprint !== this.state.policy?.fingerprint) this.set({ policy: await loadPolicy(this.client) });
      if (this.isOther(now)) {
        this.take(now);
        this.set({ notice: { kind: "meanwhile" } });
        await this.history.load();
      } else {
        this.set({ contact: now });
      }
    } catch (error) {
      const trouble = troubleOf(error);
      // What is shown stays, unless it may not be seen any more.
      if (trouble.kind === "denied") this.set({ phase: "failed", trouble });
    }
  }

  /** Whether the server's state is another one than is shown. */
  isOther({ version, contact }: ContactState): boolean {
    const shown = this.state.contact;
    return shown?.version !== version || shown.contact.userId !== contact.userId || shown.contact.source !== contact.source;
  }

  /** Shows what is stored now, and keeps the pick. */
  take(contact: ContactState): void {
    this.people.forget();
    this.set({ contact, pick: this.#isStored(contact) ? null : this.state.pick });
    if (this.state.pick === null) this.set({ choosing: contact.designation !== null });
  }

  choose(pick: Pick | null): void {
    const { contact } = this.state;
    const choosing = pick === null ? contact?.designation !== null : pick.kind === "person";
    this.set({ pick, choosing, notice: null });
    if (contact !== null && this.#isStored(contact)) this.set({ pick: null });
  }

  /** Turns from the default to people, or back. */
  setChoosing(choosing: boolean): void {
    if (!choosing) return this.choose({ kind: "default" });
    this.set({ choosing: true, pick: this.state.pick?.kind === "person" ? this.state.pick : null, notice: null });
  }

  /** Whether the pick is what is stored already, so that there is nothing to save. */
  #isStored({ designation, contact }: ContactState): boolean {
    const { pick } = this.state;
    if (pick === null) return true;
    if (pick.kind === "default") return designation === null;
    return contact.source === "designated" && designation?.userId === pick.row.person.id;
  }

  ask(): void {
    if (this.state.pick !== null) this.set({ asking: { saving: false, trouble: null }, notice: null });
  }

  cancel(): void {
    if (this.state.asking?.saving === true) return;
    const trouble = this.state.asking?.trouble ?? null;
    this.set({ asking: null });
    if (trouble?.kind === "denied") this.set({ phase: "failed", trouble });
  }

  save(): Promise<void> {
    return save(this);
  }
}
