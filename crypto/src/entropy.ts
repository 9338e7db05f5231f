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

/**
 * The same stream read on and on, for work that does not know how much it needs: each call gives the next `length` bytes.
 *
 * @throws RangeError unless `entropy` is 32 bytes.
 */
export function openStream(entropy: Uint8Array, label: string): (length: number) => Uint8Array {
  if (entropy.length !== ENTROPY_BYTES) throw new RangeError(`entropy is ${ENTROPY_BYTES} bytes, not ${entropy.length}`);
  const cipher = ctrCipher(hkdfSha256(entropy, new Uint8Array(), utf8(DOMAIN + label), ENTROPY_BYTES), new Uint8Array(16));
  let [block, at] = [new Uint8Array(), 0];
  return (length) => {
    if (at + length > block.length) {
      const kept = block.subarray(at);
      const more = cipher.update(new Uint8Array(Math.max(STREAM_BLOCK_BYTES, length)));
      [block, at] = [new Uint8Array(kept.length + more.length), 0];
      block.set(kept);
      block.set(more, kept.length);
    }
    at += length;
    return block.subarray(at - length, at);
  };
}

/** 32 bytes from the operating system. The one source of ambient randomness in the project; only a host may call it. */
export function freshEntropy(): Uint8Array {
  return randomBytes(ENTROPY_BYTES);
}

/** One call of the cipher serves some hundred draws. */
const STREAM_BLOCK_BYTES = 4096;
const DOMAIN = "cohortium/entropy/v1/";
