/**
 * Vectors over Z_2^32 and Z_2^64 in the coefficients of plaintexts, so that adding plaintexts adds vectors.
 *
 * A vector is a row of halves of 32 bits (a word of 64 bits is two, the lower first). Three halves share two coefficients of 60 bits: each
 * holds one half in its low 38 bits, and 16 bits of the third in its upper 22. Six bits of room above each limb take the carries of 64
 * parties; carries between limbs are made up for when the sum is read, modulo 2^32 or 2^64. 24 bytes of words become 32 of coefficients.
 */
import { ringOf, zeroWords, type Ring, type Words } from "../words.js";
import { DEGREE } from "./parameters.js";

const HALVES = (DEGREE / 2) * 3;
const LIMB_BITS = 38;
const TWO_32 = 2 ** 32;

/** How many ciphertexts a vector takes. */
export function ciphertextsFor(ring: Ring, words: number): number {
  return Math.ceil(words / wordsPerCiphertext(ring));
}

/** 12,288 words of 32 bits, or 6,144 of 64. */
export function wordsPerCiphertext(ring: Ring): number {
  return (HALVES * 32) / ring;
}

/** The coefficients of a vector's plaintext number `index`; where the vector ends they are zero. */
export function pack(words: Words, index: number): BigUint64Array {
  const part = words.subarray(index * wordsPerCiphertext(ringOf(words)), (index + 1) * wordsPerCiphertext(ringOf(words)));
  const halves = new Uint32Array(part.buffer, part.byteOffset, part.byteLength / 4);
  const coefficients = new BigUint64Array(DEGREE);
  const parts = new Uint32Array(coefficients.buffer);
  for (let pair = 0; 3 * pair < halves.length; pair++) {
    const shared = halves[3 * pair + 2] ?? 0;
    writeCoefficient(parts, 2 * pair, { half: halves[3 * pair] ?? 0, sixteen: shared & 0xffff });
    writeCoefficient(parts, 2 * pair + 1, { half: halves[3 * pair + 1] ?? 0, sixteen: shared >>> 16 });
  }
  return coefficients;
}

/** The vector whose plaintexts, or sums of plaintexts of up to 64 vectors, have these coefficients. @throws RangeError unless there are as many as it takes. */
export function unpack(plaintexts: readonly BigUint64Array[], shape: { readonly ring: Ring; readonly words: number }): Words {
  const { ring, words } = shape;
  if (plaintexts.length !== ciphertextsFor(ring, words)) throw new RangeError("another number of plaintexts than the vector takes");
  const sum = zeroWords(ring, words);
  plaintexts.forEach((coefficients, index) => {
    const at = index * wordsPerCiphertext(ring);
    unpackInto(sum.subarray(at, at + wordsPerCiphertext(ring)), halvesOf(coefficients));
  });
  return sum;
}

function writeCoefficient(parts: Uint32Array, at: number, { half, sixteen }: { readonly half: number; readonly sixteen: number }): void {
  parts[2 * at] = half;
  parts[2 * at + 1] = sixteen << (LIMB_BITS - 32);
}

/** What each half of the vector adds up to, up to 2^38 and a little. */
function halvesOf(coefficients: BigUint64Array): Float64Array {
  const parts = new Uint32Array(coefficients.buffer, coefficients.byteOffset, 2 * DEGREE);
  const sums = new Float64Array(HALVES);
  for (let pair = 0; pair < DEGREE / 2; pair++) {
    const [lowA = 0, highA = 0, lowB = 0, highB = 0] = parts.subarray(4 * pair, 4 * pair + 4);
    sums[3 * pair] = lowA + (highA % 64) * TWO_32;
    sums[3 * pair + 1] = lowB + (highB % 64) * TWO_32;
    sums[3 * pair + 2] = (highA >>> 6) + (highB >>> 6) * 65_536;
  }
  return sums;
}

function unpackInto(words: Words, sums: Float64Array): void {
  const halves = new Uint32Array(words.buffer, words.byteOffset, words.byteLength / 4);
  if (ringOf(words) === 32) {
    // Storing reduces modulo 2^32.
    halves.forEach((_, i) => { halves[i] = sums[i] ?? 0; });
    return;
  }
  for (let i = 0; i < halves.length; i += 2) {
    const low = sums[i] ?? 0;
    halves[i] = low;
    halves[i + 1] = (sums[i + 1] ?? 0) + Math.floor(low / TWO_32);
  }
}
