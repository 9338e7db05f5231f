/**
 * The distribution of the privacy loss (Sommer, Meiser, Mohammadi, PETS 2019), on a grid, composed by the Fourier transform (Koskela, Jälkö,
 * Honkela, AISTATS 2020): the tight account of many noisy steps.
 *
 * Claims:   `deltaOf` is never below the true δ of one step, nor of many, but for the rounding of the transform, below 1e-16 a step: mass between two
 *           points of the grid is dealt to both so that the hockey-stick curve lies on the chord above itself ("Connect the dots", Doroshenko and
 *           others, PETS 2022), what lies beyond the grid is counted as lost, and the masses are rounded up.
 * Assumes:  the mechanism is the one described, its randomness exact, its steps fixed in advance or chosen adaptively among equal ones.
 * Strength: with a step of 1e-4, within 1e-4 of the limit for the settings in the tests.
 * Not for:  a δ near 1e-16 times the number of steps, which rounding hides; a budget that others must recompute bit for bit: it uses the engine's exponentials.
 */
import { assertDelta } from "./concentrated.js";
import { transform } from "./fourier.js";

/** Losses are multiples of this. */
export const LOSS_STEP = 1e-4;

/** `mass[i]` is the probability, where the subject takes part, that the loss is `(first + i) * LOSS_STEP`; `infinite` that it has no bound. */
export interface PrivacyLoss {
  readonly first: number;
  readonly mass: Float64Array;
  readonly infinite: number;
}

/** δ at this ε: the mean of `1 − e^(ε − loss)` where that is positive. @throws RangeError unless ε ≥ 0. */
export function deltaOf({ first, mass, infinite }: PrivacyLoss, epsilon: number): number {
  if (!(epsilon >= 0)) throw new RangeError("ε is a number that is not negative");
  let delta = 0;
  for (let i = mass.length - 1; i >= 0; i--) {
    const loss = (first + i) * LOSS_STEP;
    if (loss <= epsilon) break;
    delta -= Math.expm1(epsilon - loss) * (mass[i] ?? 0);
  }
  return Math.min(1, infinite + Math.max(0, delta));
}

/** The least ε ≥ 0 at which δ is enough for all the given directions; infinite where none is. @throws RangeError without a direction, and unless 0 < δ < 1. */
export function epsilonOfLosses(losses: readonly PrivacyLoss[], delta: number): number {
  assertDelta(delta);
  if (losses.length === 0) throw new RangeError("no losses, no account");
  return Math.max(...losses.map((loss) => epsilonOfLoss(loss, delta)));
}

/**
 * Downwards from the greatest loss: while ε lies between two points of the grid, δ(ε) = infinite + A − e^(ε − anchor)·B, with A the mass above ε
 * and B the same mass weighted by e^(anchor − loss).
 */
function epsilonOfLoss({ first, mass, infinite }: PrivacyLoss, delta: number): number {
  if (infinite > delta) return Infinity;
  let [above, weighted] = [0, 0];
  for (let i = mass.length - 1; i >= 0; i--) {
    // The anchor is the loss of the last point: the weights move by one step of the grid each time, and none grows large.
    weighted *= Math.exp(-LOSS_STEP);
    const here = (first + i) * LOSS_STEP;
    above += mass[i] ?? 0;
    weighted += mass[i] ?? 0;
    const next = here - LOSS_STEP;
    // Below the least loss the curve goes on as it is, so the last point is the last word.
    if (infinite + above - weighted * Math.exp(next - here) <= delta && next > 0 && i > 0) continue;
    const excess = infinite + above - delta;
    return excess > 0 ? Math.max(0, here + Math.log(excess / weighted)) : 0;
  }
  return 0;
}

/** Mass of the composed distribution that may lie outside the window, at each end. */
const TAIL = 1e-15;

/**
 * The loss of `times` independent steps.
 *
 * @throws RangeError unless `times` is a whole number from 1.
 */
export function composed(loss: PrivacyLoss, times: number): PrivacyLoss {
  if (!(Number.isSafeInteger(times) && times >= 1)) throw new RangeError("a mechanism runs a whole number of times");
  if (times === 1) return loss;
  const { from, to } = windowOf(loss, times);
  const size = 2 ** Math.ceil(Math.log2(Math.max(to - from + 1, loss.mass.length, 2)));
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  re.set(loss.mass);
  transform({ re, im }, "forward");
  // The transform of real numbers is its own mirror image.
  for (let i = 0; i <= size / 2; i++) {
    const a = re[i] ?? 0;
    const b = im[i] ?? 0;
    const modulus = (a * a + b * b) ** (times / 2);
    // Most frequencies of a smooth density are gone after many steps.
    const angle = modulus > 0 ? Math.atan2(b, a) * times : 0;
    re[i] = re[(size - i) % size] = modulus * Math.cos(angle);
    im[i] = modulus * Math.sin(angle);
    im[(size - i) % size] = -(im[i] ?? 0);
  }
  transform({ re, im }, "inverse");
  const mass = new Float64Array(to - from + 1);
  const offset = (((from - times * loss.first) % size) + size) % size;
  // What the transform wraps around from outside the window is below the tail that is counted as lost.
  for (let i = 0; i < mass.length; i++) mass[i] = Math.max(0, re[(offset + i) % size] ?? 0);
  return { first: from, mass, infinite: -Math.expm1(times * Math.log1p(-loss.infinite)) + TAIL };
}

/** Where all but `TAIL` of the sum lies at each end, by Chernoff's bound, as whole steps. */
function windowOf(loss: PrivacyLoss, times: number): { readonly from: number; readonly to: number } {
  const lowest = times * loss.first;
  const highest = times * (loss.first + loss.mass.length - 1);
  let [from, to] = [lowest, highest];
  for (let exponent = -8; exponent <= 8; exponent += 1) {
    const lambda = 2 ** exponent;
    to = Math.min(to, Math.ceil((times * logMoment(loss, lambda) - Math.log(TAIL)) / lambda / LOSS_STEP));
    from = Math.max(from, Math.floor((Math.log(TAIL) - times * logMoment(loss, -lambda)) / lambda / LOSS_STEP));
  }
  return { from, to: Math.max(from, to) };
}

/** ln E[e^(λ·loss)] over the finite losses, by one product per point from the end where the weight is 1. */
function logMoment({ first, mass }: PrivacyLoss, lambda: number): number {
  const factor = Math.exp(-Math.abs(lambda) * LOSS_STEP);
  const last = mass.length - 1;
  let [sum, weight] = [0, 1];
  for (let i = 0; i <= last && weight > 0; i++, weight *= factor) sum += weight * (mass[lambda > 0 ? last - i : i] ?? 0);
  return lambda * (first + (lambda > 0 ? last : 0)) * LOSS_STEP + Math.log(sum);
}
