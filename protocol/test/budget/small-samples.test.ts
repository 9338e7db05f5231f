import { describe, expect, test } from "@jest/globals";
import { rdpOf } from "../../src/budget/rdp.js";
import { rhoOfSampled } from "../../src/budget/sampled-charge.js";

// With mpmath at 60 digits. Whole orders: ln(1 + Σ C(α,l) (1 − q)^(α−l) q^l (e^(l(l−1)/(2σ²)) − 1)) / (α − 1), from l = 2 on. Others: the trapezoidal rule
// with steps of min(σ, σ²)/24 from −45σ to α + 45σ, on the density without the subject times r^α − 1 − α(r − 1).
const GOLDEN = [
  [1e-9, 0.7, 2, 6.6968898103707305737e-18], [1e-9, 0.7, 8, 2.6787562720599737747e-17], [1e-9, 0.7, 20, 1.3224146726873241304e-13], [1e-9, 0.3, 4, 2.9912446026450978973e-8],
  [1e-9, 0.7, 1.5, 5.0226673034168895332e-18], [1e-9, 0.7, 10.9, 3.6498056497962943646e-17], [1e-9, 0.5, 10.9, 4.3031914556074462789e-6], [1e-9, 0.3, 4.7, 0.10128700161392302697],
  [1e-7, 10, 512, 2.5728440966981135146e-14], [1e-6, 1, 64, 17.965195623655340593], [1e-6, 0.5, 1.1, 2.9453327372508492818e-11], [1e-6, 1, 2.5, 2.1478551877889692964e-12],
  [0.001, 1.5, 256, 49.954044373518586593], [0.001, 1.5, 1.1, 3.0760941253629805523e-7], [0.1, 3, 512, 26.13735331408641824], [0.1, 3, 4.7, 0.0028441698767896348925],
  [0.5, 50, 20, 0.0010019536754336727624], [0.999, 0.5, 2, 3.9980356849579555371],
] as const;

describe("however rarely a subject enters a sample", () => {
  test.each(GOLDEN)("(q = %d, σ = %d) its divergence of order %d is not below %d, and above by less than 2e-12 of it", (q, sigma, order, golden) => {
    const excess = rdpOf({ q, sigma }, order) / golden - 1;
    expect(excess).toBeGreaterThanOrEqual(0);
    expect(excess).toBeLessThan(2e-12);
  });

  test.each(GOLDEN.filter(([, , order]) => Number.isInteger(order) && order <= 400))("(q = %d, σ = %d) what a step is charged at order %d covers it, to 2e-9", (q, sigma, order, golden) => {
    const excess = (rhoOfSampled({ q, rho: 1 / (2 * sigma * sigma) }, order) * order) / golden - 1;
    expect(excess).toBeGreaterThanOrEqual(0);
    expect(excess).toBeLessThan(2e-9);
  });
});
