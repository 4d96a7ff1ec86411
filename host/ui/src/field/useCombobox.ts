// What the combobox knows, and what its keys do.
//
// Everybody in the list can be looked at, and only those whom the rules allow can be picked. Leaving picks nobody.

import type { Verdict } from "security-contact-policy";
import { useEffect, useMemo, useState } from "preact/hooks";

import type { BrowserPolicy } from "../policy/policy";
import type { Model } from "./model";
import type { Found, Row } from "./people";
import { useWords } from "./words";

/** So many are in the page at first, and more when the end comes near. */
const STEP = 40;
const NEAR_END = 10;

/** How far the keys for a page go. */
const PAGE = 5;

export interface ComboboxState {
  text: string;
  open: boolean;
  /** Who is looked at, by their place in the list; -1 for nobody. */
  at: number;
  /** How many of the list are in the page. */
  shown: number;
  found: Found;
  verdicts: Verdict[];
  pickedId: string | null;
  /** What a screen reader says next. */
  said: string;
  show: () => void;
  hide: () => void;
  search: (query: string) => void;
  pick: (index: number) => void;
  grow: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

export function useCombobox(model: Model, policy: BrowserPolicy): ComboboxState {
  const { people, state } = model;
  const pickedId = state.pick?.kind === "person" ? state.pick.row.person.id : null;
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const [shown, setShown] = useState(STEP);
  const [said, say] = useState("");
  const pickRow = usePick(model, policy, say);

  const found = people.found();
  const { rows } = found;
  const verdicts = useVerdicts(rows, policy);
  const at = active === null ? -1 : rows.findIndex(({ person }) => person.id === active);

  // The text is the name of whom was picked, until that is saved or discarded.
  useEffect(() => setText(pickedName(model)), [pickedId]);

  const show = () => {
    people.open();
    setOpen(true);
  };
  const hide = () => {
    setOpen(false);
    setActive(null);
  };
  const search = (query: string) => {
    setText(query);
    setActive(null);
    setShown(STEP);
    say("");
    people.search(query);
    show();
  };
  const pick = (index: number) => {
    const row = rows[index];
    if (row === undefined || !pickRow(row, verdicts[index])) return;
    setText(row.name);
    people.search("");
    hide();
  };
  const grow = () => {
    if (shown < rows.length) setShown(shown + STEP);
    if (shown + 2 * STEP > rows.length) people.more();
  };
  const move = (to: number) => {
    const next = Math.max(0, Math.min(to, rows.length - 1));
    show();
    setActive(rows[next]?.person.id ?? null);
    if (next + NEAR_END >= shown) grow();
  };

  const onKeyDown = keyboard({
    Tab: hide,
    ArrowDown: () => move(open ? at + 1 : 0),
    ArrowUp: () => move(open && at >= 0 ? at - 1 : rows.length - 1),
    PageDown: () => move(at + PAGE),
    PageUp: () => move(at - PAGE),
    Enter: () => (open && at >= 0 ? pick(at) : show()),
    Escape: () => (open ? hide() : search("")),
  });
  return { text, open, at, shown, found, verdicts, pickedId, said, show, hide, search, pick, grow, onKeyDown };
}

/** Picks a person whom the rules allow, and says so; of anybody else it says why not. */
function usePick(model: Model, { rules }: BrowserPolicy, say: (text: string) => void) {
  const { t } = useWords();
  return (row: Row, verdict: Verdict | undefined): boolean => {
    if (verdict?.eligible === true) {
      model.choose({ kind: "person", row });
      say(model.state.pick === null ? "" : t.chosen(row.name));
      return true;
    }
    const why = verdict?.unmet.map((code) => t.reason(code, rules, row.person).what) ?? [];
    say(t.cannotChoose(row.name, why.join(" ")));
    return false;
  };
}

/** The verdicts on all rows; asked for again when rows or rules change. */
function useVerdicts(rows: readonly Row[], policy: BrowserPolicy): Verdict[] {
  return useMemo(
    () => policy.judge(rows.map(({ person }) => person), Date.now()),
    [rows, rows.length, policy],
  );
}

function pickedName({ state: { pick } }: Model): string {
  return pick?.kind === "person" ? pick.row.name : "";
}

/** Does what the key stands for, in place of what it does in a text. The key for the next field does that as well. */
function keyboard(keys: Record<string, () => void>): (event: KeyboardEvent) => void {
  return (event) => {
    const act = keys[event.key];
    if (act === undefined || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key !== "Tab") event.preventDefault();
    act();
  };
}
