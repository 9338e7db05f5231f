import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { UNITS } from "../../../src/training/trees/quantise.js";
import type { Column } from "../../../src/training/trees/space.js";
import { bestSplit, isPossible, leafValue, splitTermsOf, type SplitTerms, type Sums } from "../../../src/training/trees/split.js";
import { CLAUSE } from "./made-up.js";

type Pair = readonly [g: number, h: number];
const TERMS: SplitTerms = { lambda: 3, gamma: 0, childWeightMin: 5 };
const numeric = (feature: number, first: number, thresholds: readonly number[], missing = false): Column =>
  ({ feature, first, slots: thresholds.length + (missing ? 1 : 0), space: { kind: "numeric", thresholds, missing } });
const words = (feature: number, first: number, kept: readonly number[]): Column => ({ feature, first, slots: kept.length, space: { kind: "categorical", kept } });
const sumOf = (pairs: readonly Pair[]): Sums => pairs.reduce(({ g, h }, [addG, addH]) => ({ g: g + addG, h: h + addH }), { g: 0, h: 0 });
const flat = (...columns: readonly (readonly Pair[])[]) => Float64Array.from(columns.flat(2));

/** Every split written out, in the order that decides between equal ones, and its gain as an exact fraction. */
function allSplits(histogram: Float64Array, sums: Sums, columns: readonly Column[], { lambda, childWeightMin }: SplitTerms) {
  const pairs = (column: Column) => Array.from({ length: column.slots }, (_, i): Pair => [histogram[2 * (column.first + i)]!, histogram[2 * (column.first + i) + 1]!]);
  const candidates = columns.flatMap((column) => {
    const { space, feature } = column;
    if (space.kind === "categorical") {
      return pairs(column).map(([g, h], i) => ({ feature, value: space.kept[i]!, missingRight: false, left: { g: sums.g - g, h: sums.h - h } }));
    }
    const missing = space.missing ? sumOf(pairs(column).slice(-1)) : { g: 0, h: 0 };
    return space.thresholds.flatMap((value, i) => [false, true].map((missingRight) => {
      const below = sumOf(pairs(column).slice(0, i));
      return { feature, value, missingRight, left: missingRight ? below : { g: below.g + missing.g, h: below.h + missing.h } };
    }));
  });
  const square = (g: number) => BigInt(g) ** 2n;
  return candidates.filter(({ left }) => left.h >= childWeightMin && sums.h - left.h >= childWeightMin).map((candidate) => {
    const [a, b] = [BigInt(candidate.left.h + lambda), BigInt(sums.h - candidate.left.h + lambda)];
    return { ...candidate, over: square(candidate.left.g) * b + square(sums.g - candidate.left.g) * a, under: a * b };
  });
}

function bruteForce(histogram: Float64Array, sums: Sums, columns: readonly Column[], terms: SplitTerms) {
  const all = allSplits(histogram, sums, columns, terms);
  const best = all.find((one) => all.every((other) => one.over * other.under >= other.over * one.under));
  if (best === undefined) return null;
  const whole = BigInt(sums.h + terms.lambda);
  const gained = best.over * whole - BigInt(sums.g) ** 2n * best.under;
  if (!(gained > 0n && gained >= BigInt(terms.gamma) * whole * best.under)) return null;
  return { feature: best.feature, value: best.value, missingRight: best.missingRight };
}

describe("the best split", () => {
  // Few values, so that ties, empty bins and sides that are too light are common; and large ones, where doubles cannot tell fractions apart.
  const small = fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: 0, max: 6 }));
  const large = fc.tuple(fc.integer({ min: 2 ** 46, max: 2 ** 46 + 3 }), fc.integer({ min: 2 ** 44, max: 2 ** 44 + 2 }));
  test.each([["small sums", small], ["sums near 2^48", large]] as const)("is the one that exact fractions say, of equal ones the first: %s", (_, pair) => {
    const bins = fc.array(pair, { minLength: 5, maxLength: 5 });
    fc.assert(fc.property(bins, bins, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 4 }), (a, b, lambda, gamma) => {
      const sums = sumOf(a);
      // The second column holds the same rows otherwise: its last bin is what the others leave.
      const rest = sumOf(b.slice(0, 4));
      const second: Pair[] = [...b.slice(0, 4), [sums.g - rest.g, sums.h - rest.h]];
      const columns = [numeric(1, 0, [10, 20, 30, 40], true), numeric(4, 5, [1, 2, 3, 4, 5]), words(6, 10, [0, 2, 3])];
      const histogram = flat(a, second, a.slice(0, 3));
      const terms = { ...TERMS, lambda, gamma };
      const found = bestSplit(histogram, sums, columns, terms);
      const want = sums.h >= 10 ? bruteForce(histogram, sums, columns, terms) : null;
      expect(found === null ? null : { feature: found.feature, value: found.value, missingRight: found.missingRight }).toEqual(want);
      if (found !== null) expect({ g: found.left.g + found.right.g, h: found.left.h + found.right.h }).toEqual(sums);
    }), { numRuns: 400 });
  });

  const pairs: readonly Pair[] = [[-40, 20], [30, 20], [10, 20]];
  const columns = [numeric(2, 0, [0, 7, 9])];
  test("sends what lies below the threshold left", () => {
    expect(bestSplit(flat(pairs), sumOf(pairs), columns, TERMS)).toEqual({
      feature: 2, value: 7, missingRight: false, left: { g: -40, h: 20 }, right: { g: 40, h: 40 },
    });
  });

  test("is none where a side would be too light, at the bound and beyond it", () => {
    expect(bestSplit(flat(pairs), sumOf(pairs), columns, { ...TERMS, childWeightMin: 20 })).not.toBeNull();
    expect(bestSplit(flat(pairs), sumOf(pairs), columns, { ...TERMS, childWeightMin: 21 })).toBeNull();
  });

  test("is none where it gains less than gamma", () => {
    // 1600/23 + 1600/43 − 0 is 106.77: whole numbers on either side of it.
    expect(bestSplit(flat(pairs), sumOf(pairs), columns, { ...TERMS, gamma: 106 })).not.toBeNull();
    expect(bestSplit(flat(pairs), sumOf(pairs), columns, { ...TERMS, gamma: 107 })).toBeNull();
  });

  test("is none where all rows are alike", () => {
    const alike: readonly Pair[] = [[8, 16], [4, 8], [12, 24]];
    expect(bestSplit(flat(alike), sumOf(alike), columns, { ...TERMS, lambda: 0 })).toBeNull();
  });

  test("sends missing values where they gain more, and alone to the left if they differ from all others", () => {
    const column = [numeric(3, 0, [0, 7], true)];
    const found = (...bins: readonly Pair[]) => bestSplit(flat(bins), sumOf(bins), column, TERMS);
    expect(found([-40, 20], [40, 20], [30, 20])).toMatchObject({ value: 7, missingRight: true });
    expect(found([-40, 20], [40, 20], [-30, 20])).toMatchObject({ value: 7, missingRight: false });
    expect(found([-40, 20], [-40, 20], [80, 20])).toMatchObject({ value: 0, missingRight: false, left: { g: 80, h: 20 } });
  });
});

test("a leaf is minus the learning rate times G ÷ (H + λ), as a 32-bit float", () => {
  const value = leafValue({ g: -30 * UNITS, h: 8.5 * UNITS }, { ...CLAUSE, learningRate: 0.1, lambda: 1.5 });
  expect(value).toBe(Math.fround(0.3));
  expect(Object.is(leafValue({ g: 0, h: UNITS }, CLAUSE), 0)).toBe(true);
});

test("the charter's rules count in the same units as the sums", () => {
  expect(splitTermsOf({ ...CLAUSE, lambda: 1.5, gamma: 0.25, childWeightMin: 2.5 })).toEqual({ lambda: 1.5 * UNITS, gamma: 0.25 * UNITS, childWeightMin: 2.5 * UNITS });
});

describe("a histogram", () => {
  const columns = [numeric(1, 0, [0, 5]), words(2, 2, [1])];
  test.each([
    { what: "adds up in every numeric column", bins: [[3, 4], [5, 6], [1, 2]], possible: true },
    { what: "lacks a gradient", bins: [[3, 4], [4, 6], [1, 2]], possible: false },
    { what: "lacks a hessian", bins: [[3, 4], [5, 5], [1, 2]], possible: false },
    { what: "has a weight below nothing", bins: [[3, 11], [5, -1], [1, 2]], possible: false },
    { what: "has a category with more than all rows", bins: [[3, 4], [5, 6], [1, 11]], possible: false },
    { what: "is not a number", bins: [[3, 4], [5, NaN], [1, 2]], possible: false },
  ] as const)("that $what is possible: $possible", ({ bins, possible }) => {
    expect(isPossible(flat(bins), { g: 8, h: 10 }, columns)).toBe(possible);
  });
});
