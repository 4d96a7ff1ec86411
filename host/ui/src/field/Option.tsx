// One person in the list, with the verdict and every reason for it.

import type { Rules, Verdict } from "security-contact-policy";

import { Component } from "preact";

import { Avatar, Icon, Reasons } from "./Parts";
import type { Row } from "./people";
import { useWords } from "./words";

interface OptionProps {
  id: string;
  row: Row;
  verdict: Verdict | undefined;
  rules: Rules;
  active: boolean;
  isContact: boolean;
  selected: boolean;
  /** Which one, from 1. */
  place: number;
  /** Of how many; -1 when nobody knows. */
  of: number;
}

/** Drawn again only when something about it is different: a list may be long, and each key moves through it. */
export class Option extends Component<OptionProps> {
  override shouldComponentUpdate(next: OptionProps): boolean {
    const now = this.props;
    return (Object.keys(next) as (keyof OptionProps)[]).some((name) => next[name] !== now[name]);
  }

  override render() {
    return <Drawn {...this.props} />;
  }
}

function Drawn({ id, row, verdict, rules, active, isContact, selected, place, of }: OptionProps) {
  const { t } = useWords();
  const { person, name, email, unreachableSince } = row;
  const eligible = verdict?.eligible === true;
  const editor = person.accountSettings === "edit" && !rules.contactRoles.includes(person.role);
  return (
    <li
      id={id}
      role="option"
      class={`option${active ? " active" : ""}${eligible ? "" : " ineligible"}`}
      aria-selected={selected}
      aria-disabled={!eligible}
      aria-posinset={place}
      aria-setsize={of}
    >
      <Avatar name={name} />
      <span class="name">{name}</span>
      <span class="verdict">
        <Icon name={eligible ? "check" : "cross"} />
        {eligible ? t.eligible : t.ineligible}
      </span>
      <span class="detail">
        {email ?? t.noEmail}
        <span class="sep"> · </span>
        {person.role}
        {editor ? `, ${t.editsSettings}` : ""}
        <span class="sep"> · </span>
        {t.lastLoginOn(person.lastLoginAt)}
        {isContact ? <span class="now">{t.isContact}</span> : null}
      </span>
      {unreachableSince === undefined ? null : (
        <span class="refused">
          <Icon name="warning" />
          {t.refusedAddress(unreachableSince)}
        </span>
      )}
      {eligible ? null : <Reasons codes={verdict?.unmet ?? []} rules={rules} facts={person} />}
    </li>
  );
}
