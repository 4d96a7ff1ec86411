// Saving a pick. Nothing is saved by other rules than the server's, nothing twice, and nothing over somebody else's head.

import { Problem } from "../api/problem";
import type { ContactState } from "../api/types";
import { loadPolicy } from "../policy/policy";
import type { Model, Pick } from "./model";
import { troubleOf, type Trouble } from "./trouble";

/** The key of a request whose answer was lost, to ask for the same again. */
const unanswered = new WeakMap<Model, { request: string; key: string }>();

export async function save(model: Model): Promise<void> {
  const { pick, contact, asking } = model.state;
  if (pick === null || contact === null || asking === null || asking.saving) return;
  model.set({ asking: { saving: true, trouble: null } });
  try {
    const refusal = await agree(model, pick);
    if (refusal !== null) return model.set({ asking: { saving: false, trouble: refusal } });
    const userId = pick.kind === "default" ? null : pick.row.person.id;
    const key = keyOf(model, JSON.stringify([userId, contact.version]));
    const after = await model.client.change(userId, contact.version, key);
    unanswered.delete(model);
    done(model, contact, after);
  } catch (error) {
    await explain(model, error);
  }
}

/** Sees that this page decides as the server does now; why not, or why the pick cannot be saved then. */
async function agree(model: Model, pick: Pick): Promise<Trouble | null> {
  const { fingerprint } = await model.client.contact();
  const before = model.state.policy;
  if (before?.fingerprint === fingerprint) return null;
  const policy = await loadPolicy(model.client);
  model.set({ policy });
  if (policy.fingerprint !== policy.server.fingerprint) return { kind: "stale" };
  if (pick.kind === "default") return null;
  const [verdict] = policy.judge([pick.row.person], Date.now());
  return verdict?.eligible === false ? { kind: "refused", reasons: verdict.unmet, rulesChanged: true } : null;
}

function done(model: Model, before: ContactState, after: ContactState): void {
  const told = before.contact.userId === after.contact.userId ? [] : [before.contact, after.contact];
  const names = told.filter(({ email }) => email !== null).map(({ name }) => name);
  model.set({ pick: null, asking: null, notice: { kind: "saved", name: after.contact.name, told: names } });
  model.take(after);
  void model.history.load();
  model.people.open();
}

async function explain(model: Model, error: unknown): Promise<void> {
  if (model.client.signal.aborted) return;
  // A request that was answered is over; one that was not may have been carried out.
  if (error instanceof Problem && error.status < 500) unanswered.delete(model);
  const trouble = troubleOf(error);
  if (trouble.kind === "conflict" && error instanceof Problem && error.current !== null) {
    await model.history.load();
    model.take(error.current);
    if (model.state.pick === null) return model.set({ asking: null, notice: { kind: "meanwhile" } });
  }
  model.set({ asking: { saving: false, trouble } });
}

/** A new key for a new request, and the same for the same. */
function keyOf(model: Model, request: string): string {
  const last = unanswered.get(model);
  if (last?.request === request) return last.key;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  unanswered.set(model, { request, key });
  return key;
}
