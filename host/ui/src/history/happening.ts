// One entry of the history in a sentence.

import type { UserId } from "security-contact-policy";

import type { HistoryEntry } from "../api/types";
import type { Messages } from "../messages";

export function happening(entry: HistoryEntry, names: Record<UserId, string>, t: Messages): string {
  const { action, detail } = entry;
  const name = (id: UserId | null | undefined) => (id === null || id === undefined ? null : (names[id] ?? t.someone));
  const tell = t.happened[action];
  if (tell === undefined) return t.somethingElse(action);
  return tell({
    actor: name(entry.actor) ?? t.someone,
    before: name(entry.before),
    after: name(entry.after),
    about: name(detail?.refused?.asked ?? detail?.event?.to ?? detail?.address?.person) ?? t.someone,
    kind: detail?.event?.event.kind ?? null,
    severity: detail?.event?.event.severity ?? null,
  });
}
