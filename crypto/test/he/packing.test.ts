import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { DEGREE, ENCRYPTED_PARTIES_MAX, PLAIN_MODULUS } from "../../src/he/parameters.js";
import { ciphertextsFor, pack, unpack, wordsPerCiphertext } from "../../src/he/packing.js";
import { addWordsInto } from "../../src/masking.js";
import { wordsFromBytes, zeroWords, type Ring, type Words } from "../../src/words.js";
import { someBytes } from "./reference.js";

const RINGS: readonly Ring[] = [32, 64];

const packed = (words: Words, ring: Ring) => Array.from({ length: ciphertextsFor(ring, words.length) }, (_, i) => pack(words, i));
const plus = (a: readonly BigUint64Array[], b: readonly BigUint64Array[]) => a.map((x, i) => x.map((c, k) => c + b[i]![k]!));

describe.each(RINGS)("vectors over Z_2^%i", (ring) => {
  const full = wordsPerCiphertext(ring);
  const of = (seed: number, words: number) => wordsFromBytes(ring, someBytes(seed, words * ring / 8));
  const top = (words: number) => wordsFromBytes(ring, new Uint8Array(words * ring / 8).fill(255));

  test.each([[1, 1], [full, 1], [full + 1, 2], [3 * full, 3]])("of %i words lie in %i plaintexts, and come back", (words, plaintexts) => {
    const vector = of(words % 200, words);
    expect(packed(vector, ring)).toHaveLength(plaintexts);
    expect(unpack(packed(vector, ring), { ring, words })).toEqual(vector);
  });

  test("come back as their sum in the ring when coefficients are added as whole numbers", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 1, maxLength: ENCRYPTED_PARTIES_MAX }), (words, seeds) => {
      const vectors = seeds.map((seed) => (seed > 220 ? top(words) : of(seed, words)));
      const sum = zeroWords(ring, words);
      vectors.forEach((vector) => addWordsInto(sum, vector));
      expect(unpack(vectors.map((vector) => packed(vector, ring)).reduce(plus), { ring, words })).toEqual(sum);
    }), { numRuns: 30 });
  });

  test("of the largest words fit the plain modulus for 64 parties, and for 65 they would not", () => {
    const [coefficients] = packed(top(full), ring);
    const largest = coefficients!.reduce((a, b) => (a > b ? a : b));
    expect(largest * BigInt(ENCRYPTED_PARTIES_MAX)).toBeLessThan(PLAIN_MODULUS);
    expect(largest * BigInt(ENCRYPTED_PARTIES_MAX + 1)).toBeGreaterThan(PLAIN_MODULUS);
    const sum = zeroWords(ring, full);
    for (let i = 0; i < ENCRYPTED_PARTIES_MAX; i++) addWordsInto(sum, top(full));
    expect(unpack([coefficients!.map((c) => c * BigInt(ENCRYPTED_PARTIES_MAX))], { ring, words: full })).toEqual(sum);
  });

  test("a plaintext too many or too few is refused", () => {
    for (const count of [0, 2]) expect(() => unpack(Array.from({ length: count }, () => new BigUint64Array(DEGREE)), { ring, words: full })).toThrow(RangeError);
  });
});
