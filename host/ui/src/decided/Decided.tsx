// How this was decided: the criteria, the facts, and proof that server and browser decide by the same module.

import { useEffect, useState } from "preact/hooks";
import type { Reason } from "security-contact-policy";

import type { Client } from "../api/client";
import type { Candidate, ContactState } from "../api/types";
import { Fact, Icon } from "../field/Parts";
import { useWords } from "../field/words";
import type { BrowserPolicy } from "../policy/policy";

interface DecidedProps {
  contact: ContactState;
  policy: BrowserPolicy;
  client: Client;
}

export function Decided(props: DecidedProps) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <details class="card decided" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <h2>{t.decided}</h2>
        <Icon name="down" />
      </summary>
      {open ? <Inside {...props} /> : null}
    </details>
  );
}

function Inside({ contact, policy, client }: DecidedProps) {
  const { t } = useWords();
  const sha256 = useModuleSha256(policy);
  const candidate = useCandidate(contact, client);
  return (
    <>
      <p class="intro">{t.decidedIntro}</p>
      {candidate === null ? null : <Verdict candidate={candidate} policy={policy} />}
      <dl class="proof">
        <dt>{t.policyVersion}</dt>
        <Pair server={policy.server.policyVersion} browser={policy.version} />
        <dt>{t.moduleDigest}</dt>
        <Pair server={policy.server.moduleSha256} browser={sha256} />
        <dt>{t.fingerprint}</dt>
        <Pair server={contact.fingerprint} browser={policy.fingerprint} />
      </dl>
    </>
  );
}

/** The criteria one by one for the contact, as this browser decides, and whether the server says the same. */
function Verdict({ candidate: { person, name, verdict }, policy }: { candidate: Candidate; policy: BrowserPolicy }) {
  const { t, f } = useWords();
  const here = policy.judge([person], Date.now())[0];
  const unmet: readonly Reason[] = here?.unmet ?? [];
  const agree = JSON.stringify(here) === JSON.stringify(verdict);
  return (
    <>
      <h3>{t.criteria}</h3>
      <ul class="criteria">
        {t.criterion(policy.rules).map(([code, text]) => (
          <li key={code} class={unmet.includes(code) ? "unmet" : "met"}>
            <Icon name={unmet.includes(code) ? "cross" : "check"} />
            <span>
              {text} <span class="hint">({unmet.includes(code) ? t.unmet : t.met})</span>
            </span>
          </li>
        ))}
      </ul>
      <p class={agree ? "agree" : "bad"}>{agree ? t.bothAgree : t.disagree}</p>
      <h3>{t.decidedFacts(name)}</h3>
      <dl class="facts">
        <Fact term={t.role}>{person.role}</Fact>
        <Fact term={t.settings}>{t.settingsWord(person.accountSettings)}</Fact>
        <Fact term={t.status}>{t.statusWord(person.status)}</Fact>
        <Fact term={t.lastLogin}>{person.lastLoginAt === null ? t.never : f.time(person.lastLoginAt)}</Fact>
        <Fact term={t.staff}>{person.staffRole ?? t.none}</Fact>
      </dl>
    </>
  );
}

/** What the server states beside what this browser computed. */
function Pair({ server, browser }: { server: string; browser: string | null }) {
  const { t } = useWords();
  const same = server === browser;
  return (
    <>
      <dd>
        <span class="hint">{t.server}</span> <code>{server}</code>
      </dd>
      <dd>
        <span class="hint">{t.browser}</span> <code>{browser ?? t.httpsOnly}</code>{" "}
        {browser === null ? null : <span class={same ? "same" : "bad"}>{same ? t.same : t.different}</span>}
      </dd>
    </>
  );
}

function useModuleSha256(policy: BrowserPolicy): string | null {
  const [sha256, set] = useState<string | null>(null);
  useEffect(() => {
    void policy.moduleSha256().then(set);
  }, [policy]);
  return sha256;
}

/** The contact with all facts and the server's verdict; nothing while it is not known. */
function useCandidate({ contact: { userId, name } }: ContactState, client: Client): Candidate | null {
  const [candidate, set] = useState<Candidate | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    void findCandidate(client, userId, name, leaving.signal).then(set, () => set(null));
    return () => leaving.abort();
  }, [client, userId, name]);
  return candidate;
}

async function findCandidate(client: Client, userId: string, name: string, signal: AbortSignal) {
  const { candidates } = await client.candidates(name, null, signal);
  return candidates.find(({ person }) => person.id === userId) ?? null;
}
