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
  const { written } = encoder.encodeInto(text, bytes.subarray(end + 5));
  writeHead(TEXT_LENGTH32, written);
  end += written;
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
function facts(one) {
  scalar(one.id);
  scalar(one.role);
  scalar(one.accountSettings);
  scalar(one.status);
  scalar(one.lastLoginAt);
  scalar(one.staffRole);
}
function encodeFacts(people, now) {
  end = 0;
  writeText(now);
  for (let i = 0; i < people.length; i++) facts(people[i]);
  return bytes.subarray(0, end);
}
function encodeFactsOf(one, now) {
  end = 0;
  writeText(now);
  facts(one);
  return bytes.subarray(0, end);
}
function encoding(write) {
  return (value) => {
    end = 0;
    write(value);
    return bytes.subarray(0, end);
  };
}
var encodeRequest = encoding(onlyMembers({ ...question, rules }));
var encodeQuestion = encoding(members(question));
var encodePeople = encoding(members({ people: list(person), now: scalar }));
var encodeRules = encoding(rules);

// identity.js
var version = "1.0.0";
var abiVersion = 3;
var moduleSha256 = "75dbfb6253436376ab9e6db18b64796e6dfd8cff03d3cb1b042f6dc393fd0d45";

// instant.js
var FIRST = Date.parse("0001-01-01T00:00:00.000Z");
var LAST = Date.parse("9999-12-31T23:59:59.999Z");
var EXPECTED = "expected a Date or milliseconds in the years 0001 to 9999, or RFC 3339 text";
var lastMillis = 0;
var lastText = "1970-01-01T00:00:00.000Z";
function instantOf(now = Date.now()) {
  if (typeof now === "string") return now;
  const millis = now instanceof Date ? now.getTime() : now;
  if (typeof millis !== "number" || !(millis >= FIRST && millis <= LAST)) {
    throw new PolicyError("invalid_input", "now", EXPECTED);
  }
  const whole = Math.floor(millis);
  if (whole !== lastMillis) {
    lastText = new Date(whole).toISOString();
    lastMillis = whole;
  }
  return lastText;
}

// quick.js
var INSTANT = "2026-10-01T09:30:00.000Z".length;
function quickly({ reasons: reasons2 }) {
  const words = reasons2().split(",");
  const sets = [];
  const reasonsOf = (bits) => (sets[bits] ??= words.filter((_, bit) => bits >> bit & 1)).slice();
  function verdictAt(text, at) {
    const bits = text.charCodeAt(at);
    if (bits > 0) return { eligible: false, unmet: reasonsOf(bits), validUntil: null };
    return { eligible: true, unmet: [], validUntil: text.slice(at + 1, at + 1 + INSTANT) };
  }
  return {
    /** The verdict on one person, or nothing when a fact does not fit. */
    one(engine, person2, now) {
      const text = tried(() => engine.quick(encodeFactsOf(person2, now)));
      return text === void 0 ? void 0 : verdictAt(text, 0);
    },
    /** The verdicts on many, or nothing when a fact does not fit. */
    many(engine, people, now) {
      if (!Array.isArray(people)) return void 0;
      const text = tried(() => engine.quick(encodeFacts(people, now)));
      if (text === void 0) return void 0;
      const verdicts = [];
      for (let at = 0; at < text.length; at++) {
        const verdict = verdictAt(text, at);
        verdicts.push(verdict);
        if (verdict.eligible) at += INSTANT;
      }
      return verdicts.length === people.length ? verdicts : void 0;
    }
  };
}
function tried(ask) {
  try {
    return ask();
  } catch {
    return void 0;
  }
}

// policy.js
function policyOver(load2) {
  let quick;
  class Policy {
    #engine;
    constructor(rules2) {
      const glue = load2();
      quick ??= quickly(glue);
      try {
        this.#engine = new glue.Engine(rules2 === void 0 ? void 0 : encodeRules(rules2));
      } catch (thrown) {
        throw Array.isArray(thrown) ? new PolicyError(...thrown) : thrown;
      }
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
      return quick.one(this.#live(), person2, now) ?? this.#ask({ op: "eligibility", person: person2, now });
    }
    eligibilityMany(people, options) {
      const [engine, now] = [this.#live(), instantOf(options?.now)];
      return quick.many(engine, people, now) ?? answerOf(engine.eligibilityMany(encodePeople({ people, now })));
    }
    access(person2) {
      return this.#ask({ op: "access", person: person2 });
    }
    resolve(account, options) {
      return this.#ask({ op: "resolve", account, now: instantOf(options?.now) });
    }
    change(request) {
      const { account, announced, actor, change, now } = objectOf(request);
      return this.#ask({ op: "change", account, announced, actor, change, now: instantOf(now) });
    }
    review(request) {
      const { account, announced, remindedFor, now } = objectOf(request);
      return this.#ask({ op: "review", account, announced, remindedFor, now: instantOf(now) });
    }
    route(account, event, options) {
      return this.#ask({ op: "route", account, event, now: instantOf(options?.now) });
    }
    decide(request) {
      return JSON.parse(this.#live().decide(encodeRequest(request)));
    }
    free() {
      this.#engine?.free();
      this.#engine = void 0;
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
   * Judges people whose facts are in order, several times as fast. The facts are CBOR values side by side: the instant,
   * and for each person the members in their order. The text has for each person one character with a bit for each
   * unmet reason, and, when it has none, `validUntil`. Nothing means that a fact does not fit: ask again by the other
   * ways, which say what it is.
   * @param {Uint8Array | number[]} facts
   * @returns {string | undefined}
   */
  quick(facts2) {
    const ptr0 = passArray8ToWasm0(facts2, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.engine_quick(this.__wbg_ptr, ptr0, len0);
    let v2;
    if (ret[0] !== 0) {
      v2 = getStringFromWasm0(ret[0], ret[1]);
      wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    }
    return v2;
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
function reasons() {
  let deferred1_0;
  let deferred1_1;
  try {
    const ret = wasm.reasons();
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
var ready = false;
var loading;
function init(source) {
  loading ??= load(source).catch((error) => {
    loading = void 0;
    throw error;
  });
  return loading;
}
async function load(source) {
  await __wbg_init({ module_or_path: source });
  ready = true;
}
function initSync2(module) {
  initSync({ module });
  ready = true;
}
var { createPolicy, decide } = policyOver(() => {
  if (!ready) throw new PolicyError("not_initialized", "", "the module is not loaded: await `init()` first");
  return { Engine, reasons };
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
