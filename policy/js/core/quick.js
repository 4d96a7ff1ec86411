// Verdicts on people whose facts are in order, which most are. What is not is asked again, for the field at fault.

import { encodeFacts, encodeFactsOf } from "./cbor.js";

const INSTANT = "2026-10-01T09:30:00.000Z".length;

/** What the quick way of the module needs, over the glue. */
export function quickly({ reasons }) {
  const words = reasons().split(",");
  /** The reasons of each set of bits, made when they first occur. */
  const sets = [];
  const reasonsOf = (bits) => (sets[bits] ??= words.filter((_, bit) => (bits >> bit) & 1)).slice();

  /** The verdict at a place of the module's answer. */
  function verdictAt(text, at) {
    const bits = text.charCodeAt(at);
    if (bits > 0) return { eligible: false, unmet: reasonsOf(bits), validUntil: null };
    return { eligible: true, unmet: [], validUntil: text.slice(at + 1, at + 1 + INSTANT) };
  }

  return {
    /** The verdict on one person, or nothing when a fact does not fit. */
    one(engine, person, now) {
      const text = tried(() => engine.quick(encodeFactsOf(person, now)));
      return text === undefined ? undefined : verdictAt(text, 0);
    },
    /** The verdicts on many, or nothing when a fact does not fit. */
    many(engine, people, now) {
      if (!Array.isArray(people)) return undefined;
      const text = tried(() => engine.quick(encodeFacts(people, now)));
      if (text === undefined) return undefined;
      const verdicts = [];
      for (let at = 0; at < text.length; at++) {
        const verdict = verdictAt(text, at);
        verdicts.push(verdict);
        if (verdict.eligible) at += INSTANT;
      }
      return verdicts.length === people.length ? verdicts : undefined;
    },
  };
}

/** Nothing when a member of a caller's object throws, or there is no object. */
function tried(ask) {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
