import { describe, expect, test } from "@jest/globals";
import { epsilonOfRho, orderWithin, rhoWithin } from "../../src/budget/concentrated.js";
import { rdpOf } from "../../src/budget/rdp.js";
import { rhoOfSampled } from "../../src/budget/sampled-charge.js";

const CASES = [[0.01, 1.1], [0.02, 0.8], [0.05, 2], [0.1, 1.5], [0.3, 4]] as const;

/** The divergence of order α of discrete Gaussian noise with σ steps on a sum that one sampled row moves by Δ steps, term by term. */
function exactDivergence(alpha: number, q: number, { sigma, delta }: { readonly sigma: number; readonly delta: number }): number {
  const weight = (x: number) => Math.exp(-(x * x) / (2 * sigma * sigma));
  return divergenceOf(alpha, q, { weight, reach: Math.ceil(40 * sigma) + delta, delta });
}

interface Noise {
  readonly weight: (x: number) => number;
  readonly reach: number;
  readonly delta: number;
}

/** … of noise with these weights, in the direction in which it is larger. */
function divergenceOf(alpha: number, q: number, { weight, reach, delta }: Noise): number {
  const points = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  const norm = points.reduce((sum, x) => sum + weight(x), 0);
  const without = (x: number) => weight(x) / norm;
  const with_ = (x: number) => (1 - q) * without(x) + q * without(x - delta);
  const moment = (p: (x: number) => number, r: (x: number) => number) => points.reduce((sum, x) => (r(x) > 1e-290 ? sum + r(x) * (p(x) / r(x)) ** alpha : sum), 0);
  return Math.max(Math.log(moment(with_, without)), Math.log(moment(without, with_))) / (alpha - 1);
}

describe("what a sampled step is charged", () => {
  test.each(CASES)("at q = %d, σ = %d covers continuous Gaussian noise at every order, and is not far from it where it is used", (q, sigma) => {
    const step = { q, rho: 1 / (2 * sigma * sigma) };
    for (const order of [1.4, 2, 2.5, 3.7, 5, 9.6, 17, 25.3]) {
      const [charged, needed] = [rhoOfSampled(step, order), rdpOf({ q, sigma }, order) / order];
      expect(charged).toBeGreaterThanOrEqual(needed * (1 - 1e-9));
      // Exact at whole orders; between them a chord above a curve.
      expect(charged).toBeLessThanOrEqual(needed * (Number.isInteger(order) ? 1 + 1e-8 : order < 2 ? 1.6 : 1.2));
    }
  });

  test.each([[1e-4, 40], [1e-6, 2], [1e-9, 0.7]])("loses no digits where q is small (q = %d, σ = %d)", (q, sigma) => {
    for (const order of [2, 3, 8, 60]) expect(rhoOfSampled({ q, rho: 1 / (2 * sigma * sigma) }, order) * order / rdpOf({ q, sigma }, order)).toBeCloseTo(1, 6);
  });

  test.each([[2, 0.05, { sigma: 9, delta: 7 }], [3, 0.1, { sigma: 6, delta: 5 }], [8, 0.02, { sigma: 12, delta: 9 }], [5, 0.3, { sigma: 20, delta: 6 }]] as const)(
    "at order %d, q = %d covers discrete noise %j, in both directions", (order, q, noise) => {
      const rho = (noise.delta * noise.delta) / (2 * noise.sigma * noise.sigma);
      expect(rhoOfSampled({ q, rho }, order) * order).toBeGreaterThanOrEqual(exactDivergence(order, q, noise));
    });

  test.each([[3, 0.1], [7, 0.02], [12, 0.3]])("at order %d, q = %d covers the noise of three parties, of eight units each, in both directions", (order, q) => {
    const [sigma, parties, delta] = [8, 3, 9];
    const one = Array.from({ length: 161 }, (_, i) => Math.exp(-((i - 80) ** 2) / (2 * sigma * sigma)));
    const two = convolved(one, one);
    const three = convolved(two, one);
    const reach = (three.length - 1) / 2;
    const exact = divergenceOf(order, q, { weight: (x) => three[x + reach] ?? 0, reach: 230, delta });
    const charged = rhoOfSampled({ q, rho: (delta * delta) / (2 * parties * sigma * sigma) }, order) * order;
    expect([charged >= exact * (1 - 1e-7), charged <= exact * (1 + 1e-6)]).toEqual([true, true]);
  });

  test("is never more than without sampling, and the same for a sample of all", () => {
    expect(rhoOfSampled({ q: 1, rho: 0.3 }, 7)).toBeCloseTo(0.3, 12);
    for (const q of [0.001, 0.1, 0.7, 0.99]) expect(rhoOfSampled({ q, rho: 0.3 }, 40)).toBeLessThanOrEqual(0.3);
    expect(rhoOfSampled({ q: 0.01, rho: 0.3 }, 7)).toBeLessThan(0.01);
  });

  test.each([[0, 1, 3], [1.1, 1, 3], [Number.NaN, 1, 3], [0.1, 0, 3], [0.1, Number.NaN, 3], [0.1, 1, 1], [0.1, 1, 401], [0.1, 1, Number.NaN]])("of q = %p, ρ = %p at order %p is none", (q, rho, order) => {
    expect(() => rhoOfSampled({ q, rho }, order)).toThrow(RangeError);
  });
});

function convolved(a: readonly number[], b: readonly number[]): readonly number[] {
  const sums = new Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => { b.forEach((y, j) => { sums[i + j] = (sums[i + j] ?? 0) + x * y; }); });
  return sums;
}

test.each([[0.5, 1e-6], [1, 1e-5], [3, 1e-6], [8, 1e-6]])("ε = %d at δ = %d is read off at one order: no more there than ε, and elsewhere not less", (epsilon, delta) => {
  const [rho, order] = [rhoWithin(epsilon, delta), orderWithin(epsilon, delta)];
  const at = (alpha: number) => alpha * rho + Math.log1p(-1 / alpha) - (Math.log(delta) + Math.log(alpha)) / (alpha - 1);
  expect(at(order)).toBeLessThanOrEqual(epsilon);
  expect(at(order)).toBeCloseTo(epsilonOfRho(rho, delta), 9);
  expect(Math.min(at(order * 1.01), at(order / 1.01))).toBeGreaterThan(at(order));
});
