// The demo's switch between accounts and people.

import type { PageWords } from "../messages/page";
import type { Place } from "./place";

export interface DemoAccount {
  id: string;
  name: string;
  ownerId: string | null;
  people: { id: string; name: string; role: string; status: string }[];
}

interface DemoBarProps {
  accounts: DemoAccount[];
  place: Place;
  words: PageWords;
  go: (to: Place) => void;
}

export function DemoBar({ accounts, place: { account, person }, words, go }: DemoBarProps) {
  const people = accounts.find(({ id }) => id === account)?.people ?? [];
  const toAccount = (id: string) => go({ account: id, person: accounts.find((one) => one.id === id)?.ownerId ?? null });
  return (
    <aside class="demo" aria-label={words.demo}>
      <p class="what">
        <strong>{words.demo}</strong> {words.demoHint}
      </p>
      <p>
        <label for="demo-account">{words.account}</label>
        <select id="demo-account" value={account} onChange={({ currentTarget }) => toAccount(currentTarget.value)}>
          {accounts.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </p>
      <p>
        <label for="demo-person">{words.viewAs}</label>
        <select id="demo-person" value={person ?? ""} onChange={({ currentTarget }) => go({ account, person: currentTarget.value })}>
          {people.map(({ id, name, role, status }) => (
            <option key={id} value={id}>
              {`${name} (${role}, ${status})`}
            </option>
          ))}
        </select>
      </p>
    </aside>
  );
}
