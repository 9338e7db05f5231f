import { mlKemDecapsulate, mlKemEncapsulate, mlKemKeyPair, x25519, x25519PublicKey, type Encapsulation } from "@cohortium/crypto/agreement";
import { concat, fromHex, utf8 } from "@cohortium/crypto/bytes";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { hkdfSha256 } from "@cohortium/crypto/hash";
import type { PartyId } from "../session/ids.js";

// An auditor derives mask keys too.
export { maskKey } from "../log/mask-key.js";

/**
 * Keys of one session, from one party's point of view. All follow from 32 bytes of entropy, so a replay after a crash makes the same ones.
 *
 * Claims:   a mask key is known to the two ends of a pair alone, also to a coordinator that stores everything and later owns a quantum computer.
 * Assumes:  gap Diffie–Hellman in X25519 or IND-CCA of ML-KEM-768 (either suffices); HKDF-SHA256 is a PRF; the charter's keys are the parties' own.
 * Strength: 128-bit classical; NIST category 3 against quantum adversaries while X25519 falls.
 * Not for:  long-lived keys: every session draws new ones, and the host forgets the entropy when it ends.
 */
export interface SessionKeys {
  readonly x25519Secret: Uint8Array;
  readonly x25519Public: Uint8Array;
  readonly mlKemSecret: Uint8Array;
  readonly mlKemPublic: Uint8Array;
}

const SEED_BYTES = 32;
const EMPTY = new Uint8Array();

/** @param entropy - 32 bytes, fresh for this session. */
export function sessionKeys(entropy: Uint8Array): SessionKeys {
  const x25519Secret = expandEntropy(entropy, "x25519", 32);
  const { publicKey, secretKey } = mlKemKeyPair(expandEntropy(entropy, "ml-kem-768", 64));
  return { x25519Secret, x25519Public: x25519PublicKey(x25519Secret), mlKemSecret: secretKey, mlKemPublic: publicKey };
}

/** ML-KEM ciphertext and shared secret towards one peer; null if the peer's key is malformed (FIPS 203 §7.2). */
export function encapsulateTo(peer: PartyId, mlKemPublic: Uint8Array, entropy: Uint8Array): Encapsulation | null {
  return mlKemEncapsulate(mlKemPublic, expandEntropy(entropy, `kem/${peer}`, 32));
}

/** The shared secret in a ciphertext made for us; null if it is malformed. */
export function decapsulate(keys: SessionKeys, ciphertext: Uint8Array): Uint8Array | null {
  return mlKemDecapsulate(keys.mlKemSecret, ciphertext);
}

/**
 * k_ij: what two parties share in one session. Fresh X25519, the X25519 keys pinned in the charter, and ML-KEM are concatenated into HKDF
 * (the combiner of NIST SP 800-56C §2), bound to the logged roster and both names. The pinned keys make a forged bundle useless even to
 * someone who holds a stolen signing key.
 *
 * @returns 32 bytes, or null if a public key is of low order (RFC 7748 §6.1).
 */
export function pairKey(mine: { readonly keys: SessionKeys; readonly agreementSecret: Uint8Array },
  theirs: { readonly x25519Public: Uint8Array; readonly agreementKey: Uint8Array; readonly kemShared: Uint8Array },
  bound: { readonly roster: string; readonly pair: readonly [PartyId, PartyId] }): Uint8Array | null {
  const fresh = x25519(mine.keys.x25519Secret, theirs.x25519Public);
  const pinned = x25519(mine.agreementSecret, theirs.agreementKey);
  if (fresh === null || pinned === null) return null;
  const info = utf8(`cohortium/pair/v1\n${bound.pair.join("\n")}`);
  return hkdfSha256(concat(fresh, pinned, theirs.kemShared), fromHex(bound.roster), info, SEED_BYTES);
}

/** s_ij^r: the seed of one pair in one round. */
export function pairSeed(pair: Uint8Array, round: number): Uint8Array {
  return hkdfSha256(pair, EMPTY, utf8(`cohortium/pair-seed/v1/${round}`), SEED_BYTES);
}

/** The key that seals the shares one party sends another. One message per key, hence the direction in it. */
export function sharesKey(pair: Uint8Array, from: PartyId, to: PartyId): Uint8Array {
  return hkdfSha256(pair, EMPTY, utf8(`cohortium/shares-key/v1\n${from}\n${to}`), SEED_BYTES);
}

/** b_i^r: the seed of this party's self mask in one round. */
export function selfSeed(entropy: Uint8Array, round: number): Uint8Array {
  return expandEntropy(entropy, `self/${round}`, SEED_BYTES);
}

/** ρ_i^r: the secret that opens this party's box of pair seeds of one round. */
export function boxSecret(entropy: Uint8Array, round: number): Uint8Array {
  return expandEntropy(entropy, `box/${round}`, SEED_BYTES);
}

/** The AEAD key of a box. */
export function boxKey(secret: Uint8Array): Uint8Array {
  return hkdfSha256(secret, EMPTY, utf8("cohortium/box-key/v1"), SEED_BYTES);
}
