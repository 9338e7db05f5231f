/**
 * Ed25519 signatures (RFC 8032). In a browser `browser/signing.ts` stands in for this file, with `verify` alone.
 *
 * Claims:   unforgeable under chosen messages; deterministic, so a repeat after a crash is the same bytes; a signature fits one key only.
 * Assumes:  discrete logarithms in edwards25519; SHA-512 as a random oracle.
 * Strength: 128-bit. Not post-quantum.
 * Not for:  messages without a domain prefix: a signature says only "this key signed these bytes".
 */
import { ed25519Sign, ed25519Verify, exportPublicKey, importPrivateKey, importPublicKey, type KeyObject } from "./openssl.js";
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
  if (signature.length !== SIGNATURE_BYTES || !isEd25519Key(publicKey)) return false;
  return ed25519Verify(importPublicKey("Ed25519", publicKey), message, signature);
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
