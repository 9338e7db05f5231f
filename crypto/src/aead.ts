/**
 * Authenticated encryption with keys that seal one message each: AES-256-GCM (NIST SP 800-38D).
 *
 * Claims:   a sealed message hides all but its length, and opens only with the same key and associated data, unaltered.
 * Assumes:  AES-256 is a pseudorandom permutation, and no key ever seals two different messages. That is why the nonce may be all zero:
 *           every (key, nonce) pair is still used once, and there is no nonce to get wrong.
 * Strength: 256-bit key, 128-bit tag; a forgery of l blocks succeeds with probability at most about l / 2^128 per attempt.
 * Not for:  a second message under one key, which reveals the XOR of the two and lets anyone forge; key commitment: a sealed message can
 *           be made to open under two keys.
 */
import { gcmOpen, gcmSeal } from "./openssl.js";

export const AEAD_KEY_BYTES = 32;
/** What sealing adds to a message's length. */
export const AEAD_TAG_BYTES = 16;

/**
 * Ciphertext, then a 16-byte tag. MUST NOT be called with one key and different arguments.
 *
 * @throws RangeError unless the key is 32 bytes.
 */
export function seal(key: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array {
  refuseOtherLengths(key);
  return gcmSeal(key, ZERO_NONCE, plaintext, associatedData);
}

/** The plaintext, or null when the message does not authenticate. @throws RangeError unless the key is 32 bytes. */
export function open(key: Uint8Array, sealed: Uint8Array, associatedData: Uint8Array): Uint8Array | null {
  refuseOtherLengths(key);
  return gcmOpen(key, ZERO_NONCE, sealed, associatedData);
}

const ZERO_NONCE = new Uint8Array(12);

function refuseOtherLengths(key: Uint8Array): void {
  if (key.length !== AEAD_KEY_BYTES) throw new RangeError(`a key is ${AEAD_KEY_BYTES} bytes, not ${key.length}`);
}
