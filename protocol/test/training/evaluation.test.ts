import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { binOf, evaluate, evaluationJson, packHistogram, ROC_POINTS_MAX, unpackHistogram, type Evaluation, type ScoreHistogram } from "../../src/training/evaluation.js";

function histogram(positives: readonly number[], negatives: readonly number[]): ScoreHistogram {
  const rows = [...positives, ...negatives].reduce((sum, count) => sum + count, 0);
  return { rows, positives: Float64Array.from(positives), negatives: Float64Array.from(negatives) };
}

function evaluated(given: ScoreHistogram): Evaluation {
  const result = evaluate(given);
  if (result.kind !== "evaluated") throw new Error(`unusable: ${result.because}`);
  return result;
}

test("bins are uniform in the logit over [-16, 16], and clip beyond", () => {
  expect([-17, -16, -14.01, -0.01, 0, 15.99, 16, Number.POSITIVE_INFINITY].map((logit) => binOf(logit, 16))).toEqual([0, 0, 0, 7, 8, 15, 15, 15]);
  expect(() => binOf(Number.NaN, 16)).toThrow(RangeError);
});

test("perfect, reversed and useless rankings have areas 1, 0 and a half", () => {
  expect(evaluated(histogram([0, 0, 5, 2], [3, 4, 0, 0]))).toMatchObject({ auc: 1, ks: 1 });
  expect(evaluated(histogram([3, 4, 0, 0], [0, 0, 5, 2]))).toMatchObject({ auc: 0, ks: 1 });
  expect(evaluated(histogram([2, 4, 6, 8], [3, 6, 9, 12])).auc).toBeCloseTo(0.5, 12);
});

test("ties within a bin count half", () => {
  // The 2 positives of bin 0 tie with 4 negatives; the 3 of bin 1 beat those 4 and tie with 6: (2·2 + 3·(4 + 3)) / (5·10).
  expect(evaluated(histogram([2, 3], [4, 6])).auc).toBeCloseTo(0.5, 12);
  // (1·2.5 + 4·(5 + 1.5)) / (5·8)
  expect(evaluated(histogram([1, 4], [5, 3])).auc).toBeCloseTo(28.5 / 40, 12);
});

test("the Kolmogorov–Smirnov distance is the widest gap between the two distributions", () => {
  // Below bin 1: 1/5 of the positives, 5/8 of the negatives.
  expect(evaluated(histogram([1, 4], [5, 3])).ks).toBeCloseTo(5 / 8 - 1 / 5, 12);
});

test("deciles start at the highest scores", () => {
  // 100 rows in ten bins of ten; the top bin holds 8 of the 20 positives.
  const { deciles } = evaluated(histogram([0, 0, 1, 1, 1, 1, 2, 2, 4, 8], [10, 10, 9, 9, 9, 9, 8, 8, 6, 2]));
  expect(deciles[0]).toMatchObject({ rows: 10, positives: 8, observed: 0.8 });
  expect(deciles[0]?.lift).toBeCloseTo(4, 12);
  expect(deciles.map(({ gain }) => Math.round(gain * 20))).toEqual([8, 12, 14, 16, 17, 18, 19, 20, 20, 20]);
});

test("a bin across a decile's border is shared out in proportion", () => {
  // One bin of 30 rows with 6 positives over one of 70 with 7: each top decile takes a third.
  const { deciles } = evaluated(histogram([7, 6], [63, 24]));
  expect(deciles.slice(0, 4).map(({ positives }) => Math.round(positives * 1e9) / 1e9)).toEqual([2, 2, 2, 1]);
});

test("a model whose bins hold what they promise is calibrated", () => {
  // Four bins; the inner two are centred at logits -4 and 4: probabilities 0.01799 and 0.98201.
  const calibrated = evaluated(histogram([0, 18, 982, 0], [0, 982, 18, 0]));
  expect(calibrated.calibrationError).toBeLessThan(1e-4);
  expect(calibrated.deciles[0]?.meanPredicted).toBeCloseTo(1 / (1 + Math.exp(-4)), 12);
  const reversed = evaluated(histogram([0, 982, 18, 0], [0, 18, 982, 0]));
  expect(reversed.calibrationError).toBeCloseTo(0.964, 3);
});

const COUNTS = fc.array(fc.nat(40), { minLength: 8, maxLength: 8 });

test("the area agrees with counting every pair", () => {
  fc.assert(fc.property(COUNTS, COUNTS, (positives, negatives) => {
    fc.pre(positives.some((count) => count > 0) && negatives.some((count) => count > 0));
    let wins = 0;
    positives.forEach((hits, i) => negatives.forEach((others, j) => { wins += hits * others * (i > j ? 1 : i === j ? 0.5 : 0); }));
    const pairs = positives.reduce((a, b) => a + b, 0) * negatives.reduce((a, b) => a + b, 0);
    expect(evaluated(histogram(positives, negatives)).auc).toBeCloseTo(wins / pairs, 12);
  }));
});

test("gains never fall, end at all positives, and deciles hold a tenth each", () => {
  fc.assert(fc.property(COUNTS, COUNTS, (positives, negatives) => {
    fc.pre(positives.some((count) => count > 0) && negatives.some((count) => count > 0));
    const { deciles, rows } = evaluated(histogram(positives, negatives));
    deciles.reduce((before, { gain }) => { expect(gain).toBeGreaterThanOrEqual(before); return gain; }, 0);
    expect(deciles[9]?.gain).toBeCloseTo(1, 9);
    for (const decile of deciles) expect(decile.rows).toBeCloseTo(rows / 10, 9);
  }));
});

test("where higher scores are surer, lift falls from decile to decile", () => {
  const positives = Array.from({ length: 40 }, (_, bin) => bin + 1);
  const { deciles } = evaluated(histogram(positives, positives.map((count) => 50 - count)));
  deciles.reduce((before, { lift }) => { expect(lift).toBeLessThan(before); return lift; }, Number.POSITIVE_INFINITY);
});

test.each([
  { what: "no positives", given: histogram([0, 0], [3, 4]), because: "one-class" },
  { what: "no negatives", given: histogram([3, 4], [0, 0]), because: "one-class" },
  { what: "a negative count", given: { ...histogram([3, 4], [5, -2]), rows: 10 }, because: "impossible-counts" },
  { what: "counts that miss a row", given: { ...histogram([3, 4], [5, 2]), rows: 15 }, because: "impossible-counts" },
])("$what cannot be evaluated", ({ given, because }) => {
  expect(evaluate(given)).toEqual({ kind: "unusable", because });
});

test("what is packed can be read back, after the guard", () => {
  const packed = packHistogram(histogram([3, 4], [5, 2]));
  expect([...packed]).toEqual([1, 14, 3, 4, 5, 2]);
  expect(unpackHistogram(packed, 2)).toEqual(histogram([3, 4], [5, 2]));
  expect(() => unpackHistogram(packed, 3)).toThrow(RangeError);
});

test.each([1.5e-3, 1.8e-4, 2.4e-5])("a base rate of %d is judged as well as a common one", (base) => {
  // Scores of the negatives around the base rate's logit, those of the positives one deviation above: the area is that of two normal curves, 0.760.
  const centre = Math.log(base / (1 - base));
  const bins = 1_024;
  const [positives, negatives] = [new Float64Array(bins), new Float64Array(bins)];
  for (let step = 0; step < 4_000; step++) {
    // The quantiles of a normal curve by their logistic approximation, which is near enough on both sides.
    const share = (step + 0.5) / 4_000;
    const deviation = Math.log(share / (1 - share)) / 1.702;
    const [of, against] = [binOf(centre + deviation + 1, bins), binOf(centre + deviation, bins)];
    positives[of] = (positives[of] ?? 0) + 1;
    negatives[against] = (negatives[against] ?? 0) + 1;
  }
  const judged = evaluated({ rows: 8_000, positives, negatives });
  expect(Math.abs(judged.auc - 0.757)).toBeLessThan(0.01);
  expect(judged.edgeShare).toBeLessThan(0.01);
});

test("scores beyond the last bins are counted as such, for the class that has more of them", () => {
  expect(evaluated(histogram([3, 4, 3], [0, 9, 1])).edgeShare).toBeCloseTo(0.6, 12);
});

test("the ROC curve runs from corner to corner, never falls, and has at most 101 points", () => {
  const many = Array.from({ length: 4_096 }, (_, bin) => [bin % 3, (4_096 - bin) % 5] as const);
  const { roc } = evaluated(histogram(many.map(([p]) => p), many.map(([, n]) => n)));
  expect([roc[0], roc.at(-1)]).toEqual([{ falsePositives: 0, truePositives: 0 }, { falsePositives: 1, truePositives: 1 }]);
  expect(roc.length).toBeGreaterThan(95);
  expect(roc.length).toBeLessThanOrEqual(ROC_POINTS_MAX);
  expect(roc.every((point, i) => i === 0 || (point.falsePositives >= (roc[i - 1]?.falsePositives ?? 2) && point.truePositives >= (roc[i - 1]?.truePositives ?? 2)))).toBe(true);
});

test("the curve's own area is close to the area, which loses little by the thinning", () => {
  const bins = Array.from({ length: 2_000 }, (_, bin) => [Math.floor(bin / 200), Math.floor((2_000 - bin) / 100)] as const);
  const { roc, auc } = evaluated(histogram(bins.map(([p]) => p), bins.map(([, n]) => n)));
  const area = roc.reduce((sum, point, i) => {
    const before = roc[i - 1] ?? point;
    return sum + ((point.truePositives + before.truePositives) / 2) * (point.falsePositives - before.falsePositives);
  }, 0);
  expect(Math.abs(area - auc)).toBeLessThan(1e-3);
});

test("every number of a report lies within its interval", () => {
  const { auc, aucInterval, ks, ksInterval, deciles } = evaluated(histogram([0, 0, 1, 1, 1, 1, 2, 2, 4, 8], [10, 10, 9, 9, 9, 9, 8, 8, 6, 2]));
  const inside = (value: number, { low, high }: { readonly low: number; readonly high: number }) => low <= value && value <= high;
  expect([inside(auc, aucInterval), inside(ks, ksInterval)]).toEqual([true, true]);
  for (const { observed, observedInterval, lift, liftInterval, gain, gainInterval } of deciles) {
    expect([inside(observed, observedInterval), inside(lift, liftInterval), inside(gain, gainInterval)]).toEqual([true, true, true]);
  }
});

test("an evaluation as JSON is itself", () => {
  const judged = evaluated(histogram([1, 4], [5, 3]));
  expect(evaluationJson(judged)).toEqual(judged);
});
