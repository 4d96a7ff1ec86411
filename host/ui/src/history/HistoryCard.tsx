// What happened to the contact, and why.

import type { Rules } from "security-contact-policy";

import { Reasons } from "../field/Parts";
import { useWords } from "../field/words";
import type { HistoryEntry } from "../api/types";
import { happening } from "./happening";
import type { Filter, History } from "./history";

const FILTERS: readonly Filter[] = ["all", "changes", "reverts", "refusals", "mail"];

export function HistoryCard({ history, rules }: { history: History; rules: Rules }) {
  const { t } = useWords();
  const { shown, filter, busy, failed } = history;
  return (
    <section class="card" aria-labelledby="history-title" aria-busy={busy}>
      <div class="head">
        <h2 id="history-title">{t.history}</h2>
        <div role="group" aria-label={t.filter} class="filters">
          {FILTERS.map((one) => (
            <button type="button" key={one} aria-pressed={one === filter} onClick={() => void history.show(one)}>
              {t.filters[one]}
            </button>
          ))}
        </div>
      </div>
      {shown.length === 0 && !busy && !failed ? (
        <p class="hint">{filter === "all" ? t.historyEmpty : t.historyNone}</p>
      ) : (
        <ol class="history">
          {shown.map((entry) => (
            <Entry key={entry.number} entry={entry} history={history} rules={rules} />
          ))}
        </ol>
      )}
      {failed ? (
        <div role="alert" class="failed">
          <p>{t.historyFailed}</p>
          <button type="button" onClick={() => void history.load()}>
            {t.tryAgain}
          </button>
        </div>
      ) : null}
      {history.hasOlder ? (
        <button type="button" aria-disabled={busy} onClick={() => busy || void history.older()}>
          {t.older}
        </button>
      ) : null}
    </section>
  );
}

interface EntryProps {
  entry: HistoryEntry;
  history: History;
  rules: Rules;
}

function Entry({ entry, history, rules }: EntryProps) {
  const { t, f } = useWords();
  return (
    <li class={entry.action}>
      <time dateTime={entry.at}>{f.time(entry.at)}</time>
      <p>{happening(entry, history.names, t)}</p>
      <Reasons codes={entry.reasons} rules={rules} past />
    </li>
  );
}
