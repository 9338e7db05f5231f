import { describe, expect, test } from "@jest/globals";
import { lossesOfSampledGaussian } from "../../src/budget/mechanisms.js";
import { composed, deltaOf, epsilonOfLosses } from "../../src/budget/privacy-loss.js";

const relative = (value: number, golden: number): number => Math.abs(value / golden - 1);

describe("privacy loss distributions of many steps", () => {
  // Recomputed with Google's dp-accounting; those with q = 1 agree with the analytic Gaussian. The last two are the lower and upper bounds that Microsoft's
  // prv-accountant proves, with an error of 0.01 in ε.
  test.each([
    [0.04, 1.5, 2250, 1e-5, 6.768787, 6.758431, 6.779132], [256 / 60_000, 1.1, 14_062, 1e-5, 2.381686, 2.371456, 2.391744],
    [0.01, 1, 1000, 1e-5, 1.828244, 1.818108, 1.838372], [0.01, 1, 10_000, 1e-5, 6.187745, 6.177388, 6.198044], [0.01, 4, 10_000, 1e-5, 0.946999, 0.936809, 0.956936],
    [0.001, 0.8, 10_000, 1e-6, 0.947324, 0.937121, 0.95728], [0.001, 1, 20_000, 1e-6, 0.793974, 0, Infinity], [0.1, 2, 100, 1e-5, 2.3374, 2.327249, 2.347556],
    [0.02, 1.3, 5000, 1e-6, 6.611863, 6.601562, 6.622129], [0.005, 0.6, 2000, 1e-7, 7.344732, 7.334301, 7.355155], [0.5, 3, 50, 1e-6, 6.294259, 0, Infinity],
    [1, 10, 100, 1e-6, 4.886554117, 0, Infinity], [1, 5, 20, 1e-5, 3.848610283, 0, Infinity], [1, 1, 1, 1e-5, 4.377178096, 0, Infinity],
  ])("q = %d, σ = %d, %d steps, δ = %d: ε = %d to 1e-6, and between %d and %d", (q, sigma, steps, delta, golden, lower, upper) => {
    const epsilon = epsilonOfLosses(lossesOfSampledGaussian({ q, sigma }).map((loss) => composed(loss, steps)), delta);
    expect(relative(epsilon, golden)).toBeLessThan(1e-6);
    expect(epsilon).toBeGreaterThan(lower);
    expect(epsilon).toBeLessThan(upper);
  });

  test.each([[6.777395712150674, 1.5, 2250, 0.02], [8, 1.34765625, 2250, 0.03], [8, 1.2915, 2000, 0.03]])("Opacus's published ε = %d of its PRV account at σ = %d and %d steps, an upper bound, lies at most a little above", (golden, sigma, steps, above) => {
    const epsilon = epsilonOfLosses(lossesOfSampledGaussian({ q: 0.04, sigma }).map((loss) => composed(loss, steps)), 1e-5);
    expect(epsilon).toBeLessThan(golden);
    expect(epsilon).toBeGreaterThan(golden - above);
  });

  test("the published δ of dp-accounting's own tests", () => {
    const deltaAt = (q: number, sigma: number, steps: number, epsilon: number): number => Math.max(...lossesOfSampledGaussian({ q, sigma }).map((loss) => deltaOf(composed(loss, steps), epsilon)));
    expect(deltaAt(0.2, 0.5, 3, 1)).toBeCloseTo(0.15594, 4);
    expect(deltaAt(1, Math.sqrt(3), 3, 1)).toBeCloseTo(0.126936, 5);
  });
});
