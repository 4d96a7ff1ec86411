// What went wrong with a change, and what to do about it.

import type { Rules } from "security-contact-policy";

import { happening } from "../history/happening";
import type { Model } from "./model";
import { pickName } from "./names";
import { Reasons } from "./Parts";
import type { Trouble } from "./trouble";
import { useWords } from "./words";
import type { ComponentChildren } from "preact";

interface TroubleBoxProps {
  trouble: Trouble;
  model: Model;
  rules: Rules | null;
}

export function TroubleBox({ trouble, model, rules }: TroubleBoxProps) {
  const { t } = useWords();
  if (trouble.kind === "conflict") return <Conflict model={model} />;
  if (trouble.kind === "refused") return <Refused model={model} trouble={trouble} rules={rules} />;
  const { title, why } = troubleWords(trouble, rules, t);
  return (
    <Box title={title}>
      <p>{why}</p>
    </Box>
  );
}

/** The words for what needs no more than words. */
export function troubleWords(trouble: Trouble, rules: Rules | null, t: ReturnType<typeof useWords>["t"]) {
  switch (trouble.kind) {
    case "denied":
      return { title: t.notPermitted, why: t.denied(trouble.reasons, rules) };
    case "stale":
      return { title: t.staleTitle, why: t.staleWhy };
    case "conflict":
      return { title: t.meanwhile, why: "" };
    case "refused":
      return { title: t.notSaved, why: "" };
    default:
      return { title: t[trouble.kind], why: t[`${trouble.kind}Why`] };
  }
}

/** Who was faster, and with what. */
function Conflict({ model }: { model: Model }) {
  const { t, f } = useWords();
  const { contact, pick } = model.state;
  const { latest, names } = model.history;
  return (
    <Box title={t.meanwhile}>
      {latest === null ? null : (
        <p>
          {happening(latest, names, t)} <span class="hint">{f.time(latest.at)}</span>
        </p>
      )}
      <p>
        {contact === null ? "" : t.meanwhileNow(contact.contact.name)} {pick === null ? "" : t.kept(pickName(model, pick, t))}
      </p>
    </Box>
  );
}

interface RefusedProps {
  model: Model;
  trouble: Extract<Trouble, { kind: "refused" }>;
  rules: Rules | null;
}

function Refused({ model, trouble: { reasons, rulesChanged }, rules }: RefusedProps) {
  const { t } = useWords();
  const { pick } = model.state;
  const name = pick === null ? "" : pickName(model, pick, t);
  return (
    <Box title={t.refused(name)}>
      {rulesChanged ? <p>{t.rulesChanged}</p> : null}
      {rules === null ? null : <Reasons codes={reasons} rules={rules} />}
    </Box>
  );
}

function Box({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="trouble">
      <h3>{title}</h3>
      {children}
    </div>
  );
}
