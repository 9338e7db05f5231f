/**
 * SHA-256 and SHA-512 (FIPS 180-4), HMAC (RFC 2104), HKDF (RFC 5869). In a browser `browser/hash.ts` stands in for this file.
 *
 * Claims:   collision and preimage resistance; HMAC and HKDF are pseudorandom under a secret key.
 * Assumes:  the compression function behaves as a pseudorandom function; HKDF's extract step as a random oracle where the input is not uniform.
 * Strength: 128-bit collisions for SHA-256, 256-bit for SHA-512; 256-bit keys for HMAC and HKDF.
 * Not for:  passwords or identifiers that can be guessed offline; plain SHA-2 of secret ‖ message, which can be extended.
 */
import { digest, hkdfSha256 as opensslHkdfSha256, hmac } from "./openssl.js";

/** 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return digest("sha256", bytes);
}

/** 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  return digest("sha512", bytes);
}

/** 32 bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac("sha256", key, bytes);
}

/** RFC 5869, extract and expand. @throws RangeError unless 1 <= lengthBytes <= 8160 (§2.3: at most 255 blocks). */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array {
  const sane = Number.isInteger(lengthBytes) && lengthBytes >= 1 && lengthBytes <= 255 * 32;
  if (!sane) throw new RangeError("HKDF-SHA-256 gives 1 to 8160 bytes");
  return opensslHkdfSha256(ikm, salt, info, lengthBytes);
}
