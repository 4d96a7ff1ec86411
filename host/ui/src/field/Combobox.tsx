// The search for a person: a combobox with a list, as the ARIA Authoring Practices describe it.

import { useId, useLayoutEffect, useRef } from "preact/hooks";

import type { ContactState } from "../api/types";
import type { BrowserPolicy } from "../policy/policy";
import { Foot } from "./Foot";
import type { Model } from "./model";
import { Option } from "./Option";
import { Icon } from "./Parts";
import { useCombobox, type ComboboxState } from "./useCombobox";
import { useWords } from "./words";

interface ComboboxProps {
  contact: ContactState;
  policy: BrowserPolicy;
  model: Model;
}

export function Combobox({ contact, policy, model }: ComboboxProps) {
  const { t } = useWords();
  const id = useId();
  const state = useCombobox(model, policy);
  const { found, verdicts } = state;
  return (
    <div class="combo" onFocusOut={(event) => leaves(event) && state.hide()}>
      <label for={`${id}-text`}>{t.search}</label>
      <Box id={id} state={state} />
      <div class="popup" hidden={!state.open} onMouseDown={(event) => event.preventDefault()}>
        <List id={id} state={state} contact={contact} policy={policy} />
        <Foot
          query={state.text.trim()}
          people={found.rows.length}
          choosable={verdicts.filter(({ eligible }) => eligible).length}
          more={found.more}
          busy={found.busy}
          trouble={found.trouble}
          retry={() => model.people.retry()}
        />
      </div>
      <p class="unseen" role="status">
        {state.said}
      </p>
    </div>
  );
}

/** The text that is typed into. The focus stays here; `aria-activedescendant` says who is looked at. */
function Box({ id, state }: { id: string; state: ComboboxState }) {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const clear = () => {
    state.search("");
    input.current?.focus();
  };
  return (
    <div class="box">
      <Icon name="search" />
      <input
        ref={input}
        id={`${id}-text`}
        type="text"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={state.open}
        aria-controls={`${id}-list`}
        aria-activedescendant={state.open && state.at >= 0 ? `${id}-${state.at}` : undefined}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={254}
        value={state.text}
        onInput={({ currentTarget }) => state.search(currentTarget.value)}
        onClick={state.show}
        onKeyDown={state.onKeyDown}
      />
      {state.text === "" ? null : (
        <button type="button" class="clear" aria-label={t.clear} onClick={clear}>
          <Icon name="cross" />
        </button>
      )}
    </div>
  );
}

interface ListProps {
  id: string;
  state: ComboboxState;
  contact: ContactState;
  policy: BrowserPolicy;
}

function List({ id, state, contact, policy }: ListProps) {
  const { t } = useWords();
  const list = useRef<HTMLUListElement>(null);
  const { found, verdicts, at, open } = state;
  const contactId = contact.contact.userId;

  useLayoutEffect(() => {
    if (at < 0) list.current?.scrollTo(0, 0);
    else list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at, state.text]);

  const onClick = ({ target, currentTarget }: Event & { currentTarget: HTMLUListElement }) => {
    const clicked = (target as Element).closest("[role=option]");
    if (clicked !== null) state.pick([...currentTarget.children].indexOf(clicked));
  };
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: Event & { currentTarget: HTMLElement }) => {
    if (scrollTop + 2 * clientHeight > scrollHeight) state.grow();
  };
  return (
    <ul
      ref={list}
      id={`${id}-list`}
      role="listbox"
      aria-label={t.people}
      aria-busy={found.busy}
      onClick={onClick}
      onScroll={onScroll}
    >
      {(open ? found.rows.slice(0, state.shown) : []).map((row, index) => (
        <Option
          key={row.person.id}
          id={`${id}-${index}`}
          row={row}
          verdict={verdicts[index]}
          rules={policy.rules}
          active={index === at}
          isContact={contactId === row.person.id}
          selected={(state.pickedId ?? contactId) === row.person.id}
          place={index + 1}
          of={found.more ? -1 : found.rows.length}
        />
      ))}
    </ul>
  );
}

/** Whether the focus goes to something outside. */
function leaves({ currentTarget, relatedTarget }: FocusEvent): boolean {
  return !(relatedTarget instanceof Node && (currentTarget as Node).contains(relatedTarget));
}
