/**
 * What everybody computes with: BFV over Z_q[x] / (x^8192 + 1) with SEAL's own primes, and the bounds that make every sum exact.
 *
 * A key lives modulo all four primes; SEAL encrypts there and switches down to the first three, whose product q is just below 2^164. Ternary
 * secrets, errors between -21 and 21 (a centred binomial of 42 bits, deviation 3.24). For 128 bits of security against classical computers
 * with such secrets at degree 8192, the Homomorphic Encryption Standard (2018), table 1, allows 218 bits of modulus, and newer estimates 214
 * (Bossuat and others 2024, ePrint 2024/463, table 5.2). We have 204: the fourth prime needs no more bits than leave the errors that are
 * divided by it small.
 *
 * Noise of a sum of n ciphertexts under a joint key of n shares, as bounds that always hold, not as likely values:
 * - a fresh ciphertext, before the switch: |e_pk·u + e_0 + e_1·s| <= 8192·21n + 21 + 8192·21·n < 2^25;
 * - divided by the fourth prime it is below 2^-14, and rounding adds at most (1 + 8192n) / 2; rounding q·m/t, another 1/2;
 * - n of them: `noiseMax(n)` = n·(8192n + 4) / 2, for 64 parties 2^24;
 * - each partial decryption adds a number between -2^95 and 2^95, 2^70 times that bound for 64 parties.
 *
 * So what lies under the sum is at most `noiseMax(n)` + n·2^95, and a coefficient decodes while that is below q / 2t = 2^103: for 64 parties a
 * factor of 4 is left, and the probability of a wrong sum among parties that follow the protocol is zero.
 *
 * A partial decryption, seen by itself, is at a statistical distance of at most `noiseMax(n)` / 2^96 per coefficient from one made without the
 * party's secret: 2^-72 for 64 parties, 2^-40 over the half a million ciphertexts of 2,000 sums of 2^20 words.
 *
 * Own derivation; no second cryptographer has read it.
 */

/** A prime that is 1 modulo 16384, and the smallest of its 16384th roots of unity, as SEAL chooses both. */
export interface Prime {
  readonly q: bigint;
  readonly psi: bigint;
}

export const DEGREE = 8_192;

/** The first three are the ciphertexts'; the fourth exists in keys alone. */
export const PRIMES = [
  { q: 36_028_797_017_571_329n, psi: 3_055_459_936_772n },
  { q: 36_028_797_018_652_673n, psi: 15_372_713_853_695n },
  { q: 18_014_398_508_400_641n, psi: 1_991_035_980_967n },
  { q: 1_099_511_480_321n, psi: 30_370_987n },
] as const satisfies readonly Prime[];
export const KEY_PRIMES = [0, 1, 2, 3] as const;
export const DATA_PRIMES = [0, 1, 2] as const;
export type KeyPrime = (typeof KEY_PRIMES)[number];
export type DataPrime = (typeof DATA_PRIMES)[number];

/** t, the largest prime of 60 bits that SEAL would batch with. We put words into coefficients and use nothing of it but its size. */
export const PLAIN_MODULUS = 1_152_921_504_606_830_593n;

/** One polynomial modulo one prime: 8192 words of 64 bits, little-endian. */
export const RESIDUE_BYTES = DEGREE * 8;
/** A key share, a joint key and the common reference: four residues in the transformed domain. */
export const KEY_BYTES = KEY_PRIMES.length * RESIDUE_BYTES;
/** One half of a ciphertext, or one partial decryption: three residues of coefficients. */
export const HALF_BYTES = DATA_PRIMES.length * RESIDUE_BYTES;

/** A coefficient has room for the sum of so many parties' numbers; see `packing.ts`. */
export const ENCRYPTED_PARTIES_MAX = 64;

/** A partial decryption's noise is uniform in [-2^95, 2^95): so many random bytes per coefficient. */
export const SMUDGE_BYTES = 12;
export const SMUDGE_MAX = 2n ** 95n;

/** The largest error a centred binomial of 42 bits can be. */
export const ERROR_MAX = 21;

/** The largest noise that a sum of so many parties' ciphertexts can have. */
export function noiseMax(parties: number): bigint {
  const n = BigInt(parties);
  return (n * (BigInt(DEGREE) * n + 4n)) / 2n;
}

/**
 * How far from a whole number a decoded coefficient may lie, as a share of one: n/512 and a little. Further away, somebody did not follow the
 * protocol, and the sum is worth nothing.
 */
export function deviationMax(parties: number): number {
  const [q0, q1, q2] = PRIMES;
  const noise = noiseMax(parties) + BigInt(parties) * SMUDGE_MAX;
  // Rounded up, and a little more for the doubles that a deviation is computed with.
  return Number((noise * PLAIN_MODULUS * 2n ** 60n) / (q0.q * q1.q * q2.q) + 2n ** 20n) / 2 ** 60;
}
