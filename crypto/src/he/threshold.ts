/**
 * Opening one sum of ciphertexts, and no other, by all parties together: each gives d_i = c_1·s_i + noise for the summed c_1; then
 * c_0 + Σ d_i is the plaintext, scaled, and noise (Mouchet and others 2021, §4.3, with uniform flooding).
 *
 * Claims:   the d_i of one sum tell what the sum decrypts to, and of their senders' secrets nothing more.
 * Assumes:  RLWE; c_1 is the sum of well-formed ciphertexts, one of them the sender's own, and the sender gives one d_i for it, ever.
 * Strength: 128-bit for the key; statistical distance of 2^-72 per coefficient of one opening at 64 parties, less at fewer (parameters.ts).
 * Not for:  a c_1 that somebody else added up, two openings of one c_1 with different noise, or of two with the same.
 */
import type { Secret } from "../secret.js";
import { DATA_PRIMES, DEGREE, deviationMax, HALF_BYTES, RESIDUE_BYTES, SMUDGE_BYTES } from "./parameters.js";
import { addInto, decodeHalf, multiplyInto, smudgeInto, transform, untransform, wipeRing } from "./ring.js";

/** Random bytes of one partial decryption. */
export const NOISE_BYTES = DEGREE * SMUDGE_BYTES;

/** Adds one half of a ciphertext, or a partial decryption, to `sum`. False if its bytes are none; `sum` is then of no use any more. */
export function addHalf(sum: Uint8Array, half: Uint8Array): boolean {
  return half.length === HALF_BYTES && DATA_PRIMES.every((prime) => addInto(residue(sum, prime), residue(half, prime), prime));
}

/**
 * d_i for a sum of c_1 halves.
 *
 * Reveals: with those of all other parties, what the sum decrypts to.
 *
 * @param noise - `NOISE_BYTES` from a generator, of this sum alone.
 */
export function partialDecryption(c1: Uint8Array, secret: Secret, noise: Uint8Array): Uint8Array {
  const d = c1.slice();
  secret.lend((s) => {
    for (const prime of DATA_PRIMES) {
      const part = residue(d, prime);
      transform(part, prime);
      multiplyInto(part, residue(s, prime), prime);
      untransform(part, prime);
      smudgeInto(part, noise, prime);
    }
  });
  wipeRing();
  return d;
}

/**
 * The coefficients of the sum of so many parties' plaintexts; null if what is left over is more than the noise of parties that followed the
 * protocol, which says that somebody did not, and not who.
 *
 * @param v - c_0 + Σ d_i.
 */
export function openedSum(v: Uint8Array, parties: number): BigUint64Array | null {
  const { coefficients, deviation } = decodeHalf(v);
  return deviation <= deviationMax(parties) ? coefficients : null;
}

function residue(half: Uint8Array, prime: number): Uint8Array {
  return half.subarray(prime * RESIDUE_BYTES, (prime + 1) * RESIDUE_BYTES);
}
