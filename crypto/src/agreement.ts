/**
 * Two ways for two parties to come to one secret: X25519 (RFC 7748) and ML-KEM-768 (FIPS 203). Used together and hashed together, so that
 * a recording made today stays closed as long as one of the two holds.
 *
 * Claims:   who sees public keys and ciphertexts learns nothing of the shared secret; ML-KEM also when it may ask for decapsulations.
 * Assumes:  X25519: gap Diffie–Hellman on Curve25519. ML-KEM: Module-LWE; SHA-3 as a random oracle.
 * Strength: X25519 128-bit, broken by a large quantum computer. ML-KEM-768: NIST category 3.
 * Not for:  saying who the peer is: public keys must come signed. A raw X25519 result is no key: hash it with both public keys. ML-KEM here
 *           is JavaScript by @noble/post-quantum, whose time a process on the same machine might measure.
 *
 * Key generation and encapsulation are functions of the entropy they are given, which node:crypto does not offer for ML-KEM: a replay must
 * repeat the same bytes.
 */
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { exportPublicKey, importPrivateKey, importPublicKey, x25519Agree } from "./openssl.js";

/** Secret, public key and result of X25519 alike. */
export const X25519_BYTES = 32;
export const ML_KEM_SEED_BYTES = 64;
export const ML_KEM_COIN_BYTES = 32;
export const ML_KEM_PUBLIC_KEY_BYTES = 1184;
export const ML_KEM_CIPHERTEXT_BYTES = 1088;
export const ML_KEM_SHARED_BYTES = 32;

export interface KemKeyPair {
  readonly publicKey: Uint8Array;
  /** The expanded form of FIPS 203, 2400 bytes. */
  readonly secretKey: Uint8Array;
}

/** Reveals: `ciphertext` nothing to anyone but the key's owner. `shared` is secret. */
export interface Encapsulation {
  readonly ciphertext: Uint8Array;
  readonly shared: Uint8Array;
}

/** Any 32 bytes are a secret; RFC 7748 §5 clamps them. @throws RangeError for another length. */
export function x25519PublicKey(secret: Uint8Array): Uint8Array {
  return exportPublicKey(importPrivateKey("X25519", secret));
}

/** The shared 32 bytes, or null when the peer's key is none. @throws RangeError unless our own secret is 32 bytes. */
export function x25519(secret: Uint8Array, peerPublic: Uint8Array): Uint8Array | null {
  const privateKey = importPrivateKey("X25519", secret);
  if (peerPublic.length !== X25519_BYTES) return null;
  // RFC 7748 §6.1: an all-zero result means a point of small order, which would fix the secret whatever ours is. OpenSSL refuses it.
  return x25519Agree(privateKey, importPublicKey("X25519", peerPublic));
}

/** FIPS 203 algorithm 16; the seed is d ‖ z. @throws RangeError unless it is 64 bytes. */
export function mlKemKeyPair(seed: Uint8Array): KemKeyPair {
  if (seed.length !== ML_KEM_SEED_BYTES) throw new RangeError(`a seed is ${ML_KEM_SEED_BYTES} bytes, not ${seed.length}`);
  return ml_kem768.keygen(seed);
}

/** FIPS 203 algorithm 17, or null when the peer's key fails the checks of §7.2. @throws RangeError unless the coin is 32 bytes. */
export function mlKemEncapsulate(publicKey: Uint8Array, coin: Uint8Array): Encapsulation | null {
  if (coin.length !== ML_KEM_COIN_BYTES) throw new RangeError(`a coin is ${ML_KEM_COIN_BYTES} bytes, not ${coin.length}`);
  if (publicKey.length !== ML_KEM_PUBLIC_KEY_BYTES) return null;
  try {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, coin);
    return { ciphertext: cipherText, shared: sharedSecret };
  } catch {
    // Lengths are right, so this is the modulus check: a coefficient of the key is not below q.
    return null;
  }
}

/**
 * FIPS 203 algorithm 18, or null for a ciphertext of another length. A forged ciphertext gives a shared secret its maker does not know
 * (implicit rejection), so only what is sealed under it tells.
 */
export function mlKemDecapsulate(secretKey: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
  if (ciphertext.length !== ML_KEM_CIPHERTEXT_BYTES) return null;
  return ml_kem768.decapsulate(ciphertext, secretKey);
}
