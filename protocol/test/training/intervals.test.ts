import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { around, aucInterval, wilson, Z_95 } from "../../src/training/intervals.js";

describe("the interval of a share", () => {
  // Newcombe 1998, table I, method 3.
  test.each([[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718]])("of %i in %i is the published one", (hits, trials, low, high) => {
    const interval = wilson(hits, trials);
    expect([interval.low, interval.high].map((bound) => Math.round(bound * 1e4) / 1e4)).toEqual([low, high]);
  });

  test("without trials is everything", () => expect(wilson(0, 0)).toEqual({ low: 0, high: 1 }));
});

describe("the interval of an area under the curve", () => {
  const counts = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 1, maxLength: 8 })
    .filter((bins) => bins.reduce((sum, [p]) => sum + p, 0) >= 2 && bins.reduce((sum, [, n]) => sum + n, 0) >= 2);

  test("is that of the definition, which compares every pair", () => fc.assert(fc.property(counts, (bins) => {
    const [positives, negatives] = [bins.flatMap(([p], bin) => Array.from({ length: p }, () => bin)), bins.flatMap(([, n], bin) => Array.from({ length: n }, () => bin))];
    const wins = (p: number, n: number) => (p > n ? 1 : p === n ? 0.5 : 0);
    const ofPositives = positives.map((p) => mean(negatives.map((n) => wins(p, n))));
    const ofNegatives = negatives.map((n) => mean(positives.map((p) => wins(p, n))));
    const auc = mean(ofPositives);
    const half = Z_95 * Math.sqrt(sampleVariance(ofPositives) / positives.length + sampleVariance(ofNegatives) / negatives.length);
    const { low, high } = aucInterval({ positives: Float64Array.from(bins, ([p]) => p), negatives: Float64Array.from(bins, ([, n]) => n) }, auc);
    expect(low).toBeCloseTo(Math.max(0, auc - half), 10);
    expect(high).toBeCloseTo(Math.min(1, auc + half), 10);
  })));

  test("of one positive is everything", () => {
    expect(aucInterval({ positives: Float64Array.of(0, 1), negatives: Float64Array.of(5, 5) }, 0.75)).toEqual({ low: 0, high: 1 });
  });

  test("holds the true area about as often as it says", () => {
    // Four bins with known shares: the true area follows from them.
    const [p, n] = [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]];
    const truth = p.reduce((sum, share, bin) => sum + share * (n.slice(0, bin).reduce((below, other) => below + other, 0) + (n[bin] ?? 0) / 2), 0);
    const dice = seeded(7);
    let held = 0;
    for (let run = 0; run < 400; run++) {
      const [positives, negatives] = [drawn(p, 60, dice), drawn(n, 200, dice)];
      const { low, high } = aucInterval({ positives, negatives }, areaOf(positives, negatives));
      if (low <= truth && truth <= high) held++;
    }
    expect(held / 400).toBeGreaterThan(0.91);
    expect(held / 400).toBeLessThan(0.985);
  });
});

test("an interval is cut to where the quantity can lie", () => {
  expect(around(0.99, 0.01, [0, 1])).toEqual({ low: 0.99 - Z_95 * 0.1, high: 1 });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sampleVariance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

function areaOf(positives: Float64Array, negatives: Float64Array): number {
  let [below, wins] = [0, 0];
  positives.forEach((count, bin) => {
    const beside = negatives[bin] ?? 0;
    wins += count * (below + beside / 2);
    below += beside;
  });
  return wins / (positives.reduce((sum, count) => sum + count, 0) * below);
}

/** A small generator with a seed (Lehmer, 2^31 − 1): good enough to draw a few thousand rows. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function drawn(shares: readonly number[], rows: number, dice: () => number): Float64Array {
  const counts = new Float64Array(shares.length);
  for (let row = 0; row < rows; row++) {
    let left = dice();
    const bin = shares.findIndex((share) => (left -= share) < 0);
    const at = bin < 0 ? shares.length - 1 : bin;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
