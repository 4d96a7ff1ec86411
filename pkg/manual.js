// error.js
var PolicyError = class extends Error {
  constructor(code, path, message) {
    super(path === "" ? message : `\`${path}\`: ${message}`);
    this.name = "PolicyError";
    this.code = code;
    this.path = path;
  }
};

// cbor.js
var FALSE = 244;
var TRUE = 245;
var NULL = 246;
var NOT_JSON = 247;
var FLOAT64 = 251;
var TEXT = 96;
var TEXT_LENGTH8 = 120;
var TEXT_LENGTH32 = 122;
var EMPTY_LIST = 128;
var LIST_LENGTH32 = 154;
var OBJECT = 160;
var OBJECT_LENGTH32 = 186;
var SHORT = 64;
var LONE_SURROGATE = /\p{Surrogate}/u;
var encoder = new TextEncoder();
var bytes = new Uint8Array(1024);
var float = new DataView(bytes.buffer);
var end = 0;
function reserve(count) {
  if (end + count <= bytes.length) return;
  const larger = new Uint8Array(2 * (end + count));
  larger.set(bytes.subarray(0, end));
  bytes = larger;
  float = new DataView(bytes.buffer);
}
function writeByte(byte) {
  reserve(1);
  bytes[end++] = byte;
}
function writeHead(first, argument) {
  reserve(5);
  bytes[end] = first;
  float.setUint32(end + 1, argument);
  end += 5;
}
function writeText(text) {
  const { length } = text;
  if (length > SHORT || !writeAscii(text, length)) writeUnicode(text, length);
}
function writeAscii(text, length) {
  reserve(length + 2);
  let at = end;
  if (length < 24) {
    bytes[at++] = TEXT | length;
  } else {
    bytes[at++] = TEXT_LENGTH8;
    bytes[at++] = length;
  }
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return false;
    bytes[at++] = unit;
  }
  end = at;
  return true;
}
function writeUnicode(text, length) {
  if (LONE_SURROGATE.test(text)) return writeByte(NOT_JSON);
  reserve(3 * length + 5);
  const { written: written2 } = encoder.encodeInto(text, bytes.subarray(end + 5));
  writeHead(TEXT_LENGTH32, written2);
  end += written2;
}
function scalar(value) {
  if (typeof value === "string") writeText(value);
  else if (value === null) writeByte(NULL);
  else if (typeof value === "boolean") writeByte(value ? TRUE : FALSE);
  else if (typeof value === "number") writeNumber(value);
  else if (typeof value !== "object") writeByte(NOT_JSON);
  else writeByte(Array.isArray(value) ? EMPTY_LIST : OBJECT);
}
function writeNumber(value) {
  reserve(9);
  bytes[end] = FLOAT64;
  float.setFloat64(end + 1, value);
  end += 9;
}
function list(writeItem) {
  return (value) => {
    if (!Array.isArray(value)) return scalar(value);
    writeHead(LIST_LENGTH32, value.length);
    for (let i = 0; i < value.length; i++) writeItem(value[i]);
  };
}
function members(shape) {
  const names = Object.keys(shape);
  const heads = names.map((name) => Uint8Array.of(TEXT | name.length, ...encoder.encode(name)));
  const writers = Object.values(shape);
  return (value) => {
    if (!isObject(value)) return scalar(value);
    writeByte(OBJECT);
    const start = end - 1;
    for (let i = 0; i < names.length; i++) {
      const member = get(value, names[i]);
      if (member === void 0) continue;
      writeBytes(heads[i]);
      writers[i](member);
      bytes[start]++;
    }
  };
}
function writeBytes(source) {
  reserve(source.length);
  for (let i = 0; i < source.length; i++) bytes[end++] = source[i];
}
function onlyMembers(shape) {
  const writers = new Map(Object.entries(shape));
  return (value) => {
    if (!isObject(value)) return scalar(value);
    const names = Object.keys(value).filter((name) => get(value, name) !== void 0);
    writeHead(OBJECT_LENGTH32, names.length);
    for (const name of names) {
      writeText(LONE_SURROGATE.test(name) ? decoder.decode(encoder.encode(name)) : name);
      const write = writers.get(name);
      if (write === void 0) writeByte(NOT_JSON);
      else write(get(value, name));
    }
  };
}
var decoder = new TextDecoder();
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function get(object, name) {
  try {
    return object[name];
  } catch {
    return void 0;
  }
}
var person = members({
  id: scalar,
  role: scalar,
  accountSettings: scalar,
  status: scalar,
  lastLoginAt: scalar,
  staffRole: scalar
});
var designee = { userId: scalar, person };
var scalars = list(scalar);
var rules = onlyMembers({
  contactRoles: scalars,
  accountSettingsEditQualifies: scalar,
  managerRoles: scalars,
  maxLoginAgeDays: scalar,
  maxClockSkewSeconds: scalar,
  blockedStaffRoles: scalars,
  copyOwnerOnEvents: scalar,
  expiryReminderDays: scalars
});
var question = {
  op: scalar,
  announced: scalar,
  actor: person,
  change: members({ kind: scalar, ...designee }),
  remindedFor: members({ validUntil: scalar, days: scalars }),
  event: members({ kind: scalar, severity: scalar }),
  person,
  now: scalar,
  account: members({ owner: person, designation: members(designee) })
};
function encoding(write) {
  return (value) => {
    const start = end;
    try {
      write(value);
      return bytes.subarray(start, end);
    } finally {
      end = start;
    }
  };
}
var encodeRequest = encoding(onlyMembers({ ...question, rules }));
var encodeQuestion = encoding(members(question));
var encodePeople = encoding(members({ people: list(person), now: scalar }));
var encodeRules = encoding(rules);

// identity.js
var version = "1.0.0";
var abiVersion = 4;
var moduleSha256 = "a4d04ecc2da9074130cd101ebec8343d4e628756a20b0bae7d5a73db2603ad31";

// instant.js
var FIRST = Date.parse("0001-01-01T00:00:00.000Z");
var LAST = Date.parse("9999-12-31T23:59:59.999Z");
var EXPECTED = "expected a Date or milliseconds in the years 0001 to 9999, or RFC 3339 text";
var DAY = 864e5;
var EPOCH = 719468;
var [DASH, DOT, ZERO, COLON, T, Z] = Array.from("-.0:TZ", (letter) => letter.charCodeAt(0));
var NO_DIGIT = 1e4;
function instantOf(now = Date.now()) {
  if (typeof now === "string") return now;
  const millis = now instanceof Date ? now.getTime() : now;
  if (typeof millis !== "number" || !(millis >= FIRST && millis <= LAST)) {
    throw new PolicyError("invalid_input", "now", EXPECTED);
  }
  return Math.floor(millis);
}
function millisOf(instant) {
  if (typeof instant === "number") return instant;
  const end2 = instant.length - 1;
  if (end2 !== 19 && end2 !== 23 || instant.charCodeAt(end2) !== Z) return NaN;
  if (instant.charCodeAt(4) !== DASH || instant.charCodeAt(7) !== DASH || instant.charCodeAt(10) !== T) return NaN;
  if (instant.charCodeAt(13) !== COLON || instant.charCodeAt(16) !== COLON) return NaN;
  if (end2 === 23 && instant.charCodeAt(19) !== DOT) return NaN;
  const year = 100 * pair(instant, 0) + pair(instant, 2);
  const [month, day] = [pair(instant, 5), pair(instant, 8)];
  const [hour, minute, second] = [pair(instant, 11), pair(instant, 14), pair(instant, 17)];
  const millis = end2 === 19 ? 0 : 10 * pair(instant, 20) + digit(instant, 22);
  if (!(year < NO_DIGIT && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return NaN;
  if (!(hour < 24 && minute < 60 && second < 60 && millis < 1e3)) return NaN;
  return DAY * daysBefore(year, month, day) + 1e3 * (60 * (60 * hour + minute) + second) + millis;
}
function digit(text, at) {
  const digit2 = text.charCodeAt(at) - ZERO;
  return digit2 >= 0 && digit2 <= 9 ? digit2 : NO_DIGIT;
}
function pair(text, at) {
  return 10 * digit(text, at) + digit(text, at + 1);
}
function daysIn(year, month) {
  if (month !== 2) return 30 + (month + (month >> 3) & 1);
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
function daysBefore(year, month, day) {
  const [inYear, sinceMarch] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  const leapDays = whole(inYear, 4) - whole(inYear, 100) + whole(inYear, 400);
  return 365 * inYear + leapDays + whole(153 * sinceMarch + 2, 5) + day - 1 - EPOCH;
}
function textOf(instant) {
  if (typeof instant === "string") return instant;
  const days = Math.floor(instant / DAY);
  const inDay = instant - DAY * days;
  const century = whole(4 * (days + EPOCH) + 3, 146097);
  const inCentury = days + EPOCH - whole(146097 * century, 4);
  const inYear = whole(4 * inCentury + 3, 1461);
  const dayOfYear = inCentury - whole(1461 * inYear, 4);
  const sinceMarch = whole(5 * dayOfYear + 2, 153);
  const [year, month] = sinceMarch < 10 ? [inYear, sinceMarch + 3] : [inYear + 1, sinceMarch - 9];
  return written(
    100 * century + year,
    month,
    dayOfYear - whole(153 * sinceMarch + 2, 5) + 1,
    whole(inDay, 36e5),
    whole(inDay, 6e4) % 60,
    whole(inDay, 1e3) % 60,
    inDay % 1e3
  );
}
function written(year, month, day, hour, minute, second, millis) {
  const [century, inCentury, hundredths] = [whole(year, 100), year % 100, whole(millis, 10)];
  return String.fromCharCode(
    tens(century),
    ones(century),
    tens(inCentury),
    ones(inCentury),
    DASH,
    tens(month),
    ones(month),
    DASH,
    tens(day),
    ones(day),
    T,
    tens(hour),
    ones(hour),
    COLON,
    tens(minute),
    ones(minute),
    COLON,
    tens(second),
    ones(second),
    DOT,
    tens(hundredths),
    ones(hundredths),
    ones(millis),
    Z
  );
}
var whole = (number, divisor) => number / divisor | 0;
var tens = (number) => ZERO + whole(number, 10);
var ones = (number) => ZERO + number % 10;

// quick.js
var VERDICTS = 0;
var MOST_FACTS = 8 + 2 + 2 * 65;
var ANSWER = 9;
var ROOM = 4096;
var MAX_ID = 128;
var MAX_NAME = 64;
var NEVER = -(2 ** 63);
var TWO_32 = 2 ** 32;
function wordsOf(text) {
  const [settings, statuses, reasons] = text.split(";").map((words2) => words2.split(","));
  const sets = [];
  const reasonsOf = (bits) => (sets[bits] ??= reasons.filter((_, bit) => bits >> bit & 1)).slice();
  return { settings, statuses, reasonsOf };
}
var Quick = class {
  #engine;
  #memory;
  #words;
  /** The room, for single bytes and for instants. It is made anew when the memory has grown. */
  #bytes = new Uint8Array();
  #view;
  #end = 0;
  /** A caller's object may ask for a verdict while a member of it is read. */
  #busy = false;
  constructor(engine, memory2, words2) {
    this.#engine = engine;
    this.#memory = memory2;
    this.#words = words2;
  }
  /** The verdict on one person. */
  one(person2, now) {
    if (this.#busy) return void 0;
    this.#busy = true;
    try {
      return this.#begin(now) && this.#pack(person2) && this.#ask(1) ? this.#verdict(0) : void 0;
    } catch {
      return void 0;
    } finally {
      this.#busy = false;
    }
  }
  /** The verdicts on many. */
  many(people, now) {
    if (this.#busy || !Array.isArray(people)) return void 0;
    this.#busy = true;
    try {
      const verdicts = [];
      while (verdicts.length < people.length) {
        if (!this.#some(people, now, verdicts)) return void 0;
      }
      return verdicts;
    } catch {
      return void 0;
    } finally {
      this.#busy = false;
    }
  }
  /** Gives up the room, which is the engine's. */
  close() {
    this.#bytes = new Uint8Array();
    this.#view = void 0;
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
    if (!isName(role) || staffRole !== null && !isName(staffRole)) return false;
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
      if (unit > 127) return false;
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
};
function isName(text) {
  return typeof text === "string" && text.length > 0 && text.length <= MAX_NAME;
}
function isPlainId(id) {
  if (typeof id !== "string" || id.length === 0 || id.length > MAX_ID) return false;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    if (unit < 32 || unit > 126) return false;
  }
  return true;
}

// policy.js
function policyOver(load2) {
  let words2;
  class Policy {
    #engine;
    #quick;
    constructor(rules2) {
      const glue = load2();
      words2 ??= wordsOf(glue.words());
      try {
        this.#engine = new glue.Engine(rules2 === void 0 ? void 0 : encodeRules(rules2));
      } catch (thrown) {
        throw Array.isArray(thrown) ? new PolicyError(...thrown) : thrown;
      }
      this.#quick = new Quick(this.#engine, glue.memory, words2);
    }
    get version() {
      return version;
    }
    get moduleSha256() {
      return moduleSha256;
    }
    get fingerprint() {
      return this.#live().fingerprint;
    }
    get rules() {
      return JSON.parse(this.#live().rules);
    }
    eligibility(person2, options) {
      const now = instantOf(options?.now);
      this.#live();
      return this.#quick.one(person2, now) ?? this.#ask({ op: "eligibility", person: person2, now: textOf(now) });
    }
    eligibilityMany(people, options) {
      this.#live();
      const now = instantOf(options?.now);
      const verdicts = this.#quick.many(people, now);
      return verdicts ?? answerOf(this.#live().eligibilityMany(encodePeople({ people, now: textOf(now) })));
    }
    access(person2) {
      return this.#ask({ op: "access", person: person2 });
    }
    resolve(account, options) {
      return this.#ask({ op: "resolve", account, now: textOf(instantOf(options?.now)) });
    }
    change(request) {
      const { account, announced, actor, change, now } = objectOf(request);
      return this.#ask({ op: "change", account, announced, actor, change, now: textOf(instantOf(now)) });
    }
    review(request) {
      const { account, announced, remindedFor, now } = objectOf(request);
      return this.#ask({ op: "review", account, announced, remindedFor, now: textOf(instantOf(now)) });
    }
    route(account, event, options) {
      return this.#ask({ op: "route", account, event, now: textOf(instantOf(options?.now)) });
    }
    decide(request) {
      return JSON.parse(this.#live().decide(encodeRequest(request)));
    }
    free() {
      this.#engine?.free();
      this.#engine = void 0;
      this.#quick.close();
    }
    [Symbol.dispose ?? /* @__PURE__ */ Symbol.for("Symbol.dispose")]() {
      this.free();
    }
    #live() {
      if (this.#engine === void 0) throw new PolicyError("freed", "", "this policy was freed");
      return this.#engine;
    }
    #ask(question2) {
      return answerOf(this.#live().decide(encodeQuestion(question2)));
    }
  }
  let usual;
  return {
    createPolicy: (rules2) => new Policy(rules2),
    decide: (request) => (usual ??= new Policy()).decide(request)
  };
}
function answerOf(text) {
  const answer = JSON.parse(text);
  if (answer.error === void 0) return answer;
  const { code, path, message } = answer.error;
  throw new PolicyError(code, path, message);
}
function objectOf(request) {
  if (typeof request === "object" && request !== null) return request;
  throw new PolicyError("invalid_input", "", "expected an object");
}

// security_contact_policy.js
var Engine = class {
  __destroy_into_raw() {
    const ptr = this.__wbg_ptr;
    this.__wbg_ptr = 0;
    EngineFinalization.unregister(this);
    return ptr;
  }
  free() {
    const ptr = this.__destroy_into_raw();
    wasm.__wbg_engine_free(ptr, 0);
  }
  /**
   * Answers one request, as CBOR, with JSON text.
   * @param {Uint8Array | number[]} request
   * @returns {string}
   */
  decide(request) {
    let deferred2_0;
    let deferred2_1;
    try {
      const ptr0 = passArray8ToWasm0(request, wasm.__wbindgen_malloc);
      const len0 = WASM_VECTOR_LEN;
      const ret = wasm.engine_decide(this.__wbg_ptr, ptr0, len0);
      deferred2_0 = ret[0];
      deferred2_1 = ret[1];
      return getStringFromWasm0(ret[0], ret[1]);
    } finally {
      wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
    }
  }
  /**
   * Judges all of `people` at `now`, members of one object as CBOR. The JSON text is a list of verdicts in the order
   * of the people, or an error.
   * @param {Uint8Array | number[]} request
   * @returns {string}
   */
  eligibilityMany(request) {
    let deferred2_0;
    let deferred2_1;
    try {
      const ptr0 = passArray8ToWasm0(request, wasm.__wbindgen_malloc);
      const len0 = WASM_VECTOR_LEN;
      const ret = wasm.engine_eligibilityMany(this.__wbg_ptr, ptr0, len0);
      deferred2_0 = ret[0];
      deferred2_1 = ret[1];
      return getStringFromWasm0(ret[0], ret[1]);
    } finally {
      wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
    }
  }
  /**
   * A hash of the version and the rules in force: equal on every runtime that decides alike.
   * @returns {string}
   */
  get fingerprint() {
    let deferred1_0;
    let deferred1_1;
    try {
      const ret = wasm.engine_fingerprint(this.__wbg_ptr);
      deferred1_0 = ret[0];
      deferred1_1 = ret[1];
      return getStringFromWasm0(ret[0], ret[1]);
    } finally {
      wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
    }
  }
  /**
   * The policy under these rules, as CBOR, or else under the default ones. For rules that do not fit, a list of the
   * error's code, path and message is thrown.
   * @param {Uint8Array | number[] | null} [rules]
   */
  constructor(rules2) {
    var ptr0 = isLikeNone(rules2) ? 0 : passArray8ToWasm0(rules2, wasm.__wbindgen_malloc);
    var len0 = WASM_VECTOR_LEN;
    const ret = wasm.engine_new(ptr0, len0);
    if (ret[2]) {
      throw takeFromExternrefTable0(ret[1]);
    }
    this.__wbg_ptr = ret[0];
    EngineFinalization.register(this, this.__wbg_ptr, this);
    return this;
  }
  /**
   * Answers the packed questions in the first bytes of the room in the same place, and says how many bytes the answers
   * take: 0 when a question is none.
   * @param {number} bytes
   * @returns {number}
   */
  packed(bytes2) {
    const ret = wasm.engine_packed(this.__wbg_ptr, bytes2);
    return ret >>> 0;
  }
  /**
   * The address of the room for packed questions, which has that many bytes from now on.
   * @param {number} bytes
   * @returns {number}
   */
  room(bytes2) {
    const ret = wasm.engine_room(this.__wbg_ptr, bytes2);
    return ret >>> 0;
  }
  /**
   * The rules in force, as JSON text.
   * @returns {string}
   */
  get rules() {
    let deferred1_0;
    let deferred1_1;
    try {
      const ret = wasm.engine_rules(this.__wbg_ptr);
      deferred1_0 = ret[0];
      deferred1_1 = ret[1];
      return getStringFromWasm0(ret[0], ret[1]);
    } finally {
      wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
    }
  }
};
if (Symbol.dispose) Engine.prototype[Symbol.dispose] = Engine.prototype.free;
function words() {
  let deferred1_0;
  let deferred1_1;
  try {
    const ret = wasm.words();
    deferred1_0 = ret[0];
    deferred1_1 = ret[1];
    return getStringFromWasm0(ret[0], ret[1]);
  } finally {
    wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
  }
}
function __wbg_get_imports() {
  const import0 = {
    __proto__: null,
    __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
      throw new Error(getStringFromWasm0(arg0, arg1));
    },
    __wbg_new_37eb45aaf5eeb820: function() {
      const ret = new Array();
      return ret;
    },
    __wbg_set_d2d33b52458e984a: function(arg0, arg1, arg2) {
      arg0[arg1 >>> 0] = arg2;
    },
    __wbindgen_generic_0000000000000001: function(arg0, arg1) {
      const ret = getStringFromWasm0(arg0, arg1);
      return ret;
    },
    __wbindgen_init_externref_table: function() {
      const table = wasm.__wbindgen_externrefs;
      table.set(0, void 0);
      table.set(1024, void 0);
      table.set(1025, null);
      table.set(1026, true);
      table.set(1027, false);
    }
  };
  return {
    __proto__: null,
    "./security_contact_policy_bg.js": import0
  };
}
var EngineFinalization = typeof FinalizationRegistry === "undefined" ? { register: () => {
}, unregister: () => {
} } : new FinalizationRegistry((ptr) => wasm.__wbg_engine_free(ptr, 1));
function getStringFromWasm0(ptr, len) {
  ptr = ptr >>> 0;
  return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}
var cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
  if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
    cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
  }
  return cachedUint8ArrayMemory0;
}
function isLikeNone(x) {
  return x === void 0 || x === null;
}
function passArray8ToWasm0(arg, malloc) {
  const ptr = malloc(arg.length * 1, 1) >>> 0;
  getUint8ArrayMemory0().set(arg, ptr / 1);
  WASM_VECTOR_LEN = arg.length;
  return ptr;
}
function takeFromExternrefTable0(idx) {
  const value = wasm.__wbindgen_externrefs.get(idx);
  wasm.__externref_table_dealloc(idx);
  return value;
}
var cachedTextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
cachedTextDecoder.decode();
var MAX_SAFARI_DECODE_BYTES = 2146435072;
var numBytesDecoded = 0;
function decodeText(bytes2) {
  numBytesDecoded += bytes2.length;
  if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
    cachedTextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
    cachedTextDecoder.decode();
    numBytesDecoded = bytes2.length;
  }
  return cachedTextDecoder.decode(bytes2);
}
var WASM_VECTOR_LEN = 0;
var wasmModule;
var wasmInstance;
var wasm;
function __wbg_finalize_init(instance, module) {
  wasmInstance = instance;
  wasm = instance.exports;
  wasmModule = module;
  cachedUint8ArrayMemory0 = null;
  wasm.__wbindgen_start();
  return wasm;
}
async function __wbg_load(module, imports) {
  if (typeof Response === "function" && module instanceof Response) {
    if (!module.ok) {
      throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
    }
    if (typeof WebAssembly.instantiateStreaming === "function") {
      try {
        return await WebAssembly.instantiateStreaming(module, imports);
      } catch (e) {
        const validResponse = expectedResponseType(module.type);
        if (validResponse && module.headers.get("Content-Type") !== "application/wasm") {
          console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);
        } else {
          throw e;
        }
      }
    }
    const bytes2 = await module.arrayBuffer();
    return await WebAssembly.instantiate(bytes2, imports);
  } else {
    const instance = await WebAssembly.instantiate(module, imports);
    if (instance instanceof WebAssembly.Instance) {
      return { instance, module };
    } else {
      return instance;
    }
  }
  function expectedResponseType(type) {
    switch (type) {
      case "basic":
      case "cors":
      case "default":
        return true;
    }
    return false;
  }
}
function initSync(module) {
  if (wasm !== void 0) return wasm;
  if (module !== void 0) {
    if (Object.getPrototypeOf(module) === Object.prototype) {
      ({ module } = module);
    } else {
      console.warn("using deprecated parameters for `initSync()`; pass a single object instead");
    }
  }
  const imports = __wbg_get_imports();
  if (!(module instanceof WebAssembly.Module)) {
    module = new WebAssembly.Module(module);
  }
  const instance = new WebAssembly.Instance(module, imports);
  return __wbg_finalize_init(instance, module);
}
var __wbg_init_promise;
async function __wbg_init(module_or_path) {
  if (wasm !== void 0) return wasm;
  if (__wbg_init_promise === void 0) {
    __wbg_init_promise = __wbg_init_once(module_or_path);
    __wbg_init_promise.catch(() => {
      __wbg_init_promise = void 0;
    });
  }
  return __wbg_init_promise;
}
async function __wbg_init_once(module_or_path) {
  if (module_or_path !== void 0) {
    if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
      ({ module_or_path } = module_or_path);
    } else {
      console.warn("using deprecated parameters for the initialization function; pass a single object instead");
    }
  }
  if (module_or_path === void 0) {
    module_or_path = new URL("security_contact_policy_bg.wasm", import.meta.url);
  }
  const imports = __wbg_get_imports();
  if (typeof module_or_path === "string" || typeof Request === "function" && module_or_path instanceof Request || typeof URL === "function" && module_or_path instanceof URL) {
    module_or_path = fetch(module_or_path);
  }
  const { instance, module } = await __wbg_load(await module_or_path, imports);
  return __wbg_finalize_init(instance, module);
}

// asynchronous.js
var loading;
var memory;
function init(source) {
  loading ??= load(source).catch((error) => {
    loading = void 0;
    throw error;
  });
  return loading;
}
async function load(source) {
  ({ memory } = await __wbg_init({ module_or_path: source }));
}
function initSync2(module) {
  ({ memory } = initSync({ module }));
}
var { createPolicy, decide } = policyOver(() => {
  if (memory === void 0) throw new PolicyError("not_initialized", "", "the module is not loaded: await `init()` first");
  return { Engine, words, memory };
});
export {
  PolicyError,
  abiVersion,
  createPolicy,
  decide,
  init,
  initSync2 as initSync,
  moduleSha256,
  version
};
