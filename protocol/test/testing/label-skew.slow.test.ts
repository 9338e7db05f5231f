import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { dirichlet, labelSkewed } from "../../src/testing/label-skew.js";
import { Repeatable } from "../../src/training/network/random.js";

const LABELS = Uint8Array.from({ length: 4_000 }, (_, row) => (row % 9 === 0 ? 1 : 0));
const positives = (rows: Uint32Array) => rows.reduce((sum, row) => sum + (LABELS[row] ?? 0), 0) / rows.length;

describe("Dirichlet shares", () => {
  test("add up to 1 and are on average equal, with the variance the distribution has", () => {
    const random = Repeatable.of("shares");
    const draws = Array.from({ length: 4_000 }, () => dirichlet(4, 0.5, random));
    for (const draw of draws) expect(draw.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    const first = draws.map(([share = NaN]) => share);
    const mean = first.reduce((sum, share) => sum + share, 0) / first.length;
    const variance = first.reduce((sum, share) => sum + (share - mean) ** 2, 0) / first.length;
    expect(mean).toBeCloseTo(1 / 4, 1);
    // α₁(α₀ − α₁) / (α₀²(α₀ + 1)) with α₁ = 0.5 and α₀ = 2.
    expect(variance).toBeCloseTo(0.75 / 12, 2);
  });
});

describe("rows dealt out by label", () => {
  test("go to one party each, the same way for the same seed", () => {
    fc.assert(fc.property(fc.constantFrom(0.2, 1, 50), fc.integer({ min: 0, max: 1_000 }), (alpha, seed) => {
      const skew = { parties: 3, alpha, seed, rowsMin: 20 };
      const dealt = labelSkewed(LABELS, skew);
      expect([...dealt.flatMap((rows) => [...rows])].sort((a, b) => a - b)).toEqual(Array.from(LABELS, (_, row) => row));
      expect(dealt.every(({ length }) => length >= 20)).toBe(true);
      expect(labelSkewed(LABELS, skew)).toEqual(dealt);
    }), { numRuns: 15 });
  });

  test("differ the more, the smaller α is", () => {
    const spread = (alpha: number) => {
      const shares = [1, 2, 3, 4, 5].flatMap((seed) => {
        const own = labelSkewed(LABELS, { parties: 5, alpha, seed, rowsMin: 30 }).map(positives);
        return Math.max(...own) - Math.min(...own);
      });
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    };
    expect(spread(100)).toBeLessThan(0.1);
    expect(spread(1)).toBeGreaterThan(2 * spread(100));
    expect(spread(0.1)).toBeGreaterThan(spread(1));
  });

  test("that cannot give each party enough are an error", () => {
    expect(() => labelSkewed(LABELS, { parties: 5, alpha: 1, seed: 1, rowsMin: 801 })).toThrow(RangeError);
  });
});
