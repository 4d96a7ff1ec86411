// The whole field, from loading it to saving it.

import { useEffect, useRef } from "preact/hooks";

import { happening } from "../history/happening";
import { HistoryCard } from "../history/HistoryCard";
import { Decided } from "../decided/Decided";
import { Chooser } from "./Chooser";
import { ContactCard } from "./ContactCard";
import type { Model } from "./model";
import { SaveDialog } from "./SaveDialog";
import { troubleWords } from "./TroubleBox";
import { isPassing } from "./trouble";
import { useWords } from "./words";

export function Field({ model }: { model: Model }) {
  const { state } = model;
  const { contact, policy } = state;
  if (state.phase === "failed") return <NoField model={model} />;
  if (state.phase === "loading" || contact === null || policy === null) return <Loading />;
  return (
    <>
      <SaveDialog model={model} />
      <NoticeLine model={model} />
      <ContactCard contact={contact} rules={policy.rules} model={model} now={Date.now()} />
      {contact.canEdit ? <Chooser contact={contact} policy={policy} model={model} /> : null}
      <HistoryCard history={model.history} rules={policy.rules} />
      <Decided contact={contact} policy={policy} client={model.client} />
    </>
  );
}

function Loading() {
  const { t } = useWords();
  return (
    <section class="card loading" aria-busy="true">
      <h2>{t.title}</h2>
      <p role="status">{t.loading}</p>
      <div class="ghost" aria-hidden="true" />
    </section>
  );
}

/** Instead of the field: somebody may not see it, or it could not be loaded. */
function NoField({ model }: { model: Model }) {
  const { t } = useWords();
  const { trouble, policy } = model.state;
  if (trouble === null) return null;
  const denied = trouble.kind === "denied";
  const { title, why } = troubleWords(trouble, policy?.rules ?? null, t);
  return (
    <section class="card">
      <h2>{t.title}</h2>
      <div role="alert">
        {denied ? null : <h3>{title}</h3>}
        <p>{why}</p>
      </div>
      {isPassing(trouble) ? (
        <div class="actions">
          <button type="button" class="primary" onClick={() => void model.open()}>
            {t.tryAgain}
          </button>
        </div>
      ) : null}
    </section>
  );
}

/** What has happened since the page was loaded. It is always there, so that screen readers speak of what comes. */
function NoticeLine({ model }: { model: Model }) {
  const { notice } = model.state;
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The dialog is gone, and with it what had the focus.
    if (notice?.kind === "saved") line.current?.focus();
  }, [notice]);
  return (
    <div ref={line} class="notice" role="status" tabIndex={-1}>
      {notice === null ? null : <NoticeText model={model} />}
    </div>
  );
}

function NoticeText({ model }: { model: Model }) {
  const { t } = useWords();
  const { notice, contact } = model.state;
  const { latest, names } = model.history;
  if (notice?.kind === "saved") return <p class="good">{t.saved(notice.name) + t.savedTold(notice.told)}</p>;
  return (
    <p class="info">
      <strong>{t.meanwhile}.</strong> {latest === null ? "" : happening(latest, names, t)}{" "}
      {contact === null ? "" : t.meanwhileNow(contact.contact.name)}
    </p>
  );
}
