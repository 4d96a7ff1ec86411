// The line below the list: how many there are, that more are coming, or what went wrong.

import { useEffect, useState } from "preact/hooks";

import type { Trouble } from "./trouble";
import { useWords } from "./words";

/** Said when typing pauses, so that nobody hears every step. */
const QUIET_MS = 500;

interface FootProps {
  query: string;
  people: number;
  choosable: number;
  more: boolean;
  busy: boolean;
  trouble: Trouble | null;
  retry: () => void;
}

export function Foot({ query, people, choosable, more, busy, trouble, retry }: FootProps) {
  const { t } = useWords();
  const text = footText({ query, people, choosable, more, busy, trouble }, t);
  const said = useSettled(text);
  return (
    <div class="foot">
      <p class={trouble === null ? "" : "bad"} aria-hidden="true">
        {text}
      </p>
      {trouble === null ? null : (
        <button type="button" onClick={retry}>
          {t.tryAgain}
        </button>
      )}
      <p class="unseen" role="status">
        {said}
      </p>
    </div>
  );
}

type Counts = Omit<FootProps, "retry">;

function footText({ query, people, choosable, more, busy, trouble }: Counts, t: ReturnType<typeof useWords>["t"]): string {
  if (trouble !== null) return t.searchFailed;
  if (busy) return people === 0 ? t.searching : t.moreLoading;
  return people === 0 ? t.nobodyFound(query) : t.found(people, more, choosable);
}

/** The text once it has stayed the same for a moment. */
function useSettled(text: string): string {
  const [settled, settle] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => settle(text), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
