// Verdicts on people whose facts are plain, which most are: packed into the module's memory, and answered in their place.
//
// `src/packed.rs` says what the bytes are. What is not plain is asked again the usual way, which names the field at fault.

import { millisOf, textOf } from "./instant.js";

/** The kind of the questions. */
const VERDICTS = 0;

/** One person: an instant, two numbers, and two names of 64 bytes with their lengths. */
const MOST_FACTS = 8 + 2 + 2 * 65;
const ANSWER = 9;

/** Enough for a hundred people or two; longer lists are asked in parts. */
const ROOM = 4096;

const MAX_ID = 128;
const MAX_NAME = 64;
const NEVER = -(2 ** 63);
const TWO_32 = 2 ** 32;

/** Takes the module's words apart. */
export function wordsOf(text) {
  const [settings, statuses, reasons] = text.split(";").map((words) => words.split(","));
  /** The reasons of each set of bits, made when they first occur. */
  const sets = [];
  const reasonsOf = (bits) => (sets[bits] ??= reasons.filter((_, bit) => (bits >> bit) & 1)).slice();
  return { settings, statuses, reasonsOf };
}

/** The quick way into one engine. It gives nothing where it does not lead. */
export class Quick {
  #engine;
  #memory;
  #words;
  /** The room, for single bytes and for instants. It is made anew when the memory has grown. */
  #bytes = new Uint8Array();
  #view;
  #end = 0;
  /** A caller's object may ask for a verdict while a member of it is read. */
  #busy = false;

  constructor(engine, memory, words) {
    this.#engine = engine;
    this.#memory = memory;
    this.#words = words;
  }

  /** The verdict on one person. */
  one(person, now) {
    if (this.#busy) return undefined;
    this.#busy = true;
    try {
      return this.#begin(now) && this.#pack(person) && this.#ask(1) ? this.#verdict(0) : undefined;
    } catch {
      return undefined; // a member throws, or there is no object
    } finally {
      this.#busy = false;
    }
  }

  /** The verdicts on many. */
  many(people, now) {
    if (this.#busy || !Array.isArray(people)) return undefined;
    this.#busy = true;
    try {
      const verdicts = [];
      while (verdicts.length < people.length) {
        if (!this.#some(people, now, verdicts)) return undefined;
      }
      return verdicts;
    } catch {
      return undefined;
    } finally {
      this.#busy = false;
    }
  }

  /** Gives up the room, which is the engine's. */
  close() {
    this.#bytes = new Uint8Array();
    this.#view = undefined;
  }

  /** Adds the verdicts on as many of those who have none as there is room for. */
  #some(people, now, verdicts) {
    const first = verdicts.length;
    let next = first;
    if (!this.#begin(now)) return false;
    while (next < people.length && this.#end + MOST_FACTS <= ROOM) {
      if (!this.#pack(people[next++])) return false;
    }
    if (!this.#ask(next - first)) return false;
    for (let at = 0; at < this.#end; at += ANSWER) verdicts.push(this.#verdict(at));
    return true;
  }

  /** Packs the instant, and says whether it is plain. */
  #begin(now) {
    const millis = millisOf(now);
    if (Number.isNaN(millis)) return false;
    if (this.#bytes.length === 0) {
      const address = this.#engine.room(ROOM);
      this.#bytes = new Uint8Array(this.#memory.buffer, address, ROOM);
      this.#view = new DataView(this.#memory.buffer, address, ROOM);
    }
    this.#bytes[0] = VERDICTS;
    this.#end = 1;
    this.#instant(millis);
    return true;
  }

  /**
   * Packs what is known about a person, and says whether it is plain. All members are read before anything is written:
   * a caller's object that frees the policy, or has the memory grow, leaves no room to write the instant to.
   */
  #pack({ id, role, accountSettings, status, lastLoginAt, staffRole }) {
    const setting = this.#words.settings.indexOf(accountSettings);
    const state = this.#words.statuses.indexOf(status);
    const login = lastLoginAt === null ? NEVER : typeof lastLoginAt === "string" ? millisOf(lastLoginAt) : NaN;
    if (!isPlainId(id) || setting < 0 || state < 0 || Number.isNaN(login)) return false;
    if (!isName(role) || (staffRole !== null && !isName(staffRole))) return false;
    const staff = staffRole ?? "";
    this.#instant(login);
    this.#byte(setting);
    this.#byte(state);
    this.#byte(role.length);
    this.#byte(staff.length);
    return this.#letters(role) && this.#letters(staff);
  }

  #byte(byte) {
    this.#bytes[this.#end++] = byte;
  }

  #instant(millis) {
    const high = Math.floor(millis / TWO_32);
    this.#view.setUint32(this.#end, millis - TWO_32 * high, true);
    this.#view.setInt32(this.#end + 4, high, true);
    this.#end += 8;
  }

  #letters(text) {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      this.#byte(unit);
    }
    return true;
  }

  /** Has the module answer, and says whether it has answered that many. */
  #ask(count) {
    this.#end = this.#engine.packed(this.#end);
    return this.#end === ANSWER * count;
  }

  /** The verdict at a place of the answers. */
  #verdict(at) {
    const bits = this.#bytes[at];
    if (bits !== 0) return { eligible: false, unmet: this.#words.reasonsOf(bits), validUntil: null };
    const millis = this.#view.getUint32(at + 1, true) + TWO_32 * this.#view.getInt32(at + 5, true);
    return { eligible: true, unmet: [], validUntil: textOf(millis) };
  }
}

/** Whether it is text of a name's length. */
function isName(text) {
  return typeof text === "string" && text.length > 0 && text.length <= MAX_NAME;
}

/** Whether an id is in printable ASCII. */
function isPlainId(id) {
  if (typeof id !== "string" || id.length === 0 || id.length > MAX_ID) return false;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}
