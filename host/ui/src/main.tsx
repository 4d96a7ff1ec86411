// The page around the field: Account > Settings > Security.

import { render } from "preact";
import "security-contact-policy/field";

import { languageOf } from "./messages/language";
import { PAGE_WORDS } from "./messages/page";
import { Breadcrumb } from "./page/Breadcrumb";
import { DemoBar, type DemoAccount } from "./page/DemoBar";
import { go, languages, place, type Place } from "./page/place";

interface Demo {
  accounts?: DemoAccount[];
}

const DEMO = document.documentElement.dataset["mode"] === "demo";
const language = languageOf(languages());
const words = PAGE_WORDS[language];
const field = document.querySelector("security-contact-field");
let accounts: DemoAccount[] = [];

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

/** Shows the account and person that the address names. */
function show(): void {
  const here = place();
  field?.setAttribute("account", here.account);
  if (DEMO && here.person !== null) field?.setAttribute("view-as", here.person);
  document.title = words.title;
  name(accounts.find(({ id }) => id === here.account)?.name ?? here.account);
  if (DEMO) render(<DemoBar accounts={accounts} place={here} words={words} go={goAndShow} />, byId("demo"));
}

function name(account: string): void {
  render(<Breadcrumb account={account} words={words} />, byId("breadcrumb"));
}

function goAndShow(to: Place): void {
  go(to);
  show();
}

/** Without anybody in the address, the demo's owner looks. Without an answer the field will say what is wrong. */
async function setUpDemo(): Promise<void> {
  const answer = (await fetch("/demo/people").then((response) => response.json()).catch(() => ({}))) as Demo;
  accounts = answer.accounts ?? [];
  const { account, person } = place();
  const owner = accounts.find(({ id }) => id === account)?.ownerId ?? null;
  if (person === null && owner !== null) go({ account, person: owner }, true);
  show();
}

document.documentElement.lang = language;
byId("breadcrumb").setAttribute("aria-label", words.breadcrumb);
byId("heading").textContent = words.security;
addEventListener("popstate", show);
field?.addEventListener("security-contact", ({ detail: { account } }) => {
  document.title = words.titleOf(account.name);
  name(account.name);
});
if (!DEMO || place().person !== null) show();
if (DEMO) await setUpDemo();
