import { createCipheriv } from "node:crypto";
import { DATA_PRIMES, DEGREE, PLAIN_MODULUS, PRIMES, type KeyPrime } from "../../src/he/parameters.js";

/** Definitions with big integers, for tests: slow, and obviously right. */

export const Q = DATA_PRIMES.reduce((product, i) => product * PRIMES[i].q, 1n);

/** Bytes that look like nothing, the same in every run. */
export function someBytes(seed: number, length: number): Uint8Array {
  return new Uint8Array(createCipheriv("aes-256-ctr", new Uint8Array(32).fill(seed), new Uint8Array(16)).update(new Uint8Array(length)));
}

/** 8192 words below the prime, the same in every run. */
export function someResidue(seed: number, prime: KeyPrime): BigUint64Array {
  const words = new BigUint64Array(someBytes(seed, DEGREE * 8).buffer);
  return words.map((word) => word % PRIMES[prime].q);
}

export const bytesOf = (words: BigUint64Array): Uint8Array => new Uint8Array(words.slice().buffer);
export const wordsOf = (bytes: Uint8Array): BigUint64Array => new BigUint64Array(bytes.slice().buffer);

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = result * square % modulus;
    square = square * square % modulus;
  }
  return result;
}

/** Horner's rule. */
export const valueAt = (polynomial: BigUint64Array, x: bigint, q: bigint): bigint => polynomial.reduceRight((sum, c) => (sum * x + c) % q, 0n);

export const bitReversed = (i: number): number => Number.parseInt(i.toString(2).padStart(13, "0").split("").reverse().join(""), 2);

/** One coefficient of a · b in Z_q[x] / (x^8192 + 1). */
export function productAt(a: BigUint64Array, b: BigUint64Array, k: number, q: bigint): bigint {
  let sum = 0n;
  for (let i = 0; i < DEGREE; i++) {
    const j = k - i;
    const term = a[i]! * b[(j + DEGREE) % DEGREE]!;
    sum += j < 0 ? -term : term;
  }
  return ((sum % q) + q) % q;
}

/** A number modulo q from its three residues (Chinese remainders). */
export function joined(residues: readonly bigint[]): bigint {
  return DATA_PRIMES.reduce((sum, i) => {
    const { q } = PRIMES[i];
    const rest = Q / q;
    return (sum + residues[i]! * rest * power(rest % q, q - 2n, q)) % Q;
  }, 0n);
}

/** round(v · t / q) modulo t. */
export const decoded = (v: bigint): bigint => ((2n * v * PLAIN_MODULUS + Q) / (2n * Q)) % PLAIN_MODULUS;
