// Who the contact is, since when and by whom, and what to know about it.

import type { ContactPerson, ContactState, Designation, HistoryEntry } from "../api/types";
import type { Rules } from "security-contact-policy";
import type { Model } from "./model";
import { Avatar, Fact, Icon, Reasons } from "./Parts";
import { useWords } from "./words";
import type { ComponentChildren } from "preact";

const SOON_MS = 30 * 86_400_000;

interface CardProps {
  contact: ContactState;
  rules: Rules;
  model: Model;
  now: number;
}

export function ContactCard({ contact: state, rules, model, now }: CardProps) {
  const { t, f } = useWords();
  const { contact, designation } = state;
  const { latest, names } = model.history;
  const since = designation?.since ?? latest?.at ?? null;
  const by = contact.source === "designated" ? chooser(designation, latest, names, t.someone) : null;
  return (
    <section class="card" aria-labelledby="contact-title">
      <h2 id="contact-title">{t.title}</h2>
      <p class="intro">{t.intro}</p>
      <div class="person" id="contact">
        <Avatar name={contact.name} large />
        <div class="who">
          <p class="name">{contact.name}</p>
          <p class="email">{contact.email ?? t.noEmail}</p>
        </div>
        <p class={`source ${sourceOf(state, latest)}`}>{sourceWords(sourceOf(state, latest), by, t)}</p>
      </div>
      <dl class="facts">
        <Fact term={t.role}>{contact.role}</Fact>
        <Fact term={t.lastLogin}>{contact.lastLoginAt === null ? t.never : f.time(contact.lastLoginAt)}</Fact>
        {since === null ? null : <Fact term={t.since}>{f.date(since)}</Fact>}
        {contact.validUntil === null ? null : <Fact term={t.validUntil}>{f.date(contact.validUntil)}</Fact>}
      </dl>
      <Why state={state} latest={latest} names={names} rules={rules} />
      <Warnings contact={contact} rules={rules} now={now} />
    </section>
  );
}

type Kind = "default" | "designated" | "reverted";

/** A choice that does not hold any more counts as reverted, whether a review has said so yet or not. */
function sourceOf({ contact }: ContactState, latest: HistoryEntry | null): Kind {
  if (contact.source === "designated") return "designated";
  return contact.source === "fallback" || latest?.action === "reverted" ? "reverted" : "default";
}

function sourceWords(kind: Kind, by: string | null, t: ReturnType<typeof useWords>["t"]): string {
  if (kind === "designated") return t.chosenBy(by);
  return kind === "reverted" ? t.reverted : t.byDefault;
}

/** Who chose; nothing until the history tells of that choice. */
function chooser(
  designation: Designation | null,
  latest: HistoryEntry | null,
  names: Record<string, string>,
  someone: string,
): string | null {
  if (designation === null) return null;
  return names[designation.by] ?? (latest?.actor === designation.by ? someone : null);
}

interface WhyProps {
  state: ContactState;
  latest: HistoryEntry | null;
  names: Record<string, string>;
  rules: Rules;
}

function Why({ state: { contact, designation }, latest, names, rules }: WhyProps) {
  const { t } = useWords();
  if (contact.source === "designated") {
    return contact.validUntil === null ? null : <p class="why">{t.staysUntil(contact.name, contact.validUntil)}</p>;
  }
  if (contact.source === "fallback") {
    return (
      <div class="why">
        <p>{t.revertedBecause(designation?.name ?? t.someone)}</p>
        <Reasons codes={contact.reasons} rules={rules} past />
      </div>
    );
  }
  if (latest?.action === "reverted") {
    const who = latest.before === null ? t.someone : (names[latest.before] ?? t.someone);
    return (
      <div class="why">
        <p>{t.revertedOn(who, latest.at)}</p>
        <Reasons codes={latest.reasons} rules={rules} past />
      </div>
    );
  }
  return <p class="why">{t.followsOwner}</p>;
}

function Warnings({ contact, rules, now }: { contact: ContactPerson; rules: Rules; now: number }) {
  const { t } = useWords();
  const { name, ownerUnmet, validUntil, email, unreachableSince } = contact;
  const lapsing = validUntil !== null && Date.parse(validUntil) - now <= SOON_MS ? validUntil : null;
  return (
    <>
      {ownerUnmet.length === 0 ? null : (
        <Warning title={t.ownerWarning(name)}>
          <p>{t.ownerWarningWhy}</p>
          <Reasons codes={ownerUnmet} rules={rules} facts={{ role: contact.role, lastLoginAt: contact.lastLoginAt }} />
        </Warning>
      )}
      {lapsing === null ? null : (
        <Warning title={t.lapsing(name, lapsing, now)}>
          <p>
            {t.lapsingWhy(name, lapsing)} <strong>{t.lapsingFix(name)}</strong>
          </p>
        </Warning>
      )}
      {email === null ? (
        <Warning title={t.noAddressWarning(name)}>
          <p>{t.noAddressWhy}</p>
        </Warning>
      ) : null}
      {unreachableSince === undefined ? null : (
        <Warning title={t.noAddressWarning(name)}>
          <p>{t.refusedAddressWhy(unreachableSince)}</p>
        </Warning>
      )}
    </>
  );
}

function Warning({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="warning">
      <Icon name="warning" />
      <div>
        <h3>{title}</h3>
        {children}
      </div>
    </div>
  );
}
