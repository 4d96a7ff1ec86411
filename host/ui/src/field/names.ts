// How people are called.

import type { Messages } from "../messages";
import type { Model, Pick } from "./model";

/** The owner's name, when the page has come across it. */
export function ownerName({ state: { contact }, people }: Model): string | null {
  if (contact !== null && contact.contact.source !== "designated") return contact.contact.name;
  return people.find(({ person }) => person.role === "owner")?.name ?? null;
}

export function pickName(model: Model, pick: Pick, t: Messages): string {
  return pick.kind === "person" ? pick.row.name : (ownerName(model) ?? t.owner);
}
