import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  decodeFixed, encodeFixed, encodeStochastic, headroomFits, SCALE_BITS_MAX, scaleBitsFor, type Ring, type Segment,
} from "../src/fixed-point.js";
import { addWordsInto } from "../src/masking.js";

const RINGS: readonly Ring[] = [32, 64];

function segment(boundAbs: number, scaleBits: number, length: number): Segment {
  return { name: "gradient", length, boundAbs, scaleBits };
}

function bigWords(words: Uint32Array | BigUint64Array): bigint[] {
  return Array.from(words, BigInt);
}

describe("the scale", () => {
  test.each([
    // 3 parties, bound 5: 15 * 2^s < 2^30 leaves s = 26; five times as many bits in the wide ring, but never above 52.
    [32, 5, 3, 26], [64, 5, 3, 52], [64, 5e4, 3, 44], [32, 5e8, 2, 0], [32, 2 ** 28, 3, 0], [32, 0.3, 7, 28], [64, 1e-300, 3, 52],
  ] as const)("of Z_2^%d for |v| <= %d and %d parties has %d bits", (ring, boundAbs, parties, scaleBits) => {
    expect(scaleBitsFor(ring, boundAbs, parties)).toBe(scaleBits);
  });

  test("is the largest that keeps the exact sum of all parties below 2^(ring - 2)", () => {
    fc.assert(fc.property(
      fc.constantFrom(...RINGS), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.integer({ min: 2, max: 100 }),
      (ring, boundAbs, parties) => {
        const s = scaleBitsFor(ring, boundAbs, parties);
        const total = (scaleBits: number) => BigInt(parties) * BigInt(Math.ceil(boundAbs * 2 ** scaleBits));
        const limit = 2n ** BigInt(ring - 2);
        expect(total(s) < limit).toBe(true);
        if (s < SCALE_BITS_MAX) expect(total(s + 1) < limit).toBe(false);
        expect(headroomFits(ring, { boundAbs, scaleBits: s }, parties)).toBe(true);
      },
    ));
  });

  test("does not exist where not even whole numbers fit, nor for a bound or a number of parties that is none", () => {
    expect(() => scaleBitsFor(32, 2 ** 29, 2)).toThrow(RangeError);
    expect(scaleBitsFor(32, 2 ** 29 - 1, 2)).toBe(0);
    for (const boundAbs of [0, -3, Number.NaN, Infinity, 1e300]) expect(() => scaleBitsFor(64, boundAbs, 3)).toThrow(RangeError);
    for (const parties of [0, -2, 2.5, Number.NaN, Infinity]) expect(() => scaleBitsFor(64, 5, parties)).toThrow(RangeError);
  });

  test("fits only as a whole number of bits from 0 to 52", () => {
    for (const scaleBits of [-1, 53, 2.5, Number.NaN]) expect(headroomFits(64, { boundAbs: 3, scaleBits }, 3)).toBe(false);
    for (const scaleBits of [0, 52]) expect(headroomFits(64, { boundAbs: 3, scaleBits }, 3)).toBe(true);
  });
});

describe.each(RINGS)("in Z_2^%d", (ring) => {
  const modulus = 2n ** BigInt(ring);
  const scaleBits = ring === 32 ? 20 : 44;
  const boundAbs = 100;

  test("small numbers have the words one computes by hand", () => {
    const words = encodeFixed(Float64Array.of(3, -3, 0.75, -0.75, -0, 2.5, 3.5, -2.5), [segment(boundAbs, 2, 4), segment(boundAbs, 0, 4)], ring);
    expect(bigWords(words)).toEqual([12n, modulus - 12n, 3n, modulus - 3n, 0n, 3n, 4n, modulus - 2n]);
  });

  test("encoding is the nearest multiple of the unit, modulo 2^k, and decoding gives that multiple back exactly", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: -boundAbs, max: boundAbs, noNaN: true })), (list) => {
      const values = Float64Array.from(list);
      const segments = [segment(boundAbs, scaleBits, values.length)];
      const words = encodeFixed(values, segments, ring);
      const decoded = decodeFixed(words, segments, ring);
      list.forEach((value, i) => {
        const whole = BigInt(Math.round(value * 2 ** scaleBits));
        expect(bigWords(words)[i]).toBe((whole + modulus) % modulus);
        expect(decoded[i]).toBe(Number(whole) / 2 ** scaleBits);
        expect(Math.abs((decoded[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(2 ** -(scaleBits + 1));
      });
    }));
  });

  test("the sum of encoded extremes is the exact sum, as there is headroom", () => {
    const parties = 7;
    const segments = [segment(boundAbs, scaleBitsFor(ring, boundAbs, parties), 3)];
    const one = encodeFixed(Float64Array.of(boundAbs, -boundAbs, 0.5), segments, ring);
    const sum = encodeFixed(new Float64Array(3), segments, ring);
    for (let party = 0; party < parties; party++) addWordsInto(sum, one);
    expect(decodeFixed(sum, segments, ring)).toEqual(Float64Array.of(700, -700, 3.5));
  });

  test("decoding reads two's complement up to its ends", () => {
    const [top, bottom] = [modulus / 2n - 1n, modulus / 2n];
    const words = ring === 32 ? Uint32Array.of(Number(top), Number(bottom)) : BigUint64Array.of(top, bottom);
    expect(decodeFixed(words, [segment(5, 3, 2)], ring)).toEqual(Float64Array.of(Number(top) / 8, -Number(bottom) / 8));
  });

  test.each([Number.NaN, Infinity, -Infinity, boundAbs * (1 + 2 ** -52), -boundAbs - 1e-9])("%d is refused, wherever it stands", (bad) => {
    for (const at of [0, 1, 2]) {
      const values = Float64Array.of(3, 4, 5);
      values[at] = bad;
      expect(() => encodeFixed(values, [segment(boundAbs, scaleBits, 3)], ring)).toThrow(RangeError);
      expect(() => encodeStochastic(values, [segment(boundAbs, scaleBits, 3)], ring, new Uint8Array(24))).toThrow(RangeError);
    }
  });

  test("each segment has its own bound and scale", () => {
    const segments = [segment(2, 10, 2), { ...segment(50, 3, 1), name: "count" }];
    expect(decodeFixed(encodeFixed(Float64Array.of(2, -2, 50), segments, ring), segments, ring)).toEqual(Float64Array.of(2, -2, 50));
    expect(() => encodeFixed(Float64Array.of(2, 3, 50), segments, ring)).toThrow("segment gradient");
    expect(() => encodeFixed(Float64Array.of(2, 2, 51), segments, ring)).toThrow("segment count");
  });

  test("an error names the segment, never the value", () => {
    expect(() => encodeFixed(Float64Array.of(123.456), [segment(5, 3, 1)], ring)).toThrow(/^(?!.*123).*$/);
  });

  test("stochastic rounding goes up exactly when the random number is below the fraction", () => {
    const segments = [segment(boundAbs, 0, 1)];
    const rounded = (value: number, random: bigint) => {
      const randomBytes = new Uint8Array(8);
      new DataView(randomBytes.buffer).setBigUint64(0, random);
      return decodeFixed(encodeStochastic(Float64Array.of(value), segments, ring, randomBytes), segments, ring)[0];
    };
    // 53 of the 64 bits count: 0.25 is 2^51 of 2^53, whose bits stand as 21 high and 32 low ones.
    const below = (2n ** 51n - 1n >> 32n) << 43n | 0xffff_ffffn;
    const at = (2n ** 51n >> 32n) << 43n;
    expect([rounded(7.25, below), rounded(7.25, at), rounded(-7.75, below), rounded(-7.75, at)]).toEqual([8, 7, -7, -8]);
    expect([rounded(7, 0n), rounded(7, 2n ** 64n - 1n), rounded(7.999, 2n ** 64n - 1n), rounded(-100, 0n)]).toEqual([7, 7, 7, -100]);
  });

  test("stochastic rounding over all quarters of the random range has the value as its mean", () => {
    const segments = [segment(boundAbs, 1, 256)];
    const randomBytes = new Uint8Array(256 * 8);
    for (let i = 0; i < 256; i++) randomBytes[8 * i] = i;
    for (const value of [7.125, -7.125, 0.375, -0.375]) {
      const decoded = decodeFixed(encodeStochastic(new Float64Array(256).fill(value), segments, ring, randomBytes), segments, ring);
      expect(decoded.reduce((sum, one) => sum + one, 0) / 256).toBe(value);
    }
  });
});

test("lengths, rings and randomness must fit", () => {
  const segments = [segment(5, 3, 2)];
  expect(() => encodeFixed(new Float64Array(3), segments, 32)).toThrow(RangeError);
  expect(() => encodeFixed(new Float64Array(2), [], 32)).toThrow(RangeError);
  expect(() => encodeFixed(new Float64Array(2), [segment(5, 3, 3), segment(5, 3, -1)], 32)).toThrow(RangeError);
  expect(() => decodeFixed(new Uint32Array(3), segments, 32)).toThrow(RangeError);
  expect(() => decodeFixed(new Uint32Array(2), segments, 64)).toThrow(RangeError);
  expect(() => decodeFixed(new BigUint64Array(2), segments, 32)).toThrow(RangeError);
  for (const length of [0, 15, 17]) expect(() => encodeStochastic(new Float64Array(2), segments, 32, new Uint8Array(length))).toThrow(RangeError);
  expect(() => encodeFixed(new Float64Array(2), [segment(5, 30, 2)], 32)).toThrow("does not fit 32 bits");
});
