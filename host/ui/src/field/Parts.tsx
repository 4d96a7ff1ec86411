// Small parts that several others are made of.

import type { ComponentChildren } from "preact";
import type { Reason, Rules } from "security-contact-policy";

import type { Facts } from "../messages";
import { useWords } from "./words";

/** The first letters of a name, for the eye alone. */
export function Avatar({ name, large = false }: { name: string; large?: boolean }) {
  const parts = name.trim().split(/\s+/);
  const ends = parts.length > 1 ? [parts[0], parts.at(-1)] : parts;
  const initials = ends.map((part) => Array.from(part ?? "")[0] ?? "").join("");
  return (
    <span class={large ? "avatar large" : "avatar"} aria-hidden="true">
      {initials.toUpperCase()}
    </span>
  );
}

const PATHS = {
  check: "M4 10.500l4 4 8-9",
  cross: "M5 5l10 10M15 5L5 15",
  warning: "M10 3L2 17h16zM10 8.500v4M10 14.700v.1",
  search: "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.500 13.500L17 17",
  mail: "M2.500 5h15v10h-15zM3 5.500l7 5.500 7-5.500",
  arrow: "M4 10h12M11 5l5 5-5 5",
  down: "M5 8l5 5 5-5",
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A term of a list of facts, and what is known. */
export function Fact({ term, children }: { term: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface ReasonsProps {
  codes: readonly Reason[];
  rules: Rules;
  facts?: Facts;
  /** What would have helped then helps no more. */
  past?: boolean;
}

/** Every reason in words, and what would fix it. */
export function Reasons({ codes, rules, facts = {}, past = false }: ReasonsProps) {
  const { t } = useWords();
  if (codes.length === 0) return null;
  return (
    <ul class="reasons">
      {codes.map((code) => {
        const { what, fix } = t.reason(code, rules, facts);
        return (
          <li key={code}>
            {what}
            {past || fix === "" ? null : <span class="fix"> {fix}</span>}
          </li>
        );
      })}
    </ul>
  );
}
