// Search as the server does it: without case and accents, every word somewhere in the name or the address.

/** `Zoë ÅBERG` and `zoe aberg` are the same. */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

export function matches({ name, email }: { name: string; email: string }, foldedQuery: string): boolean {
  return foldedQuery.split(/\s+/).every((word) => name.includes(word) || email.includes(word));
}
