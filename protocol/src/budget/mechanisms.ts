import { LossGrid } from "./loss-grid.js";
import { LOSS_STEP, type PrivacyLoss } from "./privacy-loss.js";
import type { SampledGaussian } from "./rdp.js";
import { upperTail } from "./normal.js";

/** Standard deviations at either side after which what remains is counted as lost: 1e-19 of the mass. */
const REACH = 9;
/** Points and weights of Gauss and Legendre's rule with four points, on −1 … 1: exact for polynomials of degree seven. */
const RULE = [[-0.8611363115940526, 0.3478548451374538], [-0.3399810435848563, 0.6521451548625461], [0.3399810435848563, 0.6521451548625461], [0.8611363115940526, 0.3478548451374538]] as const;
/** Even where the loss is flat, no piece is wider than this part of σ. */
const WIDEST = 1 / 8;

/**
 * The losses of Gaussian noise on a Poisson sample when a subject is removed and when one is added: two different curves, and a claim must hold
 * for both.
 */
export function lossesOfSampledGaussian(mechanism: SampledGaussian): readonly [removed: PrivacyLoss, added: PrivacyLoss] {
  return [lossOf(mechanism, "removed"), lossOf(mechanism, "added")];
}

/** Integrates the density with the subject over pieces that each stay between two points of the grid. */
function lossOf({ q, sigma }: SampledGaussian, direction: "removed" | "added"): PrivacyLoss {
  const sign = direction === "removed" ? 1 : -1;
  const lossAt = (x: number): number => sign * logRatio(q, (2 * x - 1) / (2 * sigma * sigma));
  const densityAt = direction === "removed"
    ? (x: number): number => (1 - q) * normal(x, sigma) + q * normal(x - 1, sigma)
    : (x: number): number => normal(x, sigma);
  const [low, high] = [-REACH * sigma, (direction === "removed" ? 1 : 0) + REACH * sigma];
  const grid = new LossGrid();
  for (let x = low; x < high;) {
    const next = Math.min(high, x + WIDEST * sigma, nextCut(q, sigma, x));
    const half = (next - x) / 2;
    for (const [at, weight] of RULE) grid.add(lossAt(x + half + half * at), half * weight * densityAt(x + half + half * at));
    x = next;
  }
  grid.addInfinite(2 * upperTail(REACH));
  return grid.done();
}

/** The next x at which the loss, which rises or falls all the way, meets a point of the grid. */
function nextCut(q: number, sigma: number, x: number): number {
  const logR = logRatio(q, (2 * x - 1) / (2 * sigma * sigma));
  const next = (Math.floor(logR / LOSS_STEP + 1e-9) + 1) * LOSS_STEP;
  // q·e^y = e^next − (1 − q): below ln(1 − q) there is no loss, and `next` is above it.
  const y = Math.log1p(Math.expm1(next) / q);
  return Math.max(sigma * sigma * y + 0.5, x + sigma * 1e-9);
}

function logRatio(q: number, x: number): number {
  return x > 0 ? x + Math.log1p((1 - q) * Math.expm1(-x)) : Math.log1p(q * Math.expm1(x));
}

function normal(x: number, sigma: number): number {
  return Math.exp(-(x * x) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
}

/** The loss of noise whose probability at the whole number x is proportional to `e^−weight(|x|)`, on an answer that a subject moves by `sensitivity`. */
function lossOfDiscrete(weight: (x: number) => number, reach: number, sensitivity: number): PrivacyLoss {
  let total = 0;
  for (let x = -reach; x <= reach; x++) total += Math.exp(-weight(Math.abs(x)));
  const grid = new LossGrid();
  for (let x = -reach; x <= reach; x++) {
    const probability = Math.exp(-weight(Math.abs(x))) / total;
    if (probability > 0) grid.add(weight(Math.abs(x + sensitivity)) - weight(Math.abs(x)), probability);
  }
  grid.addInfinite(1e-18);
  return grid.done();
}

/** Discrete Gaussian noise with parameter σ on a whole number that one subject changes by `sensitivity`: one curve, as the noise is symmetric. */
export function lossOfDiscreteGaussian(sigma: number, sensitivity: number): PrivacyLoss {
  return lossOfDiscrete((x) => (x * x) / (2 * sigma * sigma), Math.ceil(REACH * sigma) + 1, sensitivity);
}

/** Discrete Laplace noise that gives ε₀ to a whole number which one subject changes by `sensitivity`. */
export function lossOfDiscreteLaplace(epsilon: number, sensitivity: number): PrivacyLoss {
  return lossOfDiscrete((x) => (x * epsilon) / sensitivity, Math.ceil((42 * sensitivity) / epsilon), sensitivity);
}
