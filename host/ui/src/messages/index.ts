// The words in the language of the page, and how the viewer writes dates and numbers.

import { de } from "./de";
import { en, type Messages } from "./en";
import { formats, type Formats } from "./formats";
import { languageOf, type Language } from "./language";

export type { Facts, Happening, Messages } from "./en";

export interface Speech {
  t: Messages;
  f: Formats;
}

const WORDS: Record<Language, (f: Formats) => Messages> = { de, en };

const spoken = new Map<string, Speech>();

/**
 * @param locales the wanted languages, best first
 * @param viewer the viewer's own locale, for dates and numbers
 */
export function speech(locales: readonly string[], viewer: string): Speech {
  const language = languageOf(locales);
  const key = `${language} ${viewer}`;
  let found = spoken.get(key);
  if (found === undefined) {
    const f = formats(language, viewer);
    found = { t: WORDS[language](f), f };
    spoken.set(key, found);
  }
  return found;
}
