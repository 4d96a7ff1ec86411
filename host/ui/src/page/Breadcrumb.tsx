// Where in the settings this is.

import type { PageWords } from "../messages/page";

export function Breadcrumb({ account, words }: { account: string; words: PageWords }) {
  return (
    <ol>
      <li>{account}</li>
      <li>{words.settings}</li>
      <li aria-current="page">{words.security}</li>
    </ol>
  );
}
