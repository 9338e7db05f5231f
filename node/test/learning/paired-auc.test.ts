import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { aucInterval } from "@cohortium/protocol/training/intervals";
import { aucExact } from "../../src/learning/exact-auc.js";
import { pairedAuc } from "../../src/learning/paired-auc.js";

const rows = fc.array(fc.record({ a: fc.nat(5), b: fc.nat(5), y: fc.nat(1) }), { minLength: 6, maxLength: 30 })
  .filter((made) => made.filter(({ y }) => y === 1).length >= 2 && made.filter(({ y }) => y === 0).length >= 2);

test("areas and the interval of their difference are those of the definition, which compares every pair", () => fc.assert(fc.property(rows, (made) => {
  const [a, b, y] = [Float64Array.from(made, (row) => row.a), Float64Array.from(made, (row) => row.b), Uint8Array.from(made, (row) => row.y)];
  const { first, firstInterval, second, secondInterval, gain, gainInterval } = pairedAuc(a, b, y);
  expect(first).toBeCloseTo(aucExact(a, y), 12);
  expect(second).toBeCloseTo(aucExact(b, y), 12);
  expect(gain).toBeCloseTo(second - first, 12);
  // Each area's own interval is that of scores in bins fine enough that every score has one.
  for (const [scores, area, { low, high }] of [[a, first, firstInterval], [b, second, secondInterval]] as const) {
    const inBins = (label: number) => Float64Array.from({ length: 6 }, (_, bin) => scores.filter((score, row) => score === bin && y[row] === label).length);
    const binned = aucInterval({ positives: inBins(1), negatives: inBins(0) }, area);
    expect([low, high]).toEqual([expect.closeTo(binned.low, 12), expect.closeTo(binned.high, 12)]);
    expect(low <= area && area <= high).toBe(true);
  }

  const positives = made.filter((row) => row.y === 1);
  const negatives = made.filter((row) => row.y === 0);
  const wins = (p: number, n: number) => (p > n ? 1 : p === n ? 0.5 : 0);
  const differs = (p: typeof positives[number], n: typeof positives[number]) => wins(p.b, n.b) - wins(p.a, n.a);
  const ofPositives = positives.map((p) => mean(negatives.map((n) => differs(p, n))));
  const ofNegatives = negatives.map((n) => mean(positives.map((p) => differs(p, n))));
  const deviation = Math.sqrt(sampleVariance(ofPositives) / positives.length + sampleVariance(ofNegatives) / negatives.length);
  expect((gainInterval.high - gainInterval.low) / 2).toBeLessThanOrEqual(1.96 * deviation + 1e-9);
  expect(gainInterval.low).toBeCloseTo(Math.max(-1, gain - 1.959963984540054 * deviation), 10);
})));

test("a model compared with itself gains nothing, for certain", () => {
  const scores = Float64Array.of(0.1, 0.4, 0.35, 0.8);
  expect(pairedAuc(scores, scores, Uint8Array.of(0, 0, 1, 1))).toMatchObject({ first: 0.75, second: 0.75, gain: 0, gainInterval: { low: 0, high: 0 } });
});

test("with one positive the areas and the gain could be anything", () => {
  const everything = { low: 0, high: 1 };
  expect(pairedAuc(Float64Array.of(1, 2, 3), Float64Array.of(3, 2, 1), Uint8Array.of(0, 0, 1)))
    .toMatchObject({ firstInterval: everything, secondInterval: everything, gainInterval: { low: -1, high: 1 } });
});

test("there is one score of each model per label", () => {
  expect(() => pairedAuc(Float64Array.of(1), Float64Array.of(1, 2), Uint8Array.of(0, 1))).toThrow(RangeError);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sampleVariance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}
