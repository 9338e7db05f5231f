/**
 * Randomness as an argument: 32 bytes from the host become as many independent streams as a protocol has labels for.
 *
 * Claims:   streams under different labels are indistinguishable from independent uniform bytes; the same arguments give the same bytes, so
 *           a replay repeats what was sent.
 * Assumes:  HMAC-SHA-256 and AES-256 are pseudorandom functions.
 * Strength: 256-bit key; the 128-bit blocks of one stream become distinguishable from uniform near 2^64 blocks.
 * Not for:  one label for two purposes, or entropy used again in another session.
 */
import { utf8 } from "./bytes.js";
import { hkdfSha256 } from "./hash.js";
import { ctrCipher, randomBytes } from "./openssl.js";

export const ENTROPY_BYTES = 32;

/**
 * The first `lengthBytes` of the stream that belongs to `label`: AES-256-CTR from zero under HKDF-SHA-256(entropy, info = domain + label).
 * HKDF alone would end at 8160 bytes, too few for the shares of many rounds.
 *
 * @throws RangeError unless `entropy` is 32 bytes and the length a whole number of bytes.
 */
export function expandEntropy(entropy: Uint8Array, label: string, lengthBytes: number): Uint8Array {
  if (entropy.length !== ENTROPY_BYTES) throw new RangeError(`entropy is ${ENTROPY_BYTES} bytes, not ${entropy.length}`);
  if (!(Number.isSafeInteger(lengthBytes) && lengthBytes >= 0)) throw new RangeError("a length in whole bytes expected");
  const key = hkdfSha256(entropy, new Uint8Array(), utf8(DOMAIN + label), ENTROPY_BYTES);
  return new Uint8Array(ctrCipher(key, new Uint8Array(16)).update(new Uint8Array(lengthBytes)));
}

/** 32 bytes from the operating system. The one source of ambient randomness in the project; only a host may call it. */
export function freshEntropy(): Uint8Array {
  return randomBytes(ENTROPY_BYTES);
}

const DOMAIN = "cohortium/entropy/v1/";
