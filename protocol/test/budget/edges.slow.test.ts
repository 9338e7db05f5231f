import { describe, expect, test } from "@jest/globals";
import { epsilonOfRho, rhoOfGaussian, rhoOfPure } from "../../src/budget/concentrated.js";
import { concentratedEpsilonOfParts, rdpOfSkellam } from "../../src/budget/distributed-noise.js";
import { lossesOfSampledGaussian, lossOfDiscreteGaussian, lossOfDiscreteLaplace } from "../../src/budget/mechanisms.js";
import { logUpperTail, upperTail } from "../../src/budget/normal.js";
import { keepingProbabilities } from "../../src/budget/partition-selection.js";
import { composed, deltaOf, epsilonOfLosses, LOSS_STEP } from "../../src/budget/privacy-loss.js";
import { epsilonOfRdp } from "../../src/budget/rdp.js";
import { deltaOfGaussian } from "../../src/budget/analytic-gaussian.js";

const relative = (value: number, golden: number): number => Math.abs(value / golden - 1);

describe("an account never promises more privacy than there is", () => {
  test("also where every loss lies far above zero: one outcome of loss 5 needs an ε of just less than 5", () => {
    const always = [{ first: 50_000, mass: Float64Array.of(1), infinite: 0 }];
    expect(relative(epsilonOfLosses(always, 1e-3), 5 + Math.log1p(-1e-3))).toBeLessThan(1e-12);
    expect(relative(epsilonOfLosses(always, 0.9), 5 + Math.log1p(-0.9))).toBeLessThan(1e-12);
    // 1 − e^-5 is the whole distance between the two worlds: from there on, nothing needs to be promised.
    expect(epsilonOfLosses(always, 0.9933)).toBe(0);
    expect(epsilonOfLosses(always, -Math.expm1(-5) - 1e-6)).toBeGreaterThan(0);
  });

  test.each([[1, 1], [20, 5], [100, 10], [1000, 30], [14_062, 200]])("%d steps of noise σ = %d, whose δ is known in closed form, are never said to cost less", (steps, sigma) => {
    const loss = composed(lossesOfSampledGaussian({ q: 1, sigma })[0], steps);
    for (const epsilon of [0, 1, 2, 4, 6, 8, 10]) {
      const [said, exact] = [deltaOf(loss, epsilon), deltaOfGaussian(sigma / Math.sqrt(steps), epsilon)];
      expect(said).toBeGreaterThanOrEqual(exact - (steps + 10) * 1e-16);
      expect(said).toBeLessThanOrEqual(exact + 1e-5);
    }
  });

  // The density with the subject exceeds e^ε times the one without where that of full noise exceeds e^ε' times it, with e^ε' = 1 + (e^ε − 1)/q; so δ is q
  // times that of full noise at ε', which is known in closed form (Balle and Wang 2018).
  test.each([1e-12, 1e-9, 0.1, 0.9])("at a sampling rate of %d the δ of one step is never below its closed form, and meets it at ε = 0", (q) => {
    for (const sigma of [0.5, 2]) {
      const [removed, added] = lossesOfSampledGaussian({ q, sigma });
      for (const epsilon of [0, LOSS_STEP, 0.1, 1, 3, 8]) expect(deltaOf(removed, epsilon)).toBeGreaterThanOrEqual(q * deltaOfGaussian(sigma, Math.log1p(Math.expm1(epsilon) / q)));
      for (const loss of [removed, added]) expect(deltaOf(loss, 0) / (q * deltaOfGaussian(sigma, 0)) - 1).toBeLessThan(2e-6);
      expect(deltaOf(added, 0)).toBeGreaterThanOrEqual(q * deltaOfGaussian(sigma, 0));
    }
  });

  test("a divergence that is negative or no number is refused, not taken for privacy", () => {
    for (const divergence of [-0.1, Number.NaN]) expect(() => epsilonOfRdp(() => divergence, 1e-5)).toThrow(RangeError);
    expect(() => epsilonOfRdp((order) => (order === 2 ? Number.NaN : 1), 1e-5)).toThrow(RangeError);
    expect(() => epsilonOfRdp(() => 1, 1e-5, [])).toThrow(RangeError);
    // An order at which nothing can be said is passed over: its divergence has no bound.
    expect(epsilonOfRdp((order) => (order === 2 ? 1 : Infinity), 1e-5).order).toBe(2);
    expect(epsilonOfRdp(() => Infinity, 1e-5).epsilon).toBe(Infinity);
  });

  test("a sum of discrete Gaussians has a bound only from σ = ½ on, as its theorem says", () => {
    const of = (sigma: number): number => concentratedEpsilonOfParts({ parties: 5, sigma, sensitivityL2: 1, dimension: 1 });
    expect(of(0.5)).toBeGreaterThan(0);
    for (const sigma of [0.4999, 0.1, 0, -1, Number.NaN, Infinity]) expect(() => of(sigma)).toThrow(RangeError);
  });

  test("the divergence of Skellam noise is bounded at whole orders only, as its theorem says", () => {
    const of = (order: number): number => rdpOfSkellam(order, { variance: 100, sensitivityL1: 10, sensitivityL2: 4 });
    expect(of(2)).toBeGreaterThan(0);
    for (const order of [1, 1.5, 2.5, Number.NaN, Infinity]) expect(() => of(order)).toThrow(RangeError);
  });
});

describe("numbers that mean nothing are refused", () => {
  test("by ρ", () => {
    for (const sigma of [0, -3, Number.NaN, Infinity]) expect(() => rhoOfGaussian(2, sigma)).toThrow(RangeError);
    for (const sensitivity of [-2, Number.NaN, Infinity]) expect(() => rhoOfGaussian(sensitivity, 3)).toThrow(RangeError);
    for (const epsilon of [-1, Number.NaN, Infinity]) expect(() => rhoOfPure(epsilon)).toThrow(RangeError);
    expect([rhoOfGaussian(0, 3), rhoOfPure(0)]).toEqual([0, 0]);
  });

  test("by losses: noise on the integers meets answers in whole steps", () => {
    for (const [sigma, sensitivity] of [[0, 1], [-1, 1], [Number.NaN, 1], [Infinity, 1], [2, 0], [2, 1.5], [2, Number.NaN]] as const) expect(() => lossOfDiscreteGaussian(sigma, sensitivity)).toThrow(RangeError);
    for (const [epsilon, sensitivity] of [[0, 1], [-1, 1], [Number.NaN, 1], [Infinity, 1], [0.5, 0], [0.5, 1.5]] as const) expect(() => lossOfDiscreteLaplace(epsilon, sensitivity)).toThrow(RangeError);
    for (const [q, sigma] of [[0, 2], [-0.1, 2], [1.1, 2], [Number.NaN, 2], [0.5, 0], [0.5, Number.NaN], [0.5, Infinity]] as const) expect(() => lossesOfSampledGaussian({ q, sigma })).toThrow(RangeError);
    for (const epsilon of [-1, Number.NaN]) expect(() => deltaOf(lossOfDiscreteLaplace(1, 1), epsilon)).toThrow(RangeError);
    for (const times of [0, 1.5, Number.NaN]) expect(() => composed(lossOfDiscreteLaplace(1, 1), times)).toThrow(RangeError);
    expect(() => epsilonOfLosses([], 1e-5)).toThrow(RangeError);
  });

  test("by losses that no grid of this step could hold", () => {
    expect(() => lossOfDiscreteGaussian(0.01, 1)).toThrow(RangeError);
    expect(() => lossesOfSampledGaussian({ q: 0.5, sigma: 0.01 })).toThrow(RangeError);
    expect(() => lossOfDiscreteLaplace(1e-9, 1)).toThrow(RangeError);
  });

  test("by partition selection, also so little ε that its table would not fit", () => {
    for (const [epsilon, delta] of [[0, 0.1], [-1, 0.1], [Number.NaN, 0.1], [Infinity, 0.1], [1, 0], [1, 1], [1, Number.NaN]] as const) expect(() => keepingProbabilities(epsilon, delta)).toThrow(RangeError);
    expect(() => keepingProbabilities(1e-7, 1e-9)).toThrow(RangeError);
  });
});

describe("the normal distribution", () => {
  // 20 digits with mpmath.
  test.each([
    [0.5, 0.30853753872598689636], [1, 0.15865525393145705141], [1.5, 0.066807201268858066004], [2, 0.0227501319481792072], [2.5, 0.006209665325776135167],
    [2.999, 0.0013543365337271061616], [3.5, 0.00023262907903552503635], [8, 6.2209605742717841235e-16], [20, 2.7536241186062336951e-89],
  ])("beyond %d has the probability %d to 1e-14 of itself", (x, golden) => {
    expect(relative(upperTail(x), golden)).toBeLessThan(1e-14);
    expect(relative(Math.exp(logUpperTail(x)), golden)).toBeLessThan(1e-13);
    expect(upperTail(-x)).toBe(1 - upperTail(x));
  });

  test("has a logarithm where the probability is below every double", () => expect(relative(logUpperTail(40), -804.60844201375376)).toBeLessThan(1e-14));
});

test("ε of a given ρ grows with ρ and falls with δ", () => {
  const rhos = [1e-9, 1e-6, 1e-3, 0.1, 1, 10, 100];
  const epsilons = rhos.map((rho) => epsilonOfRho(rho, 1e-6));
  expect([...epsilons].toSorted((a, b) => a - b)).toEqual(epsilons);
  for (const rho of rhos) {
    expect(epsilonOfRho(rho, 1e-9)).toBeGreaterThan(epsilonOfRho(rho, 1e-6));
    // The classic conversion of Bun and Steinke (proposition 1.3) is never better.
    expect(epsilonOfRho(rho, 1e-6)).toBeLessThanOrEqual(rho + 2 * Math.sqrt(rho * Math.log(1e6)));
  }
});
