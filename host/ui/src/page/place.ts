// What the address of the page says: which account, in the demo who looks, and a language that is wished for.

export interface Place {
  account: string;
  /** Who looks; null where a proxy in front of the server says it. */
  person: string | null;
}

export function place(): Place {
  const account = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  return { account, person: new URLSearchParams(location.search).get("as") };
}

/** Goes there without loading the page again; the language stays. */
export function go({ account, person }: Place, replace = false): void {
  const params = new URLSearchParams(location.search);
  if (person !== null) params.set("as", person);
  const address = `/accounts/${encodeURIComponent(account)}/settings/security?${params}`;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
}

/** The wanted languages, best first. */
export function languages(): readonly string[] {
  const wished = new URLSearchParams(location.search).get("lang");
  return wished === null ? navigator.languages : [wished, ...navigator.languages];
}
