// The dialog before a change: who was it, who will be it, and who gets mail. What goes wrong is told here, too.

import { useLayoutEffect, useRef } from "preact/hooks";

import type { Asking, Model, Pick } from "./model";
import { ownerName, pickName } from "./names";
import { Avatar, Icon } from "./Parts";
import { TroubleBox } from "./TroubleBox";
import { isPassing, type Trouble } from "./trouble";
import { useWords } from "./words";
import type { ContactPerson } from "../api/types";

export function SaveDialog({ model }: { model: Model }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { asking, contact, pick } = model.state;
  const open = asking !== null && contact !== null && pick !== null;

  // Closing it gives the focus back to what had it.
  useLayoutEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog
      ref={dialog}
      aria-labelledby="dialog-title"
      aria-busy={asking?.saving === true}
      onCancel={(event) => {
        event.preventDefault(); // it would close while something is being saved
        model.cancel();
      }}
    >
      {open ? <Inside model={model} asking={asking} before={contact.contact} pick={pick} /> : null}
    </dialog>
  );
}

interface InsideProps {
  model: Model;
  asking: Asking;
  before: ContactPerson;
  pick: Pick;
}

function Inside({ model, asking: { saving, trouble }, before, pick }: InsideProps) {
  const { t } = useWords();
  return (
    <>
      <h2 id="dialog-title">{t.confirmTitle}</h2>
      <div class="swap">
        <Side label={t.from} name={before.name} email={before.email ?? t.noEmail} />
        <Icon name="arrow" />
        <NewSide model={model} pick={pick} />
      </div>
      <MailList model={model} before={before} pick={pick} />
      <div role="alert">
        {trouble === null ? null : (
          <TroubleBox trouble={trouble} model={model} rules={model.state.policy?.rules ?? null} />
        )}
      </div>
      <div class="actions">
        <MainButton model={model} saving={saving} trouble={trouble} />
        <button type="button" aria-disabled={saving} onClick={() => model.cancel()}>
          {t.cancel}
        </button>
      </div>
      <p class="unseen" role="status">
        {saving ? t.saving : ""}
      </p>
    </>
  );
}

/** What helps most: saving, trying again, or loading the page again; nothing when nothing would. */
function MainButton({ model, saving, trouble }: { model: Model; saving: boolean; trouble: Trouble | null }) {
  const { t } = useWords();
  if (trouble?.kind === "stale") {
    return (
      <button type="button" class="primary" onClick={() => location.reload()}>
        {t.reloadPage}
      </button>
    );
  }
  if (!canSave(trouble)) return null;
  return (
    <button type="button" class="primary" aria-disabled={saving} onClick={() => void model.save()}>
      {saving ? <span class="spinner" aria-hidden="true" /> : null}
      {saving ? t.saving : saveWords(trouble, t)}
    </button>
  );
}

const canSave = (trouble: Trouble | null): boolean =>
  trouble === null || isPassing(trouble) || trouble.kind === "conflict";

function saveWords(trouble: Trouble | null, t: ReturnType<typeof useWords>["t"]): string {
  if (trouble === null) return t.confirm;
  return trouble.kind === "conflict" ? t.again : t.tryAgain;
}

function Side({ label, name, email }: { label: string; name: string; email: string }) {
  return (
    <div class="side">
      <Avatar name={name} />
      <p>
        <span class="hint">{label}</span>
        <strong>{name}</strong>
        <span class="detail">{email}</span>
      </p>
    </div>
  );
}

function NewSide({ model, pick }: { model: Model; pick: Pick }) {
  const { t } = useWords();
  const detail = pick.kind === "person" ? (pick.row.email ?? t.noEmail) : t.byDefault;
  return <Side label={t.to} name={pickName(model, pick, t)} email={detail} />;
}

/** Before and after are told when they are not the same person; the rules say so (SPEC 7). */
function MailList({ model, before, pick }: { model: Model; before: ContactPerson; pick: Pick }) {
  const { t } = useWords();
  const same = pick.kind === "person" ? pick.row.person.id === before.userId : before.source !== "designated";
  const owner = ownerName(model);
  const gains =
    pick.kind === "person"
      ? t.mailTo(pick.row.name, pick.row.email, true)
      : owner === null
        ? t.mailToOwner
        : t.mailTo(owner, model.people.find(({ person }) => person.role === "owner")?.email ?? null, true);
  return (
    <div class="mail">
      <h3>
        <Icon name="mail" /> {t.mailTitle}
      </h3>
      {same ? (
        <p>{t.mailNobody(before.name)}</p>
      ) : (
        <ul>
          <li>{gains}</li>
          <li>{t.mailTo(before.name, before.email, false)}</li>
        </ul>
      )}
    </div>
  );
}
