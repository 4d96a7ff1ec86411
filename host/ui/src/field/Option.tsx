// One person in the list, with the verdict and every reason for it.

import type { Rules, Verdict } from "security-contact-policy";

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
  /** Which one of how many; -1 when nobody knows how many. */
  place: [number, number];
  pick: () => void;
}

export function Option({ id, row, verdict, rules, active, isContact, selected, place, pick }: OptionProps) {
  const { t } = useWords();
  const { person, name, email } = row;
  const eligible = verdict?.eligible === true;
  const editor = person.accountSettings === "edit" && !rules.contactRoles.includes(person.role);
  return (
    <li
      id={id}
      role="option"
      class={`option${active ? " active" : ""}${eligible ? "" : " ineligible"}`}
      aria-selected={selected}
      aria-disabled={!eligible}
      aria-posinset={place[0]}
      aria-setsize={place[1]}
      onClick={pick}
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
      {eligible ? null : <Reasons codes={verdict?.unmet ?? []} rules={rules} facts={person} />}
    </li>
  );
}
