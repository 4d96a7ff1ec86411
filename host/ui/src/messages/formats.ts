// Dates, numbers and lists as the viewer writes them.

const DAY_MS = 86_400_000;

export interface Formats {
  /** The language of the words. */
  readonly lang: string;
  date(instant: string): string;
  time(instant: string): string;
  /** Whole days from `now` to the instant, as `in 9 days` or `today`. */
  days(instant: string, now: number): string;
  count(number: number): string;
  /** `a, b or c` */
  either(words: readonly string[]): string;
  /** `a, b and c` */
  all(words: readonly string[]): string;
}

/**
 * @param lang the language of the words
 * @param locale the viewer's own: when it is of another language, the words stay in `lang`, and the order of day and
 *   month, the clock and the digits are those of the viewer's country
 */
export function formats(lang: string, locale: string): Formats {
  const own = ownLocale(lang, locale);
  const date = new Intl.DateTimeFormat(own, { dateStyle: "medium" });
  const time = new Intl.DateTimeFormat(own, { dateStyle: "medium", timeStyle: "short" });
  const days = new Intl.RelativeTimeFormat(own, { numeric: "auto" });
  const count = new Intl.NumberFormat(own);
  const either = new Intl.ListFormat(own, { type: "disjunction" });
  const all = new Intl.ListFormat(own, { type: "conjunction" });
  return {
    lang,
    date: (instant) => date.format(new Date(instant)),
    time: (instant) => time.format(new Date(instant)),
    days: (instant, now) => days.format(Math.max(0, Math.floor((Date.parse(instant) - now) / DAY_MS)), "day"),
    count: (number) => count.format(number),
    either: (words) => either.format(words),
    all: (words) => all.format(words),
  };
}

function ownLocale(lang: string, locale: string): string {
  try {
    const viewer = new Intl.Locale(locale).maximize();
    if (viewer.language === new Intl.Locale(lang).language) return locale;
    return viewer.region === undefined ? lang : `${lang}-${viewer.region}`;
  } catch {
    return lang;
  }
}
