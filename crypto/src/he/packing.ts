/**
 * Vectors over Z_2^32 and Z_2^64 in the coefficients of plaintexts, so that adding plaintexts adds vectors and tells nothing but their sum.
 *
 * Whoever opens a sum sees its coefficients, whole numbers modulo t. Were words cut into limbs, what each limb carries would tell how many
 * parties' numbers are negative, and more: it does not follow from the sum, and noise that is meant for the sum does not cover it. So a word goes
 * in as the signed number s that it stands for:
 * - of 32 bits, in one coefficient. The sum of 64 is below 2^38, and so a whole number modulo t;
 * - of 64 bits, in two: s modulo t, and (s modulo 16) + 16·r with r the sum of four uniform numbers below 2^47. Sums of the first are sums modulo t;
 *   of the second, sums modulo 16, above which lies the sum of all r, and a carry of at most 60 that drowns in it. Both together are the sum modulo
 *   16·t, by the Chinese remainder theorem.
 *
 * Claims:   what is opened follows from the sum of the signed numbers, but for a carry under every word of 64 bits that drowns in the coins of any one
 *           party: moved by 60, they have a Rényi divergence of at most α·2^-80, for orders α up to 2^12, but for a probability of 2^-110.
 * Assumes:  coins that are uniform, and secret at one of the other parties; sums of words of 64 bits below 8·t, nearly 2^63, in magnitude:
 *           `headroomFits` leaves them 2^62.
 * Strength: over 2^31 words, zero-concentrated privacy of 2^-49, which is less than a budget is rounded by; and 2^-79 of δ.
 * Not for:  sums of more than 64 vectors. Own design; no second cryptographer has read it.
 */
import { ringOf, zeroWords, type Ring, type Words } from "../words.js";
import { DEGREE, PLAIN_MODULUS } from "./parameters.js";

/** Uniform bytes that one plaintext of words of 64 bits takes: four times six for each word. */
export const PACKING_BYTES = DEGREE * 12;

/** How many ciphertexts a vector takes. */
export function ciphertextsFor(ring: Ring, words: number): number {
  return Math.ceil(words / wordsPerCiphertext(ring));
}

/** 8,192 words of 32 bits, or 4,096 of 64. */
export function wordsPerCiphertext(ring: Ring): number {
  return (DEGREE * 32) / ring;
}

/**
 * The coefficients of a vector's plaintext number `index`; where the vector ends they are zero.
 *
 * @param coins - `PACKING_BYTES`, uniform, secret and of this plaintext alone. Words of 32 bits need none.
 */
export function pack(words: Words, index: number, coins: Uint8Array): BigUint64Array {
  const ring = ringOf(words);
  const part = words.subarray(index * wordsPerCiphertext(ring), (index + 1) * wordsPerCiphertext(ring));
  const coefficients = new BigUint64Array(DEGREE);
  if (ring === 32) {
    new Int32Array(part.buffer, part.byteOffset, part.length).forEach((number, i) => { coefficients[i] = residueOf(BigInt(number)); });
    return coefficients;
  }
  if (coins.length !== PACKING_BYTES) throw new RangeError(`${PACKING_BYTES} bytes of coins expected`);
  const drawn = new DataView(coins.buffer, coins.byteOffset, coins.byteLength);
  new BigInt64Array(part.buffer, part.byteOffset, part.length).forEach((number, i) => {
    coefficients[2 * i] = residueOf(number);
    coefficients[2 * i + 1] = BigInt.asUintN(4, number) + 16n * BigInt(fourDrawn(drawn, 24 * i));
  });
  return coefficients;
}

/**
 * The vector whose plaintexts, or sums modulo t of plaintexts of up to 64 vectors, have these coefficients.
 *
 * @throws RangeError unless there are as many as it takes.
 */
export function unpack(plaintexts: readonly BigUint64Array[], shape: { readonly ring: Ring; readonly words: number }): Words {
  const { ring, words } = shape;
  if (plaintexts.length !== ciphertextsFor(ring, words)) throw new RangeError("another number of plaintexts than the vector takes");
  const sum = zeroWords(ring, words);
  plaintexts.forEach((coefficients, index) => {
    const at = index * wordsPerCiphertext(ring);
    unpackInto(sum.subarray(at, at + wordsPerCiphertext(ring)), coefficients);
  });
  return sum;
}

const TWO_32 = 2 ** 32;
const BOTH = 16n * PLAIN_MODULUS;

/** The sum of four uniform numbers of 47 bits. Of 48 bits, 64 second coefficients could reach t. */
function fourDrawn(drawn: DataView, at: number): number {
  const one = (from: number): number => (drawn.getUint16(from, true) & 0x7fff) * TWO_32 + drawn.getUint32(from + 2, true);
  return one(at) + one(at + 6) + one(at + 12) + one(at + 18);
}

function residueOf(number: bigint): bigint {
  const rest = number % PLAIN_MODULUS;
  return rest < 0n ? rest + PLAIN_MODULUS : rest;
}

function unpackInto(words: Words, coefficients: BigUint64Array): void {
  if (words instanceof Uint32Array) {
    words.forEach((_, i) => { words[i] = Number(BigInt.asUintN(32, centred(coefficients[i] ?? 0n, PLAIN_MODULUS))); });
    return;
  }
  // Storing reduces modulo 2^64.
  words.forEach((_, i) => { words[i] = centred(joined(coefficients[2 * i] ?? 0n, coefficients[2 * i + 1] ?? 0n), BOTH); });
}

/** The number below 16·t that is `first` modulo t and `second` modulo 16. As t is 1 modulo 16, adding it as often as the second is ahead does it. */
function joined(first: bigint, second: bigint): bigint {
  return first + PLAIN_MODULUS * BigInt.asUintN(4, second - first);
}

/** The residue next to zero. */
function centred(residue: bigint, modulus: bigint): bigint {
  return 2n * residue > modulus ? residue - modulus : residue;
}
