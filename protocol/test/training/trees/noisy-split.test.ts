import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { packNoisyLevel, unpackNoisyLevel, type NoisyNode } from "../../../src/training/trees/noisy-level.js";
import { noisyLevelQuestion } from "../../../src/training/trees/noisy-progress.js";
import { bestNoisySplit, noisyLeafValue } from "../../../src/training/trees/noisy-split.js";
import { UNITS } from "../../../src/training/trees/quantise.js";
import type { Column } from "../../../src/training/trees/space.js";
import { bestSplit, leafValue, splitTermsOf } from "../../../src/training/trees/split.js";
import type { Split } from "../../../src/training/trees/tree.js";
import { CLAUSE } from "./made-up.js";

const NUMERIC: Column = { feature: 1, first: 0, slots: 5, space: { kind: "numeric", thresholds: [10, 20, 30, 40], missing: true } };
const WORDS: Column = { feature: 6, first: 5, slots: 3, space: { kind: "categorical", kept: [0, 2, 3] } };
const COLUMNS = [NUMERIC, WORDS];
const TERMS = { ...CLAUSE, lambda: 0, gamma: 0, childWeightMin: 5 };
const NO_NOISE = { g: 0, h: 0 };

type Pair = readonly [g: number, h: number];
const sum = (pairs: readonly Pair[], place: 0 | 1) => pairs.reduce((total, pair) => total + pair[place], 0);
const node = (numbers: readonly Pair[], words: readonly Pair[], total?: Pair): NoisyNode => ({
  total: { g: total?.[0] ?? sum(numbers, 0), h: total?.[1] ?? sum(numbers, 1) },
  g: Float64Array.from([...numbers, ...words], ([g]) => g), h: Float64Array.from([...numbers, ...words], ([, h]) => h),
});

type Where = Pick<Split, "feature" | "value" | "missingRight">;

/** XGBoost's gain of a split without penalty, from the bins on its sides. */
function gainAt({ feature, value, missingRight }: Where, numbers: readonly Pair[], words: readonly Pair[]): number {
  const [thresholds, kept] = [[10, 20, 30, 40], [0, 2, 3]];
  const [g, h] = [sum(numbers, 0), sum(numbers, 1)];
  const word = words[kept.indexOf(value)] ?? [0, 0];
  const side = feature === 6 ? [word] : [...numbers.slice(0, thresholds.indexOf(value)), ...(missingRight ? [] : numbers.slice(-1))];
  const [a, b] = [sum(side, 0), sum(side, 1)];
  return (a * a) / b + ((g - a) * (g - a)) / (h - b) - (g * g) / h;
}

describe("a split by noisy sums", () => {
  const pairs = (length: number) => fc.array(fc.tuple(fc.double({ min: -40, max: 40, noNaN: true }), fc.double({ min: 4, max: 30, noNaN: true })), { minLength: length, maxLength: length });

  test("gains what the exact one does where there is no noise and no penalty", () => {
    fc.assert(fc.property(pairs(5), pairs(3), (raw, words) => {
      // Whole units, as rows have them, so that both rules see the same numbers.
      const whole = (list: readonly Pair[]) => list.map(([g, h]): Pair => [Math.round(g * UNITS), Math.round(h * UNITS)]);
      const [numbers, kept] = [whole(raw), whole(words).map(([g, h]): Pair => [g, Math.floor(h / 4)])];
      const exact = bestSplit(Float64Array.from([...numbers, ...kept].flat()), { g: sum(numbers, 0), h: sum(numbers, 1) }, COLUMNS, splitTermsOf(TERMS));
      const real = (list: readonly Pair[]) => list.map(([g, h]): Pair => [g / UNITS, h / UNITS]);
      const noisy = bestNoisySplit(node(real(numbers), real(kept)), COLUMNS, NO_NOISE, TERMS);
      // Of splits that gain the same in exact fractions, doubles may see any first.
      const gain = (split: Where | null) => (split === null ? 0 : gainAt(split, real(numbers), real(kept)));
      expect(Math.abs(gain(noisy) - gain(exact))).toBeLessThanOrEqual(1e-9 * (1 + gain(exact)));
    }), { numRuns: 300 });
  });

  const told: readonly Pair[] = [[-30, 25], [-25, 25], [30, 25], [25, 25], [0, 25]];
  const silent: readonly Pair[] = [[0, 8], [0, 8], [0, 8]];

  test("is none where the noise is as large as what it tells, and the same one where it is small", () => {
    const best = (g: number) => bestNoisySplit(node(told, silent), COLUMNS, { g, h: 0.1 }, TERMS);
    expect(best(0)).toMatchObject({ feature: 1, value: 30 });
    expect(best(5)).toEqual(best(0));
    expect(best(200)).toBeNull();
  });

  test.each([[20, 60], [40, 40], [70, 10]])("of sides that weigh %d and %d is believed from just that deviation on which its numbers have together", (left, right) => {
    const column: Column = { feature: 1, first: 0, slots: 2, space: { kind: "numeric", thresholds: [10, 20], missing: false } };
    const share = left / (left + right);
    // What z adds up of the two bins and of the node's own sum, each with noise of its own, once they are brought to agree.
    const factors = [1 - 1 / 3 - share / 3, -1 / 3 - share / 3, 1 / 3 - (2 * share) / 3];
    const deviation = Math.sqrt(factors.reduce((sum, factor) => sum + factor * factor, 0));
    const told = Math.abs(-20 - share * (-20 + 5));
    const best = (g: number) => bestNoisySplit(node([[-20, left], [5, right]], []), [column], { g, h: 0 }, TERMS);
    expect([best((told / deviation) * 0.999) === null, best((told / deviation) * 1.001) === null]).toEqual([false, true]);
  });

  test("leaves either side so much weight that noise cannot have made it", () => {
    const light: readonly Pair[] = [[-30, 7], [0, 40], [0, 40], [0, 40], [0, 4]];
    const best = (h: number) => bestNoisySplit(node(light, silent), [NUMERIC], { g: 0.1, h }, TERMS);
    expect(best(0)).toMatchObject({ feature: 1 });
    expect(best(0)?.value).toBe(20);
    expect(best(10)?.value).not.toBe(20);
    expect(bestNoisySplit(node(light, silent), [NUMERIC], NO_NOISE, { ...TERMS, childWeightMin: 50 })).not.toBeNull();
    expect(bestNoisySplit(node(light, silent), [NUMERIC], NO_NOISE, { ...TERMS, childWeightMin: 60 })).toBeNull();
  });

  test("must gain what the charter asks", () => {
    const gains = (gamma: number) => bestNoisySplit(node(told, silent), COLUMNS, NO_NOISE, { ...TERMS, gamma }) !== null;
    expect([gains(0), gains(100), gains(1_000)]).toEqual([true, true, false]);
  });

  test("is none of impossible numbers, however they are impossible", () => {
    const bad: readonly Pair[] = told.map(([g]) => [g, -25]);
    expect(bestNoisySplit(node(bad, silent), COLUMNS, NO_NOISE, TERMS)).toBeNull();
    expect(bestNoisySplit(node(told.map(() => [Number.NaN, Number.NaN]), silent), [NUMERIC], NO_NOISE, TERMS)).toBeNull();
    expect(bestNoisySplit(node(told, silent), COLUMNS, { g: Number.NaN, h: 0 }, TERMS)).toBeNull();
  });

  test("believes bins and the node's own sum alike: what they differ by is shared", () => {
    // The same difference between the sides, said by bins that are 12 too high in all.
    const raised: readonly Pair[] = told.map(([g, h]) => [g + 12 / 5, h]);
    expect(bestNoisySplit(node(raised, silent, [0, 125]), [NUMERIC], NO_NOISE, TERMS)).toEqual(bestNoisySplit(node(told, silent), [NUMERIC], NO_NOISE, TERMS));
  });
});

describe("a leaf of noisy sums", () => {
  test("is the exact one where there is no noise", () => {
    expect(noisyLeafValue({ g: -12, h: 40 }, NO_NOISE, CLAUSE)).toBe(leafValue({ g: -12 * UNITS, h: 40 * UNITS }, CLAUSE));
  });

  test("is drawn to nothing by noise, and never explodes where the noisy weight is none", () => {
    const value = (g: number, h = 40) => Math.abs(noisyLeafValue({ g: -12, h }, { g, h: 1 }, CLAUSE));
    expect([value(1) > value(10), value(10) > value(100), value(1_000) < 1e-3]).toEqual([true, true, true]);
    expect(value(20, -500)).toBeLessThan(0.03);
    expect(Object.is(noisyLeafValue({ g: 0, h: 40 }, NO_NOISE, CLAUSE), 0)).toBe(true);
  });
});

test("noisy sums are read as they were laid out, node by node", () => {
  const question = noisyLevelQuestion([1, 2], [NUMERIC]);
  const [slopes, weights] = [Float64Array.from({ length: 12 }, (_, i) => i - 5), Float64Array.from({ length: 12 }, (_, i) => 4 * i)];
  const [, second] = unpackNoisyLevel(question, packNoisyLevel({ slopes, weights }));
  expect([second?.total, [...second?.g ?? []], [...second?.h ?? []]]).toEqual([{ g: 1, h: 6 }, [2, 3, 4, 5, 6], [7, 8, 9, 10, 11]]);
  expect(() => unpackNoisyLevel(question, new Float64Array(24))).toThrow("are not noisy sums");
});
