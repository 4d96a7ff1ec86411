// The search for a person: a combobox with a list, as the ARIA Authoring Practices describe it.
//
// The focus stays in the text; `aria-activedescendant` says which person is looked at. Everybody can be looked at, and
// only those whom the rules allow can be picked. Leaving picks nobody.

import type { Verdict } from "security-contact-policy";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";

import type { ContactState } from "../api/types";
import type { BrowserPolicy } from "../policy/policy";
import { Foot } from "./Foot";
import type { Model } from "./model";
import { Option } from "./Option";
import { Icon } from "./Parts";
import type { Row } from "./people";
import { useWords } from "./words";

/** So many are in the page at first, and more when the end comes near. */
const STEP = 40;
const NEAR_END = 10;
const PAGE_KEYS = 5;

interface ComboboxProps {
  contact: ContactState;
  policy: BrowserPolicy;
  model: Model;
}

export function Combobox({ contact, policy, model }: ComboboxProps) {
  const { t } = useWords();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState(() => pickedText(model));
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const [shown, setShown] = useState(STEP);
  const [said, setSaid] = useState("");

  const { people, state } = model;
  const pickedId = state.pick?.kind === "person" ? state.pick.row.person.id : null;
  const { rows, more, busy, trouble } = people.found();
  const verdicts = useVerdicts(rows, policy);
  const at = rows.findIndex(({ person }) => person.id === active);
  const activeRow = rows[at];

  useEffect(() => {
    list.current?.querySelector(".option.active")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  // What was picked may have been saved or discarded meanwhile.
  useEffect(() => setText(pickedText(model)), [pickedId]);

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
    setSaid("");
    list.current?.scrollTo(0, 0);
    people.search(query);
    show();
  };
  const grow = (last: number) => {
    if (last + NEAR_END < shown) return;
    if (shown < rows.length) setShown(shown + STEP);
    if (last + 2 * STEP > rows.length) people.more();
  };
  const pick = (row: Row, verdict: Verdict | undefined) => {
    if (verdict === undefined) return;
    if (!verdict.eligible) {
      const why = verdict.unmet.map((code) => t.reason(code, policy.rules, row.person).what).join(" ");
      return setSaid(t.cannotChoose(row.name, why));
    }
    setText(row.name);
    people.search("");
    hide();
    model.choose({ kind: "person", row });
    setSaid(model.state.pick === null ? "" : t.chosen(row.name));
  };
  const move = (to: number) => {
    const next = rows[Math.max(0, Math.min(to, rows.length - 1))];
    show();
    if (next === undefined) return;
    setActive(next.person.id);
    grow(rows.indexOf(next));
  };

  const keys: Record<string, () => void> = {
    ArrowDown: () => move(open ? at + 1 : 0),
    ArrowUp: () => move(open && at >= 0 ? at - 1 : rows.length - 1),
    PageDown: () => move(at + PAGE_KEYS),
    PageUp: () => move(at - PAGE_KEYS),
    Enter: () => (open && activeRow !== undefined ? pick(activeRow, verdicts[at]) : show()),
    Escape: () => (open ? hide() : search("")),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Tab") return hide();
    const act = keys[event.key];
    if (act === undefined || event.isComposing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  };

  const visible = rows.slice(0, shown);
  return (
    <div class="combo" onFocusOut={(event) => leaves(event) && hide()}>
      <label for={`${id}-text`}>{t.search}</label>
      <div class="box">
        <Icon name="search" />
        <input
          ref={input}
          id={`${id}-text`}
          type="text"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-activedescendant={open && activeRow !== undefined ? `${id}-${at}` : undefined}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={254}
          value={text}
          onInput={({ currentTarget }) => search(currentTarget.value)}
          onClick={show}
          onKeyDown={onKeyDown}
        />
        {text === "" ? null : (
          <button type="button" class="clear" aria-label={t.clear} onClick={() => (search(""), input.current?.focus())}>
            <Icon name="cross" />
          </button>
        )}
      </div>
      <div class="popup" hidden={!open} onMouseDown={(event) => event.preventDefault()}>
        <ul
          ref={list}
          id={`${id}-list`}
          role="listbox"
          aria-label={t.people}
          aria-busy={busy}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
            scrollTop + 2 * clientHeight > scrollHeight && grow(shown)
          }
        >
          {open
            ? visible.map((row, index) => (
                <Option
                  key={row.person.id}
                  id={`${id}-${index}`}
                  row={row}
                  verdict={verdicts[index]}
                  rules={policy.rules}
                  active={index === at}
                  isContact={contact.contact.userId === row.person.id}
                  selected={(pickedId ?? contact.contact.userId) === row.person.id}
                  place={[index + 1, more ? -1 : rows.length]}
                  pick={() => pick(row, verdicts[index])}
                />
              ))
            : null}
        </ul>
        <Foot
          query={text.trim()}
          people={rows.length}
          choosable={verdicts.filter(({ eligible }) => eligible).length}
          more={more}
          busy={busy}
          trouble={trouble}
          retry={() => people.retry()}
        />
      </div>
      <p class="unseen" role="status">
        {said}
      </p>
    </div>
  );
}

/** The verdicts on all rows; asked for again when rows or rules change. */
function useVerdicts(rows: readonly Row[], policy: BrowserPolicy): Verdict[] {
  return useMemo(
    () => policy.judge(rows.map(({ person }) => person), Date.now()),
    [rows, rows.length, policy],
  );
}

function pickedText({ state: { pick } }: Model): string {
  return pick?.kind === "person" ? pick.row.name : "";
}

/** Whether the focus goes to something outside. */
function leaves({ currentTarget, relatedTarget }: FocusEvent): boolean {
  return !(relatedTarget instanceof Node && (currentTarget as Node).contains(relatedTarget));
}
