/**
 * Ed25519 signatures (RFC 8032). In a browser `browser/signing.ts` stands in for this file, with `verify` alone.
 *
 * Claims:   unforgeable under chosen messages; deterministic, so a repeat after a crash is the same bytes; a signature fits one key only.
 * Assumes:  discrete logarithms in edwards25519; SHA-512 as a random oracle.
 * Strength: 128-bit. Not post-quantum.
 * Not for:  messages without a domain prefix: a signature says only "this key signed these bytes".
 */
import { ed25519Sign, ed25519Verify, exportPublicKey, importPrivateKey, importPublicKey, type KeyObject } from "./openssl.js";
import { toHex } from "./bytes.js";
import { isEd25519Key } from "./ed25519-key.js";

export const SIGNING_SEED_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** Somebody who can sign: 32-byte public key, 64-byte signatures. MUST be deterministic, MUST NOT expose its private key. */
export interface Signer {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** @throws RangeError unless the seed is 32 bytes. */
export function signerFromSeed(seed: Uint8Array): Signer {
  return new SeedSigner(seed);
}

/** Whether `signature` is by `publicKey` over `message`. False, never an exception, for keys and signatures that are none. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = signature.length === SIGNATURE_BYTES ? imported(publicKey) : null;
  return key !== null && ed25519Verify(key, message, signature);
}

/** An audit verifies thousands of signatures by a handful of keys, and importing one costs a good part of a verification. */
const KEYS_KEPT_MAX = 256;
const keysKept = new Map<string, KeyObject>();

function imported(publicKey: Uint8Array): KeyObject | null {
  const name = toHex(publicKey);
  const kept = keysKept.get(name);
  if (kept !== undefined) return kept;
  if (!isEd25519Key(publicKey)) return null;
  const key = importPublicKey("Ed25519", publicKey);
  if (keysKept.size >= KEYS_KEPT_MAX) keysKept.clear();
  keysKept.set(name, key);
  return key;
}

/** Keeps the key inside OpenSSL: nothing enumerable but the public half, so logs and `inspect` have nothing to show. */
class SeedSigner implements Signer {
  readonly #key: KeyObject;
  readonly publicKey: Uint8Array;

  constructor(seed: Uint8Array) {
    this.#key = importPrivateKey("Ed25519", seed);
    this.publicKey = exportPublicKey(this.#key);
  }

  sign(message: Uint8Array): Uint8Array {
    return ed25519Sign(this.#key, message);
  }
}
