/** Whole vectors: as many ciphertexts as they take, one half behind the other. A part is one half of all of them, or a partial decryption of all. */
import type { Secret } from "../secret.js";
import { ringOf, type Ring, type Words } from "../words.js";
import { ciphertextsFor, pack, unpack } from "./packing.js";
import { HALF_BYTES } from "./parameters.js";
import { addHalf, openedSum, partialDecryption } from "./threshold.js";

/** What a vector is encrypted with; `Sealer` in `seal.ts` is one. */
export interface Encrypts {
  encrypt(coefficients: BigUint64Array): Parts;
}

/** All c_0, and all c_1. */
export interface Parts {
  readonly c0: Uint8Array;
  readonly c1: Uint8Array;
}

/** How long each part of such a vector is: 24 bytes per word of 32 bits, 48 per word of 64, rounded up to whole ciphertexts. */
export function partBytes({ ring, words }: { readonly ring: Ring; readonly words: number }): number {
  return ciphertextsFor(ring, words) * HALF_BYTES;
}

/** @param coinsOf - `PACKING_BYTES` for each ciphertext, of this vector alone. */
export function encryptVector(words: Words, by: Encrypts, coinsOf: (index: number) => Uint8Array): Parts {
  const bytes = partBytes({ ring: ringOf(words), words: words.length });
  const [c0, c1] = [new Uint8Array(bytes), new Uint8Array(bytes)];
  for (let at = 0; at < bytes; at += HALF_BYTES) {
    const coins = coinsOf(at / HALF_BYTES);
    const coefficients = pack(words, at / HALF_BYTES, coins);
    coins.fill(0);
    const halves = by.encrypt(coefficients);
    coefficients.fill(0n);
    c0.set(halves.c0, at);
    c1.set(halves.c1, at);
  }
  return { c0, c1 };
}

/** Adds a part to `sum`. False if it is of another length or its words are not below their primes; `sum` is then of no use any more. */
export function addPart(sum: Uint8Array, part: Uint8Array): boolean {
  if (part.length !== sum.length) return false;
  for (let at = 0; at < sum.length; at += HALF_BYTES) {
    if (!addHalf(sum.subarray(at, at + HALF_BYTES), part.subarray(at, at + HALF_BYTES))) return false;
  }
  return true;
}

/**
 * A party's partial decryption of a summed c_1.
 *
 * Reveals: with those of all other parties, the summed vector, and no other.
 *
 * @param noiseOf - `NOISE_BYTES` for each ciphertext, of this sum alone.
 */
export function decryptPart(c1: Uint8Array, secret: Secret, noiseOf: (index: number) => Uint8Array): Uint8Array {
  const d = new Uint8Array(c1.length);
  for (let at = 0; at < c1.length; at += HALF_BYTES) {
    const noise = noiseOf(at / HALF_BYTES);
    d.set(partialDecryption(c1.subarray(at, at + HALF_BYTES), secret, noise), at);
    noise.fill(0);
  }
  return d;
}

/** The sum of so many parties' vectors; null if more is left over than their noise. @param v - Σ c_0 + Σ d_i. */
export function openVector(v: Uint8Array, shape: { readonly ring: Ring; readonly words: number }, parties: number): Words | null {
  const plaintexts: BigUint64Array[] = [];
  for (let at = 0; at < v.length; at += HALF_BYTES) {
    const coefficients = openedSum(v.subarray(at, at + HALF_BYTES), parties);
    if (coefficients === null) return null;
    plaintexts.push(coefficients);
  }
  return unpack(plaintexts, shape);
}
