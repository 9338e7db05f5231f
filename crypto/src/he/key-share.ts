/**
 * One party's share of a joint BFV key (Asharov and others 2012; Mouchet and others 2021, ePrint 2020/304): s_i, and b_i = -(a·s_i + e_i) for an `a`
 * that all parties expand from one seed. The sum of the b_i, with `a`, is a public key whose secret is the sum of the s_i, which nobody has.
 *
 * Claims:   what is encrypted under the sum is hidden from all but all parties together, if each fixed its b_i before it saw another's.
 * Assumes:  RLWE with ternary secrets; parties that follow the protocol, though all but one may pool what they know.
 * Strength: 128-bit (parameters.ts). Own arrangement of a known scheme; no second cryptographer has read it.
 * Not for:  parties that answer with malformed ciphertexts: nothing here proves that one is well formed, and a malformed one can bring out
 *           the joint secret.
 */
import { expandEntropy } from "../entropy.js";
import { Secret } from "../secret.js";
import { bytesOfWords } from "../words.js";
import { DATA_PRIMES, DEGREE, KEY_BYTES, KEY_PRIMES, PRIMES, RESIDUE_BYTES, type KeyPrime } from "./parameters.js";
import { addInto, multiplyInto, negate, toMontgomery, transform, wipeRing } from "./ring.js";

/** `shown` is b_i, 262,144 bytes: four residues in the transformed domain. `secret` is s_i as `partialDecryption` wants it. */
export interface KeyShare {
  readonly secret: Secret;
  readonly shown: Uint8Array;
}

/**
 * `a`, uniform modulo each prime, straight in the transformed domain.
 *
 * @param seed - 32 public bytes that no party could choose.
 */
export function commonReference(seed: Uint8Array): Uint8Array {
  const reference = new Uint8Array(KEY_BYTES);
  for (const prime of KEY_PRIMES) reference.set(uniform(expandEntropy(seed, `he/reference/${prime}`, DRAWN * 8), prime), prime * RESIDUE_BYTES);
  return reference;
}

/** A share under this reference. @param entropy - 32 bytes, secret and fresh; the same give the same share. */
export function keyShare(reference: Uint8Array, entropy: Uint8Array): KeyShare {
  const [s, e] = [ternary(entropy), binomial(entropy)];
  const secret = new Uint8Array(DATA_PRIMES.length * RESIDUE_BYTES);
  const shown = new Uint8Array(KEY_BYTES);
  for (const prime of KEY_PRIMES) {
    const [factor, error] = [residueOf(s, prime), residueOf(e, prime)];
    transform(factor, prime);
    transform(error, prime);
    toMontgomery(factor, prime);
    const b = shown.subarray(prime * RESIDUE_BYTES, (prime + 1) * RESIDUE_BYTES);
    b.set(reference.subarray(prime * RESIDUE_BYTES, (prime + 1) * RESIDUE_BYTES));
    multiplyInto(b, factor, prime);
    addInto(b, error, prime);
    negate(b, prime);
    if (isDataPrime(prime)) secret.set(factor, prime * RESIDUE_BYTES);
    factor.fill(0);
    error.fill(0);
  }
  s.fill(0);
  e.fill(0);
  wipeRing();
  return { secret: new Secret(secret), shown };
}

/** Adds a party's b_i to `sum`. False if its bytes are no key share; `sum` is then of no use any more. */
export function addKeyShare(sum: Uint8Array, shown: Uint8Array): boolean {
  return shown.length === KEY_BYTES && KEY_PRIMES.every((prime) => {
    const at = prime * RESIDUE_BYTES;
    return addInto(sum.subarray(at, at + RESIDUE_BYTES), shown.subarray(at, at + RESIDUE_BYTES), prime);
  });
}

/** Words drawn per residue: with 64 to spare where at most one in 2^22 is rejected. */
const DRAWN = DEGREE + 64;

function uniform(stream: Uint8Array, prime: KeyPrime): Uint8Array {
  const { q } = PRIMES[prime];
  const bits = q.toString(2).length;
  const words = new BigUint64Array(stream.buffer, stream.byteOffset, DRAWN).map((word) => BigInt.asUintN(bits, word)).filter((word) => word < q);
  if (words.length < DEGREE) throw new Error("a stream of random words ran out");
  return bytesOfWords(words.subarray(0, DEGREE));
}

/** Coefficients -1, 0 and 1, equally likely: bytes modulo 3, and 255 drawn again. */
function ternary(entropy: Uint8Array): Int8Array {
  const stream = expandEntropy(entropy, "he/secret", DEGREE + 1_024);
  const kept = stream.filter((byte) => byte < 255);
  stream.fill(0);
  // Some 36 of 9216 bytes are 255; that 1024 are does not happen.
  if (kept.length < DEGREE) throw new Error("a stream of random bytes ran out");
  const s = Int8Array.from(kept.subarray(0, DEGREE), (byte) => (byte % 3) - 1);
  kept.fill(0);
  return s;
}

/** Coefficients distributed as the difference of two sums of 21 coins, as SEAL draws its errors. */
function binomial(entropy: Uint8Array): Int8Array {
  const stream = expandEntropy(entropy, "he/error", DEGREE * 8);
  const coins = new Uint32Array(stream.buffer, stream.byteOffset, 2 * DEGREE);
  const e = Int8Array.from({ length: DEGREE }, (_, i) => onesIn(coins[2 * i] ?? 0) - onesIn(coins[2 * i + 1] ?? 0));
  stream.fill(0);
  return e;
}

/** Among the lower 21 bits, without a branch (Hacker's Delight, §5-1). */
function onesIn(word: number): number {
  let ones = word & 0x1fffff;
  ones -= (ones >>> 1) & 0x55555555;
  ones = (ones & 0x33333333) + ((ones >>> 2) & 0x33333333);
  return Math.imul((ones + (ones >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function residueOf(small: Int8Array, prime: KeyPrime): Uint8Array {
  const { q } = PRIMES[prime];
  return bytesOfWords(BigUint64Array.from(small, (c) => (c < 0 ? q : 0n) + BigInt(c)));
}

function isDataPrime(prime: KeyPrime): boolean {
  return DATA_PRIMES.some((data) => data === prime);
}
