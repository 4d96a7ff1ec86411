// Which language to speak.

/** The languages that there are words in. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first of the wanted ones, which are locales, that there are words in; else English. */
export function languageOf(wanted: readonly string[]): Language {
  const spoken = wanted.map((locale) => locale.split("-")[0]?.toLowerCase());
  const known = spoken.find((language) => LANGUAGES.some((one) => one === language));
  return (known as Language | undefined) ?? "en";
}
