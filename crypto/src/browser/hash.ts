/**
 * The API of `../hash.ts` without Node: SHA-2, HMAC and HKDF by @noble/hashes. A test holds the two to the same bytes.
 *
 * Claims:   as `../hash.ts`.
 * Assumes:  as `../hash.ts`.
 * Strength: as `../hash.ts`.
 * Not for:  secrets on a machine shared with an attacker: JavaScript promises no constant time.
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256, sha512 as nobleSha512 } from "@noble/hashes/sha2.js";

/** 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/** 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  return nobleSha512(bytes);
}

/** 32 bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, bytes);
}

/** RFC 5869, extract and expand. @throws RangeError unless 1 <= lengthBytes <= 8160 (§2.3: at most 255 blocks). */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array {
  const sane = Number.isInteger(lengthBytes) && lengthBytes >= 1 && lengthBytes <= 255 * 32;
  if (!sane) throw new RangeError("HKDF-SHA-256 gives 1 to 8160 bytes");
  return hkdf(nobleSha256, ikm, salt, info, lengthBytes);
}
