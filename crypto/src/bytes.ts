/** Bytes and their spellings. Runs in a browser; nothing here is for secrets except `equalBytes`. */

/** All parts, one after the other, in fresh memory. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether both hold the same bytes. The time depends on the lengths alone, never on where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** @throws RangeError unless `text` is pairs of hex digits, of either case. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new RangeError("not hex: pairs of hex digits expected");
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** RFC 4648 §4, padded. */
export function toBase64(bytes: Uint8Array): string {
  const text = encode64(bytes, STANDARD);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** @throws RangeError unless `text` is what `toBase64` writes: padded, no whitespace, no stray bits (RFC 4648 §3.5). */
export function fromBase64(text: string): Uint8Array {
  const body = text.slice(0, text.endsWith("==") ? -2 : text.endsWith("=") ? -1 : undefined);
  const bytes = decode64(body, STANDARD);
  if (text.length % 4 !== 0 || text.length - body.length !== (4 - (body.length % 4)) % 4) throw new RangeError(NOT_BASE64);
  return bytes;
}

/** RFC 4648 §5, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return encode64(bytes, URL_SAFE);
}

/** @throws RangeError unless `text` is what `toBase64Url` writes: no padding, no stray bits. */
export function fromBase64Url(text: string): Uint8Array {
  return decode64(text, URL_SAFE);
}

/** @throws RangeError on a lone surrogate: the encoder would replace it, and two texts would share their bytes. */
export function utf8(text: string): Uint8Array {
  // UTF-16 has no other ill-formed sequence.
  if (/\p{Surrogate}/u.test(text)) throw new RangeError("text with a lone surrogate has no UTF-8 form");
  return new TextEncoder().encode(text);
}

/** @throws RangeError unless the bytes are well-formed UTF-8. Keeps a byte order mark, so that it is the inverse of `utf8`. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new RangeError("not well-formed UTF-8", { cause });
  }
}

/** Four bytes, most significant first. @throws RangeError unless 0 <= n < 2^32 is an integer. */
export function u32be(n: number): Uint8Array {
  if (!(Number.isInteger(n) && n >= 0 && n <= 0xffff_ffff)) throw new RangeError("an unsigned 32-bit integer expected");
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}

/** Eight bytes, most significant first. @throws RangeError unless 0 <= n < 2^64 is an integer, exact if a `number`. */
export function u64be(n: number | bigint): Uint8Array {
  const exact = typeof n === "bigint" || Number.isSafeInteger(n);
  if (!(exact && n >= 0 && n <= 0xffff_ffff_ffff_ffffn)) throw new RangeError("an unsigned 64-bit integer expected");
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(n));
  return bytes;
}

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NOT_BASE64 = "not base64 in its one canonical form (RFC 4648)";

function encode64(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(bytes.length - i, 3) + 1;
    for (let digit = 0; digit < digits; digit++) text += alphabet.charAt((group >> (18 - 6 * digit)) & 63);
  }
  return text;
}

function decode64(text: string, alphabet: string): Uint8Array {
  if (text.length % 4 === 1) throw new RangeError(NOT_BASE64);
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const digit of text) {
    const value = alphabet.indexOf(digit);
    if (value < 0) throw new RangeError(NOT_BASE64);
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[at++] = bits >> bitCount;
  }
  // RFC 4648 §3.5: bits beyond the last byte must be zero, or several texts would spell the same bytes.
  if ((bits & ((1 << bitCount) - 1)) !== 0) throw new RangeError(NOT_BASE64);
  return bytes;
}
