// Choosing: the default, or a person who is searched for.

import type { ContactState } from "../api/types";
import type { BrowserPolicy } from "../policy/policy";
import { Combobox } from "./Combobox";
import type { Model } from "./model";
import { ownerName, pickName } from "./names";
import { Avatar } from "./Parts";
import { useWords } from "./words";

interface ChooserProps {
  contact: ContactState;
  policy: BrowserPolicy;
  model: Model;
}

export function Chooser({ contact, policy, model }: ChooserProps) {
  const { t } = useWords();
  const { choosing, pick } = model.state;
  return (
    <section class="card" aria-labelledby="change-title">
      <h2 id="change-title">{t.change}</h2>
      <div role="radiogroup" aria-label={t.who} class="ways">
        <Way checked={!choosing} title={t.defaultChoice} hint={t.defaultHint(ownerName(model))} choose={() => model.setChoosing(false)} />
        <Way checked={choosing} title={t.personChoice} hint={t.personHint} choose={() => model.setChoosing(true)} />
      </div>
      {choosing ? <Combobox contact={contact} policy={policy} model={model} /> : null}
      {pick === null ? null : <PickBar model={model} />}
    </section>
  );
}

interface WayProps {
  checked: boolean;
  title: string;
  hint: string;
  choose: () => void;
}

function Way({ checked, title, hint, choose }: WayProps) {
  return (
    <label class="way">
      <input type="radio" name="way" checked={checked} onChange={choose} />
      <span>
        <strong>{title}</strong>
        <span class="hint">{hint}</span>
      </span>
    </label>
  );
}

/** What was picked, and what to do with it. */
function PickBar({ model }: { model: Model }) {
  const { t } = useWords();
  const { pick } = model.state;
  if (pick === null) return null;
  const name = pickName(model, pick, t);
  return (
    <div class="pick" role="group" aria-label={t.picked}>
      {pick.kind === "person" ? <Avatar name={name} /> : null}
      <p>
        <span class="hint">{t.picked}</span>
        <strong>{pick.kind === "default" ? t.defaultChoice : name}</strong>
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => model.ask()}>
          {t.save}
        </button>
        <button type="button" onClick={() => model.choose(null)}>
          {t.discard}
        </button>
      </div>
    </div>
  );
}
