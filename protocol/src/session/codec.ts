import { fromBase64, fromUtf8, toBase64, utf8 } from "@cohortium/crypto/bytes";

/**
 * What a session is given and what happens to it, as bytes for a journal: JSON in which members are sorted and what JSON cannot say is an
 * object with one member named `$…`. Deterministic, and exact: `decodeEvent(encodeEvent(x))` is `x`, so a replayed machine sees what the
 * first one saw.
 *
 * Takes plain objects, arrays, texts, numbers (also NaN, infinities and -0), bigints, booleans, null and four typed arrays.
 *
 * @throws TypeError on anything else: `undefined`, functions, and class instances such as `Secret` or a signer, which no journal may hold.
 */
export function encodeEvent(value: unknown): Uint8Array {
  return utf8(JSON.stringify(tagged(value)));
}

/** The inverse of `encodeEvent`. @throws SyntaxError or RangeError if the bytes are not from there. */
export function decodeEvent(bytes: Uint8Array): unknown {
  return untagged(JSON.parse(fromUtf8(bytes)));
}

function tagged(value: unknown): unknown {
  switch (typeof value) {
    case "string": case "boolean": return value;
    case "number": return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "bigint": return { $bigint: String(value) };
    case "object": return value === null ? null : taggedObject(value);
    case "undefined": case "function": case "symbol": throw new TypeError(`a journal cannot hold: ${typeof value}`);
  }
}

function taggedObject(value: object): unknown {
  if (Array.isArray(value)) return Array.from(value, tagged);
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) };
  if (value instanceof Uint32Array) return { $words32: toBase64(littleEndian(value)) };
  if (value instanceof BigUint64Array) return { $words64: toBase64(littleEndian(value)) };
  if (value instanceof Float64Array) return { $doubles: toBase64(littleEndian(value)) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`a journal cannot hold: an instance of ${value.constructor.name}`);
  // A peer's JSON may have members that look like our tags; they get one more `$`.
  return Object.fromEntries(Object.entries(value).sort(byName).map(([name, inner]) => [name.startsWith("$") ? `$${name}` : name, tagged(inner)]));
}

function untagged(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(untagged);
  const members = Object.entries(value);
  const [name, text] = members[0] ?? [];
  if (name?.startsWith("$") === true && !name.startsWith("$$")) return parseTagged(name, text);
  return Object.fromEntries(members.map(([member, inner]) => [member.startsWith("$") ? member.slice(1) : member, untagged(inner)]));
}

function parseTagged(tag: string, text: unknown): unknown {
  if (typeof text !== "string") throw new RangeError("a tag of the journal holds text");
  switch (tag) {
    case "$number": return Number(text);
    case "$bigint": return BigInt(text);
    case "$bytes": return fromBase64(text);
    case "$words32": return new Uint32Array(fromLittleEndian(text, 4));
    case "$words64": return new BigUint64Array(fromLittleEndian(text, 8));
    case "$doubles": return new Float64Array(fromLittleEndian(text, 8));
    // Not a closed union but text from disk.
    default: throw new RangeError("a tag the journal does not know");
  }
}

// Every platform Node 24 is built for on our list is little-endian, so memory is already in the journal's order.
function littleEndian(words: Uint32Array | BigUint64Array | Float64Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** In fresh, hence aligned, memory. */
function fromLittleEndian(text: string, bytesPerItem: number): ArrayBuffer {
  const bytes = fromBase64(text);
  if (bytes.length % bytesPerItem !== 0) throw new RangeError("a typed array of the journal is cut off");
  return new Uint8Array(bytes).buffer;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
