import { describe, expect, test } from "@jest/globals";
import { deltaOfGaussian, sigmaOfGaussian } from "../../src/budget/analytic-gaussian.js";
import { epsilonOfRho, rhoOfGaussian, rhoOfPure, rhoWithin } from "../../src/budget/concentrated.js";
import { concentratedEpsilonOfParts, rdpOfSkellam } from "../../src/budget/distributed-noise.js";
import { lossesOfSampledGaussian, lossOfDiscreteGaussian, lossOfDiscreteLaplace } from "../../src/budget/mechanisms.js";
import { keepingProbabilities } from "../../src/budget/partition-selection.js";
import { composed, deltaOf, epsilonOfLosses } from "../../src/budget/privacy-loss.js";
import { epsilonOfRdp, rdpOf } from "../../src/budget/rdp.js";

const relative = (value: number, golden: number): number => Math.abs(value / golden - 1);

describe("Rényi divergence of Gaussian noise on a Poisson sample", () => {
  // Each integral to 40 digits with mpmath. The first two are also Opacus's; dp-accounting's lie above at orders that are not whole.
  test.each([
    { q: 0.5, sigma: 3, order: 4.7, golden: 0.0736660774057 },
    { q: 0.04, sigma: 1.5, order: 3.9, golden: 0.00183320219958 },
    { q: 0.01, sigma: 2.5, order: 1.5, golden: 0.00065007089718803970969411105469511 / 50 },
    { q: 0.01, sigma: 2.5, order: 2.5, golden: 0.00108541805691812425795058220218952 / 50 },
  ])("of order $order at q = $q and σ = $sigma is the exact integral to 1e-11", ({ q, sigma, order, golden }) => {
    expect(relative(rdpOf({ q, sigma }, order), golden)).toBeLessThan(1e-11);
  });

  test.each([[5, 2.18075656e-3], [50, 2.38460375e-2], [100, 1.67416308e2]])("of whole order %d is dp-accounting's published value", (order, golden) => {
    expect(relative(50 * rdpOf({ q: 0.01, sigma: 2.5 }, order), golden)).toBeLessThan(3e-9);
  });

  test.each([[1.5, 6.70579741e-4, 0.035], [2.5, 1.08548710e-3, 1e-4]])("of order %d, which is not whole, lies below dp-accounting's published value %d", (order, golden, above) => {
    const value = 50 * rdpOf({ q: 0.01, sigma: 2.5 }, order);
    expect(value).toBeLessThan(golden);
    expect(value).toBeGreaterThan(golden * (1 - above));
  });

  test("without sampling it is α/(2σ²); at q = 0 nothing is lost; near either end it is continuous", () => {
    expect(rdpOf({ q: 1, sigma: 3 }, 4)).toBe(4 / 18);
    expect(rdpOf({ q: 0, sigma: 3 }, 4)).toBe(0);
    expect(relative(rdpOf({ q: 1 - 1e-9, sigma: 3 }, 4), 4 / 18)).toBeLessThan(1e-7);
    expect(relative(rdpOf({ q: 1e-9, sigma: 3 }, 4), (4 / 2) * 1e-18 * Math.expm1(1 / 9))).toBeLessThan(1e-6);
  });

  test("is Opacus's published ε for its example", () => {
    const { epsilon, order } = epsilonOfRdp((alpha) => 2250 * rdpOf({ q: 0.04, sigma: 1.5 }, alpha), 1e-5);
    expect([Number(epsilon.toFixed(8)), order]).toEqual([7.32911117, 3.9]);
  });

  // Recomputed with Opacus at its own orders, 1.1 … 10.9 and 12 … 63.
  test.each([
    [0.04, 1.5, 2250, 1e-5, 7.329111, 3.9], [256 / 60_000, 1.1, 14_062, 1e-5, 2.596556, 8.1], [0.01, 1, 1000, 1e-5, 2.101365, 7.8], [0.01, 1, 10_000, 1e-5, 6.712738, 4.1],
    [0.01, 4, 10_000, 1e-5, 1.03549, 17], [0.001, 0.8, 10_000, 1e-6, 1.703625, 8.2], [0.001, 1, 20_000, 1e-6, 1.101579, 13], [0.1, 2, 100, 1e-5, 2.580569, 7.6],
    [0.02, 1.3, 5000, 1e-6, 7.085934, 4.6], [0.005, 0.6, 2000, 1e-7, 8.412648, 3.3], [0.5, 3, 50, 1e-6, 6.759736, 4.7], [1, 10, 100, 1e-6, 5.22154, null],
    [1, 5, 20, 1e-5, 4.161624, null], [1, 1, 1, 1e-5, 4.728507, null],
  ])("q = %d, σ = %d, %d steps, δ = %d: Opacus's ε = %d at its order %p", (q, sigma, steps, delta, golden, best) => {
    const { epsilon, order } = epsilonOfRdp((alpha) => steps * rdpOf({ q, sigma }, alpha), delta);
    expect(Math.abs(epsilon - golden)).toBeLessThan(6e-7);
    expect(order).toBe(best ?? order);
  });

  test.each([[1.416, 2250], [1.3562, 2000]])("the σ = %d that Opacus publishes for ε = 8 after %d steps spends it, to its own tolerance of 0.01", (sigma, steps) => {
    const { epsilon } = epsilonOfRdp((alpha) => steps * rdpOf({ q: 0.04, sigma }, alpha), 1e-5);
    expect(epsilon).toBeLessThanOrEqual(8);
    expect(epsilon).toBeGreaterThan(7.99);
  });

  test("numbers that mean nothing are refused", () => {
    for (const [q, sigma, order] of [[-0.1, 1, 2], [1.1, 1, 2], [Number.NaN, 1, 2], [0.1, 0, 2], [0.1, Number.NaN, 2], [0.1, 1, 1], [0.1, 1, Number.NaN]] as const) expect(() => rdpOf({ q, sigma }, order)).toThrow(RangeError);
    for (const delta of [0, 1, Number.NaN]) expect(() => epsilonOfRdp(() => 1, delta)).toThrow(RangeError);
  });
});

describe("privacy loss distributions", () => {
  // The whole table of published values is a slow test (`golden-losses`); this is its cheapest row.
  test("q = 0.1, σ = 2, 100 steps: dp-accounting's ε at δ = 1e-5, to 1e-6", () => {
    expect(relative(epsilonOfLosses(lossesOfSampledGaussian({ q: 0.1, sigma: 2 }).map((loss) => composed(loss, 100)), 1e-5), 2.3374)).toBeLessThan(1e-6);
  });

  test("discrete Laplace noise agrees with dp-accounting to 1e-6", () => {
    for (const [epsilon, times, delta, golden] of [[0.1, 100, 1e-6, 4.774568], [0.05, 1000, 1e-6, 8.283573], [0.5, 10, 1e-5, 4.998854]] as const) {
      expect(relative(epsilonOfLosses([composed(lossOfDiscreteLaplace(epsilon, 1), times)], delta), golden)).toBeLessThan(1e-6);
    }
  });

  // The loss is a straight line in the noise, so that k of them need only the k-fold sum of noise: exact to 11 digits with mpmath. dp-accounting rounds
  // every loss up, and says a little more.
  test.each([
    [1, 1, 1, 1e-5, 4.43023805528, 4.430238], [2, 1, 1, 1e-5, 2.01133982135, 2.01134], [4, 1, 10, 1e-6, 3.74592445774, 3.746424], [10, 1, 100, 1e-6, 4.88657074586, 4.887102], [3, 2, 1, 1e-6, 3.09053038313, 3.090615],
  ])("discrete Gaussian noise of σ = %d on steps of %d, %d times at δ = %d: ε is at least %d, to 1e-7, and at most dp-accounting's %d", (sigma, sensitivity, times, delta, exact, golden) => {
    const epsilon = epsilonOfLosses([composed(lossOfDiscreteGaussian(sigma, sensitivity), times)], delta);
    expect(epsilon).toBeGreaterThan(exact * (1 - 1e-11));
    expect(relative(epsilon, exact)).toBeLessThan(1e-7);
    expect(epsilon).toBeLessThan(golden + 5e-7);
  });

  test("ε and δ are inverse to each other, and no loss at all costs nothing", () => {
    const losses = lossesOfSampledGaussian({ q: 0.3, sigma: 2 }).map((loss) => composed(loss, 7));
    const epsilon = epsilonOfLosses(losses, 1e-5);
    expect(relative(Math.max(...losses.map((loss) => deltaOf(loss, epsilon))), 1e-5)).toBeLessThan(1e-9);
    expect(epsilonOfLosses([{ first: 0, mass: Float64Array.of(1), infinite: 0 }], 1e-5)).toBe(0);
    expect(epsilonOfLosses([{ first: 0, mass: Float64Array.of(0.9), infinite: 0.1 }], 1e-5)).toBe(Infinity);
  });
});

describe("concentrated privacy and closed forms", () => {
  test("ρ adds up and converts both ways", () => {
    expect(rhoOfGaussian(2, 4)).toBe(0.125);
    expect(rhoOfPure(0.5)).toBe(0.125);
    for (const epsilon of [0.1, 1, 3, 10]) expect(relative(epsilonOfRho(rhoWithin(epsilon, 1e-6), 1e-6), epsilon)).toBeLessThan(1e-9);
    expect(epsilonOfRho(rhoWithin(1, 1e-6), 1e-6)).toBeLessThanOrEqual(1);
    expect(epsilonOfRho(0, 1e-6)).toBe(0);
    for (const [rho, delta] of [[-1, 1e-6], [Number.NaN, 1e-6], [1, 0], [1, Number.NaN]] as const) expect(() => epsilonOfRho(rho, delta)).toThrow(RangeError);
    for (const epsilon of [0, -1, Number.NaN, Infinity]) expect(() => rhoWithin(epsilon, 1e-6)).toThrow(RangeError);
  });

  test.each([
    [0.1, 30.749566, 36.30469, 45.93736], [0.5, 7.031827, 8.057618, 9.863534], [1, 3.730632, 4.224679, 5.100309], [2, 1.993812, 2.230476, 2.652927], [4, 1.081162, 1.193519, 1.395583], [8, 0.600229, 0.652935, 0.748394],
  ])("the σ that ε = %d needs at δ = 1e-5, 1e-6 and 1e-8", (epsilon, ...golden) => {
    for (const [i, delta] of [1e-5, 1e-6, 1e-8].entries()) {
      expect(relative(sigmaOfGaussian(epsilon, delta), golden[i] ?? 0)).toBeLessThan(1e-6);
      expect(deltaOfGaussian(sigmaOfGaussian(epsilon, delta), epsilon)).toBeLessThanOrEqual(delta);
    }
  });

  test("a sum of discrete Gaussians, as published formulas give it", () => {
    const of = (parties: number, sigma: number, sensitivityL2: number, dimension: number): number => concentratedEpsilonOfParts({ parties, sigma, sensitivityL2, dimension });
    expect([of(10, 2, 8, 1e3), of(100, 1, 16, 1e6), of(10, 0.8, 8, 1e6), of(5, 20, 100, 1e4)].map((epsilon) => epsilon.toFixed(6))).toEqual(["1.264911", "2.147789", "25.471906", "2.236068"]);
    expect(() => of(0, 1, 1, 1)).toThrow(RangeError);
  });

  test("Skellam noise, as published formulas give it", () => {
    expect(rdpOfSkellam(2, { variance: 100, sensitivityL1: 10, sensitivityL2: 4 })).toBeCloseTo(0.1627, 12);
    expect(rdpOfSkellam(8, { variance: 400, sensitivityL1: 50, sensitivityL2: 10 })).toBeCloseTo(1.0028125, 12);
    expect(rdpOfSkellam(32, { variance: 1e4, sensitivityL1: 1000, sensitivityL2: 64 })).toBeCloseTo(6.55426012, 9);
    expect(() => rdpOfSkellam(1, { variance: 1, sensitivityL1: 1, sensitivityL2: 1 })).toThrow(RangeError);
  });

  test("categories are named with the probabilities that Google published", () => {
    const rounded = (epsilon: number, delta: number): readonly number[] => keepingProbabilities(epsilon, delta).slice(1).map((p) => Number(p.toFixed(6)));
    expect(rounded(Math.log(2), 0.1)).toEqual([0.1, 0.3, 0.7, 0.9, 1]);
    expect(rounded(Math.log(1.5), 0.1)).toEqual([0.1, 0.25, 0.475, 0.716667, 0.877778, 0.985185, 1]);
    const rare = keepingProbabilities(1, 1e-5);
    expect([rare[10]?.toFixed(8), rare.findIndex((p) => p >= 0.5), rare.findIndex((p) => p === 1)]).toEqual(["0.12818308", 12, 23]);
    expect(keepingProbabilities(0.5, 1e-6)[20]?.toFixed(8)).toBe("0.03395213");
  });
});
