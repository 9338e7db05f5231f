import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { DEGREE, ENCRYPTED_PARTIES_MAX, PLAIN_MODULUS } from "../../src/he/parameters.js";
import { ciphertextsFor, pack, PACKING_BYTES, unpack, wordsPerCiphertext } from "../../src/he/packing.js";
import { addWordsInto } from "../../src/masking.js";
import { zeroWords, type Ring, type Words } from "../../src/words.js";
import { of } from "./consortium.js";
import { someBytes } from "./reference.js";

const RINGS: readonly Ring[] = [32, 64];
const ZERO = new Uint8Array(PACKING_BYTES);
const ONES = new Uint8Array(PACKING_BYTES).fill(255);

const packed = (words: Words, ring: Ring, coins: Uint8Array = ZERO) => Array.from({ length: ciphertextsFor(ring, words.length) }, (_, i) => pack(words, i, coins));
const plus = (a: readonly BigUint64Array[], b: readonly BigUint64Array[]) => a.map((x, i) => x.map((c, k) => (c + b[i]![k]!) % PLAIN_MODULUS));
const signed = (...numbers: readonly bigint[]): Words => BigUint64Array.from(numbers, (number) => BigInt.asUintN(64, number));
/** The furthest that 64 parties' sums get: `headroomFits` ends below 2^30 and 2^62. */
const FURTHEST = { 32: 2n ** 24n - 1n, 64: 2n ** 56n - 1n };

describe.each(RINGS)("vectors over Z_2^%i", (ring) => {
  const full = wordsPerCiphertext(ring);
  const all = (number: bigint, words: number): Words => (ring === 32 ? new Uint32Array(words).fill(Number(BigInt.asUintN(32, number))) : new BigUint64Array(words).fill(BigInt.asUintN(64, number)));

  test.each([[1, 1], [full, 1], [full + 1, 2], [3 * full, 3]])("of %i words lie in %i plaintexts, and come back", (words, plaintexts) => {
    const vector = of(ring, words % 200, words);
    expect(packed(vector, ring)).toHaveLength(plaintexts);
    expect(unpack(packed(vector, ring, ONES), { ring, words })).toEqual(vector);
  });

  test("come back as their sum in the ring when coefficients are added modulo t, whatever the coins", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 1, maxLength: ENCRYPTED_PARTIES_MAX }), (words, seeds) => {
      const vectors = seeds.map((seed) => (seed > 235 ? all(FURTHEST[ring], words) : seed > 220 ? all(-FURTHEST[ring], words) : of(ring, seed, words)));
      const sum = zeroWords(ring, words);
      vectors.forEach((vector) => addWordsInto(sum, vector));
      expect(unpack(vectors.map((vector, i) => packed(vector, ring, i % 7 === 0 ? ONES : someBytes(i, PACKING_BYTES))).reduce(plus), { ring, words })).toEqual(sum);
    }), { numRuns: 30 });
  });

  test.each([1n, -1n])("of the furthest numbers of 64 parties fit, times %i, also with the largest coins", (sign) => {
    const [coefficients] = packed(all(sign * FURTHEST[ring], full), ring, ONES);
    const sum = zeroWords(ring, full);
    for (let i = 0; i < ENCRYPTED_PARTIES_MAX; i++) addWordsInto(sum, all(sign * FURTHEST[ring], full));
    expect(unpack([coefficients!.map((c) => (c * BigInt(ENCRYPTED_PARTIES_MAX)) % PLAIN_MODULUS)], { ring, words: full })).toEqual(sum);
  });

  test("a plaintext too many or too few is refused", () => {
    for (const count of [0, 2]) expect(() => unpack(Array.from({ length: count }, () => new BigUint64Array(DEGREE)), { ring, words: full })).toThrow(RangeError);
  });
});

test("of the largest second coefficients 64 stay below t, and with one bit more of coins they would not", () => {
  const largest = pack(signed(-1n), 0, ONES)[1]!;
  const withCoinsOf = (bits: bigint) => 15n + 16n * 4n * (2n ** bits - 1n);
  expect(largest).toBe(withCoinsOf(47n));
  expect(largest * BigInt(ENCRYPTED_PARTIES_MAX)).toBeLessThan(PLAIN_MODULUS);
  expect((withCoinsOf(48n) + 64n) * BigInt(ENCRYPTED_PARTIES_MAX)).toBeGreaterThan(PLAIN_MODULUS);
});

test("fewer coins than the plaintext takes are refused", () => {
  expect(() => pack(signed(1n), 0, ZERO.subarray(8))).toThrow(RangeError);
});

describe("what is opened tells the sum and nothing of who brought what", () => {
  // Sums of 5, of one negative number, of none, and of numbers that lie far apart.
  const SPLITS = [[-1n, 6n], [2n, 3n], [-(2n ** 55n), 2n ** 55n + 5n], [15n, -10n]] as const;
  const openedOf = (numbers: readonly bigint[], coins: (party: number) => Uint8Array) => numbers.map((number, i) => [pack(signed(number), 0, coins(i))]).reduce(plus)[0]!;

  test("words of 32 bits: the coefficient is the same for all who add up to the same", () => {
    const opened = [[-1, 6], [2, 3], [-(2 ** 28), 2 ** 28 + 5]].map((numbers) => numbers.map((number) => [pack(Uint32Array.of(number >>> 0), 0, ZERO)]).reduce(plus)[0]![0]);
    expect(opened).toEqual([5n, 5n, 5n]);
  });

  test("words of 64 bits: so is the first, and the second modulo 16", () => {
    const opened = SPLITS.map((numbers) => openedOf(numbers, (party) => someBytes(party, PACKING_BYTES)));
    expect(opened.map(([first, second]) => [first, second! % 16n])).toEqual(SPLITS.map(() => [5n, 5n]));
  });

  test("control: above that lies a carry that does not follow from the sum; it shows without coins", () => {
    expect(SPLITS.map((numbers) => openedOf(numbers, () => ZERO)[1]! >> 4n)).toEqual([1n, 0n, 0n, 1n]);
  });

  test("with coins, sums of four uniform numbers below 2^47 lie over it", () => {
    const width = 2 ** 47;
    const above = [...pack(new BigUint64Array(wordsPerCiphertext(64)).fill(7n), 0, someBytes(9, PACKING_BYTES))].filter((_, i) => i % 2 === 1).map((second) => Number(second >> 4n) / width);
    const mean = above.reduce((sum, x) => sum + x, 0) / above.length;
    const variance = above.reduce((sum, x) => sum + (x - 2) ** 2, 0) / above.length;
    // Mean 2 and variance 4/12; five standard errors of 4096 draws: √(1/3 / 4096), and √((0.3 - 1/9) / 4096).
    expect(Math.abs(mean - 2)).toBeLessThan(0.046);
    expect(Math.abs(variance - 1 / 3)).toBeLessThan(0.034);
  });

  // Divergences go with the square of the shift over the width, as the table shows; 2.5 · (60 / 2^47)² is 2^-80.8.
  test.each([[32, 1], [64, 1], [64, 2], [128, 1], [128, 4]])("of numbers below %i, moved by %i, the divergence of order α is below 2.5·α·(shift/width)²", (width, shift) => {
    const uniform = new Array<number>(width).fill(1 / width);
    const spread = (a: readonly number[], b: readonly number[]) => {
      const sum = new Array<number>(a.length + b.length - 1).fill(0);
      a.forEach((x, i) => b.forEach((y, k) => { sum[i + k]! += x * y; }));
      return sum;
    };
    const two = spread(uniform, uniform);
    const four = spread(two, two);
    for (const alpha of [1.01, 2, 3]) {
      // Where the other is zero or nearly, a probability that goes with the fourth power of the shift over the width is left out.
      const moments = four.reduce((sum, p, i) => (i < 8 * shift || i > four.length - 8 * shift ? sum : sum + p ** alpha * four[i - shift]! ** (1 - alpha)), 0);
      const mass = four.reduce((sum, p, i) => (i < 8 * shift || i > four.length - 8 * shift ? sum : sum + p), 0);
      expect(Math.log(moments / mass) / (alpha - 1)).toBeLessThan(2.5 * alpha * (shift / width) ** 2);
    }
  });
});
