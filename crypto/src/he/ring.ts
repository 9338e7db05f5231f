/** Polynomials of the ring in their residues, on WebAssembly. Functions work in place on the 65,536 bytes of one residue. */
import { ringKernels, type RingKernels } from "../kernels.js";
import { bytesOfWords } from "../words.js";
import {
  DATA_PRIMES, DEGREE, HALF_BYTES, KEY_PRIMES, PLAIN_MODULUS, PRIMES, RESIDUE_BYTES, SMUDGE_BYTES, SMUDGE_MAX, type DataPrime, type KeyPrime,
} from "./parameters.js";

/** Coefficients into values at the odd powers of psi, in bit-reversed order: SEAL's transformed domain. */
export function transform(polynomial: Uint8Array, prime: KeyPrime): void {
  const { kernels, q } = ringAt(prime);
  run(kernels, polynomial, () => kernels.forward(A, FORWARD + prime * TABLE_BYTES, q));
}

/** The inverse of `transform`. */
export function untransform(polynomial: Uint8Array, prime: DataPrime): void {
  const { kernels, q } = ringAt(prime);
  const n = inverseOf(BigInt(DEGREE), q);
  run(kernels, polynomial, () => kernels.inverse(A, INVERSE + prime * TABLE_BYTES, q, n, quotient(n, q)));
}

/** The form that `multiplyInto` takes its second factor in: every word times 2^64. */
export function toMontgomery(polynomial: Uint8Array, prime: KeyPrime): void {
  const { kernels, q } = ringAt(prime);
  const r = TWO_64 % q;
  run(kernels, polynomial, () => kernels.scale(A, r, quotient(r, q), q));
}

/** target *= factor, word by word. @param factor - In Montgomery form. */
export function multiplyInto(target: Uint8Array, factor: Uint8Array, prime: KeyPrime): void {
  const { kernels, q, qInverse } = ringAt(prime);
  kernels.memory.set(factor, B);
  run(kernels, target, () => kernels.multiply(A, B, q, qInverse));
}

/**
 * target += summand.
 *
 * @param summand - Any bytes, such as a peer's.
 * @returns Whether they were 8192 words below the prime; if not, `target` is of no use any more.
 */
export function addInto(target: Uint8Array, summand: Uint8Array, prime: KeyPrime): boolean {
  if (summand.length !== RESIDUE_BYTES) return false;
  const { kernels, q } = ringAt(prime);
  kernels.memory.set(summand, B);
  return run(kernels, target, () => kernels.add(A, B, q)) === 1;
}

/** target = -target. */
export function negate(target: Uint8Array, prime: KeyPrime): void {
  const { kernels, q } = ringAt(prime);
  run(kernels, target, () => kernels.negate(A, q));
}

/** Adds a number from [-2^95, 2^95) to every coefficient. @param noise - 12 bytes for each; the numbers are uniform if these are. */
export function smudgeInto(target: Uint8Array, noise: Uint8Array, prime: DataPrime): void {
  if (noise.length !== DEGREE * SMUDGE_BYTES) throw new RangeError("twelve bytes of noise per coefficient expected");
  const { kernels, q } = ringAt(prime);
  const r = TWO_64 % q;
  kernels.memory.set(noise, B);
  run(kernels, target, () => kernels.smudge(A, B, q, TWO_64 / q, r, quotient(r, q), q - (SMUDGE_MAX % q)));
}

/** Coefficients of a plaintext, and how far the worst of them lay from a whole number: 0 to 1/2. */
export interface Decoded {
  readonly coefficients: BigUint64Array;
  readonly deviation: number;
}

/** round(v · t / q) modulo t, coefficient by coefficient. @param v - Three residues. */
export function decodeHalf(v: Uint8Array): Decoded {
  const { kernels } = ringAt(0);
  if (v.length !== HALF_BYTES) throw new RangeError("three residues expected");
  kernels.memory.set(v, A);
  const deviation = kernels.decode(A, OUT, CONSTANTS, PLAIN_MODULUS);
  return { deviation, coefficients: new BigUint64Array(kernels.memory.slice(OUT, OUT + RESIDUE_BYTES).buffer) };
}

/** Overwrites what the functions above have left in WebAssembly memory. */
export function wipeRing(): void {
  ringAt(0).kernels.memory.fill(0, A, CONSTANTS);
}

const TWO_64 = 2n ** 64n;
/** A root and its quotient for each index. */
const TABLE_BYTES = 2 * RESIDUE_BYTES;

// The map of the kernels' memory: tables, then scratch. Decoding takes its three residues from A on; what meets A lies at B, of noise half a page more.
const FORWARD = 0;
const INVERSE = FORWARD + KEY_PRIMES.length * TABLE_BYTES;
const A = INVERSE + DATA_PRIMES.length * TABLE_BYTES;
const B = A + RESIDUE_BYTES;
const OUT = A + HALF_BYTES;
const CONSTANTS = OUT + RESIDUE_BYTES;

interface RingAt {
  readonly kernels: RingKernels;
  readonly q: bigint;
  /** 1/q modulo 2^64. */
  readonly qInverse: bigint;
}

let rings: readonly RingAt[] | undefined;

/** Made at the first call: some 50 ms of tables per thread. */
function ringAt(prime: KeyPrime): RingAt {
  rings ??= furnish(ringKernels());
  const ring = rings[prime];
  if (ring === undefined) throw new RangeError("no such prime");
  return ring;
}

function furnish(kernels: RingKernels): readonly RingAt[] {
  for (const i of KEY_PRIMES) kernels.memory.set(tableOf(PRIMES[i].psi, PRIMES[i].q), FORWARD + i * TABLE_BYTES);
  for (const i of DATA_PRIMES) kernels.memory.set(tableOf(inverseOf(PRIMES[i].psi, PRIMES[i].q), PRIMES[i].q), INVERSE + i * TABLE_BYTES);
  kernels.memory.set(decodeConstants(), CONSTANTS);
  return PRIMES.map(({ q }) => ({ kernels, q, qInverse: BigInt.asUintN(64, inverseOf(q, TWO_64)) }));
}

/** root^bitreverse(i) and its quotient, for i from 0 to 8191. */
function tableOf(root: bigint, q: bigint): Uint8Array {
  const table = new BigUint64Array(2 * DEGREE);
  let power = 1n;
  for (let i = 0; i < DEGREE; i++) {
    const at = 2 * bitReversed(i);
    table[at] = power;
    table[at + 1] = quotient(power, q);
    power = (power * root) % q;
  }
  return bytesOfWords(table);
}

function decodeConstants(): Uint8Array {
  const modulus = DATA_PRIMES.reduce((product, i) => product * PRIMES[i].q, 1n);
  return bytesOfWords(BigUint64Array.from(DATA_PRIMES.flatMap((i) => {
    const { q } = PRIMES[i];
    const share = inverseOf((modulus / q) % q, q);
    const rest = PLAIN_MODULUS % q;
    return [q, share, quotient(share, q), PLAIN_MODULUS / q, rest, quotient(rest, q)];
  })));
}

/** floor(w · 2^64 / q), for Shoup's multiplication by a constant. */
function quotient(w: bigint, q: bigint): bigint {
  return w * TWO_64 / q;
}

/** Extended Euclid. */
function inverseOf(value: bigint, modulus: bigint): bigint {
  let [r, next, s, sNext] = [modulus, value % modulus, 0n, 1n];
  while (next !== 0n) {
    const times = r / next;
    [r, next, s, sNext] = [next, r - times * next, sNext, s - times * sNext];
  }
  return ((s % modulus) + modulus) % modulus;
}

/** Of 13 bits. */
function bitReversed(i: number): number {
  let reversed = 0;
  for (let bit = 1; bit < DEGREE; bit <<= 1) reversed = (reversed << 1) | ((i & bit) === 0 ? 0 : 1);
  return reversed;
}

function run<T>({ memory }: RingKernels, polynomial: Uint8Array, work: () => T): T {
  if (polynomial.length !== RESIDUE_BYTES) throw new RangeError("a residue is 65,536 bytes");
  memory.set(polynomial, A);
  const result = work();
  polynomial.set(memory.subarray(A, A + RESIDUE_BYTES));
  return result;
}
