// A request as CBOR (RFC 8949): the form in which it crosses into the module.
//
// The shapes below name the members that the rules look at. Nothing else of a caller's object is touched, so that it may
// be a row with anything in it, however large. What is missing, and what has another type than it should have, crosses
// as it is: the module says what is wrong with it.

const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const NOT_JSON = 0xf7;
const FLOAT64 = 0xfb;
const TEXT = 0x60;
const TEXT_LENGTH8 = 0x78;
const TEXT_LENGTH32 = 0x7a;
const EMPTY_LIST = 0x80;
const LIST_LENGTH32 = 0x9a;
const OBJECT = 0xa0;
const OBJECT_LENGTH32 = 0xba;

/** Up to this length a loop is faster than TextEncoder. */
const SHORT = 64;

const LONE_SURROGATE = /\p{Surrogate}/u;
const encoder = new TextEncoder();

let bytes = new Uint8Array(1024);
let float = new DataView(bytes.buffer);
let end = 0;

/** Makes room for that many bytes more. */
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

/** A first byte with the 32-bit number that follows it. */
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

/** Writes a short text when it is ASCII, and says whether it was. */
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
    if (unit > 0x7f) return false;
    bytes[at++] = unit;
  }
  end = at;
  return true;
}

/** Half of a surrogate pair would arrive as another text; JSON has none. */
function writeUnicode(text, length) {
  if (LONE_SURROGATE.test(text)) return writeByte(NOT_JSON);
  reserve(3 * length + 5);
  const { written } = encoder.encodeInto(text, bytes.subarray(end + 5));
  writeHead(TEXT_LENGTH32, written);
  end += written;
}

/** A value of which only the kind matters when it is a list or an object. */
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

/** A list whose items matter. */
function list(writeItem) {
  return (value) => {
    if (!Array.isArray(value)) return scalar(value);
    writeHead(LIST_LENGTH32, value.length);
    for (let i = 0; i < value.length; i++) writeItem(value[i]);
  };
}

/** An object of which only these members matter, fewer than 24; inherited ones and getters count. */
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
      if (member === undefined) continue;
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

/** An object whose other members must be seen by name, because the module refuses them. */
function onlyMembers(shape) {
  const writers = new Map(Object.entries(shape));
  return (value) => {
    if (!isObject(value)) return scalar(value);
    const names = Object.keys(value).filter((name) => get(value, name) !== undefined);
    writeHead(OBJECT_LENGTH32, names.length);
    for (const name of names) {
      writeText(LONE_SURROGATE.test(name) ? decoder.decode(encoder.encode(name)) : name);
      const write = writers.get(name);
      if (write === undefined) writeByte(NOT_JSON);
      else write(get(value, name));
    }
  };
}

const decoder = new TextDecoder();

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member, or nothing when it cannot be read. */
function get(object, name) {
  try {
    return object[name];
  } catch {
    return undefined;
  }
}

const person = members({
  id: scalar,
  role: scalar,
  accountSettings: scalar,
  status: scalar,
  lastLoginAt: scalar,
  staffRole: scalar,
});
const designee = { userId: scalar, person };
const scalars = list(scalar);
const rules = onlyMembers({
  contactRoles: scalars,
  accountSettingsEditQualifies: scalar,
  managerRoles: scalars,
  maxLoginAgeDays: scalar,
  maxClockSkewSeconds: scalar,
  blockedStaffRoles: scalars,
  copyOwnerOnEvents: scalar,
  expiryReminderDays: scalars,
});
// In the order in which the module asks for them.
const question = {
  op: scalar,
  announced: scalar,
  actor: person,
  change: members({ kind: scalar, ...designee }),
  remindedFor: members({ validUntil: scalar, days: scalars }),
  event: members({ kind: scalar, severity: scalar }),
  person,
  now: scalar,
  account: members({ owner: person, designation: members(designee) }),
};

/**
 * A function from a value to its bytes, which the next call overwrites. A call in the middle of another, by a member of
 * a caller's object, writes behind what the other has.
 */
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

/** A request from a caller, as it came. */
export const encodeRequest = encoding(onlyMembers({ ...question, rules }));

/** A request that was put together here; its unknown members do not cross. */
export const encodeQuestion = encoding(members(question));

/** `{ people, now }` */
export const encodePeople = encoding(members({ people: list(person), now: scalar }));

/** Rules alone. */
export const encodeRules = encoding(rules);
