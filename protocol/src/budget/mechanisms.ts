import { logRatio } from "./likelihood-ratio.js";
import { LossGrid } from "./loss-grid.js";
import { LOSS_STEP, type PrivacyLoss } from "./privacy-loss.js";
import type { SampledGaussian } from "./rdp.js";
import { upperTail } from "./normal.js";

/** Standard deviations at either side after which what remains is counted as lost: 1e-19 of the mass. */
const REACH = 9;
/** Points and weights of Gauss and Legendre's rule with four points, on −1 … 1: exact for polynomials of degree seven. */
const RULE = [
  [-0.8611363115940526, 0.3478548451374538], [-0.3399810435848563, 0.6521451548625461],
  [0.3399810435848563, 0.6521451548625461], [0.8611363115940526, 0.3478548451374538],
] as const;
/** Even where the loss is flat, no piece is wider than this part of σ. */
const WIDEST = 1 / 8;

/**
 * The losses of Gaussian noise on a Poisson sample when a subject is removed and when one is added: two different curves, and a claim must hold
 * for both.
 *
 * @throws RangeError unless 0 < q ≤ 1 and σ > 0 is neither infinite nor so small that losses have no grid.
 */
export function lossesOfSampledGaussian(mechanism: SampledGaussian): readonly [removed: PrivacyLoss, added: PrivacyLoss] {
  const { q, sigma } = mechanism;
  if (!(q > 0 && q <= 1 && sigma > 0 && sigma < Infinity)) throw new RangeError("a sample has a rate up to 1, and noise a positive standard deviation");
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
  const ends = [lossAt(low), lossAt(high)];
  const grid = new LossGrid(Math.min(...ends), Math.max(...ends));
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

function normal(x: number, sigma: number): number {
  return Math.exp(-(x * x) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
}

/** Noise on the integers: its probability at x is proportional to `e^−weight(|x|)`, and what lies beyond `reach` is nothing. */
interface WholeNoise {
  readonly weight: (x: number) => number;
  readonly reach: number;
}

/**
 * The loss on an answer that a subject moves by `sensitivity`. It rises or falls all the way, so its ends are those of the noise.
 *
 * @throws RangeError unless the sensitivity is a whole number from 1 and the losses have a grid.
 */
function lossOfWhole({ weight, reach }: WholeNoise, sensitivity: number): PrivacyLoss {
  if (!(Number.isSafeInteger(sensitivity) && sensitivity >= 1)) throw new RangeError("a subject moves a whole number by a whole number");
  if (!(reach <= REACH_MAX)) throw new RangeError("noise as wide as this has no use for a grid");
  const lossAt = (x: number): number => weight(Math.abs(x + sensitivity)) - weight(Math.abs(x));
  const ends = [lossAt(-reach), lossAt(reach)];
  const grid = new LossGrid(Math.min(...ends), Math.max(...ends));
  let total = 0;
  for (let x = -reach; x <= reach; x++) total += Math.exp(-weight(Math.abs(x)));
  for (let x = -reach; x <= reach; x++) grid.add(lossAt(x), Math.exp(-weight(Math.abs(x))) / total);
  grid.addInfinite(BEYOND);
  return grid.done();
}

/** What is counted as lost, for the noise beyond its reach. */
const BEYOND = 2e-18;
const REACH_MAX = 2 ** 26;

/**
 * Discrete Gaussian noise with parameter σ on a whole number that one subject changes by `sensitivity`: one curve, as the noise is symmetric.
 *
 * @throws RangeError as `lossOfWhole`, and unless σ > 0.
 */
export function lossOfDiscreteGaussian(sigma: number, sensitivity: number): PrivacyLoss {
  if (!(sigma > 0 && sigma < Infinity)) throw new RangeError("noise has a positive standard deviation");
  return lossOfWhole({ weight: (x) => (x * x) / (2 * sigma * sigma), reach: Math.ceil(REACH * sigma) + 1 }, sensitivity);
}

/**
 * Discrete Laplace noise that gives ε₀ to a whole number which one subject changes by `sensitivity`.
 *
 * @throws RangeError as `lossOfWhole`, and unless ε₀ > 0.
 */
export function lossOfDiscreteLaplace(epsilon: number, sensitivity: number): PrivacyLoss {
  if (!(epsilon > 0 && epsilon < Infinity)) throw new RangeError("ε is a positive number");
  return lossOfWhole({ weight: (x) => (x * epsilon) / sensitivity, reach: Math.ceil((42 * sensitivity) / epsilon) }, sensitivity);
}
