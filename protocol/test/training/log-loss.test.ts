import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { logarithm, logLoss, ROW_LOSS_MAX } from "../../src/training/log-loss.js";

describe("the logarithm", () => {
  // ln 2, ln 10 and ln 3/2 from the On-Line Encyclopedia of Integer Sequences: A002162, A002392, A016578.
  test.each([[2, 0.6931471805599453], [10, 2.302585092994046], [1.5, 0.4054651081081644], [0.1, -2.302585092994046], [1, 0]])("of %d is %d", (x, want) => {
    expect(Math.abs(logarithm(x) - want)).toBeLessThanOrEqual(5e-16 * Math.max(1, Math.abs(want)));
  });

  test("agrees with the engine's to a few units in the last place", () => {
    fc.assert(fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
      expect(Math.abs(logarithm(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))));
    }));
  });

  test.each([0, -2, NaN, Infinity])("refuses %d", (x) => { expect(() => logarithm(x)).toThrow(RangeError); });
});

describe("a row's loss", () => {
  test("is −ln p of its own label", () => {
    fc.assert(fc.property(fc.double({ min: -30, max: 30, noNaN: true }), fc.constantFrom(0, 1), (logit, label) => {
      const want = Math.log1p(Math.exp(label === 1 ? -logit : logit));
      expect(Math.abs(logLoss(logit, label) - want)).toBeLessThanOrEqual(2e-15 * Math.max(1, want));
    }));
  });

  test("has a bound, however wrong the model is", () => {
    expect([logLoss(-500, 1), logLoss(500, 0)]).toEqual([ROW_LOSS_MAX, ROW_LOSS_MAX]);
    expect([logLoss(500, 1), logLoss(-500, 0)].every((loss) => loss >= 0 && loss < 1e-13)).toBe(true);
  });
});
