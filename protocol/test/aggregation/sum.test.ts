import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { applyMasks, type MaskKey } from "@cohortium/crypto/masking";
import { sha256 } from "@cohortium/crypto/hash";
import { utf8 } from "@cohortium/crypto/bytes";
import { zeroWords, type Ring, type Words } from "@cohortium/crypto/words";
import { maskKey } from "../../src/aggregation/keys.js";
import { sumStretch } from "../../src/aggregation/sum.js";

const CONTEXT = "5a".repeat(32);
const self = (i: number) => maskKey(sha256(utf8(`self ${i}`)), CONTEXT, "self");
const pair = (i: number, j: number) => maskKey(sha256(utf8(`pair ${Math.min(i, j)} ${Math.max(i, j)}`)), CONTEXT, "pair");

/** y_i = x_i + PRG(b_i) + Σ_{j>i} PRG(s_ij) − Σ_{j<i} PRG(s_ij), over all n parties. */
function masked(x: Words, i: number, n: number): Words {
  const y = x.slice();
  const peers = range(n).filter((j) => j !== i).map((j): MaskKey => ({ key: pair(i, j), sign: i < j ? 1 : -1 }));
  applyMasks(y, [{ key: self(i), sign: 1 }, ...peers], 0);
  return y;
}

/** Self masks of the survivors, and their pair masks with the dropped, signed so that they cancel. */
function revealed(survivors: readonly number[], n: number): readonly MaskKey[] {
  const dropped = range(n).filter((i) => !survivors.includes(i));
  return survivors.flatMap((i) => [{ key: self(i), sign: -1 } as const, ...dropped.map((j): MaskKey => ({ key: pair(i, j), sign: i < j ? -1 : 1 }))]);
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const plainSum = (xs: readonly Words[], ring: Ring, words: number) => {
  const sum = zeroWords(ring, words);
  for (const x of xs) x.forEach((word: number | bigint, i: number) => { sum[i] = ring === 32 ? (Number(sum[i]) + Number(word)) >>> 0 : BigInt.asUintN(64, BigInt(sum[i] ?? 0) + BigInt(word)); });
  return sum;
};

const wordsOf = (ring: Ring, length: number): fc.Arbitrary<Words> =>
  (ring === 32 ? fc.uint32Array({ minLength: length, maxLength: length }) : fc.bigUint64Array({ minLength: length, maxLength: length }));
const vectors = (ring: Ring) => fc.record({ n: fc.integer({ min: 3, max: 8 }), words: fc.integer({ min: 1, max: 40 }) }).chain(({ n, words }) => fc.record({
  n: fc.constant(n), survivors: fc.shuffledSubarray(range(n), { minLength: 1 }), xs: fc.array(wordsOf(ring, words), { minLength: n, maxLength: n }),
}));

describe.each([32, 64] as const)("over Z_2^%i", (ring) => {
  test("the sum of masked vectors less the revealed masks is the plain sum of the survivors, bit for bit", () => {
    fc.assert(fc.property(vectors(ring), ({ n, survivors, xs }) => {
      const words = xs[0]?.length ?? 0;
      const uploads = survivors.map((i) => masked(xs[i] ?? zeroWords(ring, words), i, n));
      const before = uploads.map((upload) => upload.slice());
      const sum = sumStretch(uploads, { ring, words }, revealed(survivors, n), 0);
      expect(sum).toEqual(plainSum(survivors.map((i) => xs[i] ?? zeroWords(ring, words)), ring, words));
      expect(uploads).toEqual(before);
    }), { numRuns: 60 });
  });

  test("any stretch can be added alone: it is that stretch of the whole sum", () => {
    const words = 50;
    const xs = range(4).map((i) => zeroWords(ring, words).map((_: number | bigint, k: number) => (ring === 32 ? 1000 * i + k : BigInt(1000 * i + k)) as never) as Words);
    const uploads = xs.map((x, i) => masked(x, i, 4));
    for (const [from, to] of [[0, 50], [1, 2], [7, 33], [49, 50]] as const) {
      const stretch = sumStretch(uploads.map((upload) => upload.slice(from, to)), { ring, words: to - from }, revealed(range(4), 4), from * (ring / 8));
      expect(stretch).toEqual(plainSum(xs, ring, words).slice(from, to));
    }
  });

  test("one key less, one too many or one of the wrong sign leaves noise in every word", () => {
    const xs = range(4).map(() => zeroWords(ring, 16));
    const keys = revealed([0, 1, 2], 4);
    const uploads = [0, 1, 2].map((i) => masked(xs[i] ?? zeroWords(ring, 16), i, 4));
    const flipped = keys.map((key, i): MaskKey => (i === 1 ? { ...key, sign: key.sign === 1 ? -1 : 1 } : key));
    expect(sumStretch(uploads, { ring, words: 16 }, keys, 0).every((word) => Number(word) === 0)).toBe(true);
    for (const wrong of [keys.slice(1), [...keys, ...keys.slice(0, 1)], flipped]) {
      expect(sumStretch(uploads, { ring, words: 16 }, wrong, 0).every((word) => Number(word) !== 0)).toBe(true);
    }
  });
});

test("a vector of another length or ring cannot be added", () => {
  expect(() => sumStretch([new Uint32Array(3)], { ring: 32, words: 4 }, [], 0)).toThrow(RangeError);
  expect(() => sumStretch([new Uint32Array(4)], { ring: 64, words: 4 }, [], 0)).toThrow(RangeError);
});
