import { LOSS_STEP, type PrivacyLoss } from "./privacy-loss.js";

/** 128 MB of doubles, and a loss of 1,600: no mechanism that deserves the name comes near. */
const POINTS_MAX = 2 ** 24;
/** Rounding, where losses are computed and probabilities added up, takes away less than 2e-14 of a δ; with this, no account is too low for it. */
const UPWARDS = 1 + 1e-13;
/** `e^-step − 1`. */
const STEP_LESS_ONE = Math.expm1(-LOSS_STEP);

/**
 * Collects the probability of losses onto the grid. A mass at a loss between two points goes to both, in the one way that keeps it both under
 * the distribution with the subject and, weighted by e^-loss, under the one without: the hockey-stick curve then only rises.
 */
export class LossGrid {
  readonly #first: number;
  readonly #mass: Float64Array;
  #infinite = 0;

  /** For losses from `least` to `most`. @throws RangeError unless these are finite and not too far apart. */
  constructor(least: number, most: number) {
    this.#first = Math.floor(least / LOSS_STEP) - 1;
    const points = Math.floor(most / LOSS_STEP) + 3 - this.#first;
    if (!(points >= 1 && points <= POINTS_MAX)) throw new RangeError("losses as large as these are no privacy to account for");
    this.#mass = new Float64Array(points);
  }

  add(loss: number, probability: number): void {
    const below = Math.floor(loss / LOSS_STEP);
    // e^below·q₀ + e^above·q₁ = p and q₀ + q₁ = p·e^-loss, for the masses q without the subject.
    const upper = (probability * Math.expm1(below * LOSS_STEP - loss)) / STEP_LESS_ONE;
    const at = below - this.#first;
    this.#mass[at] = (this.#mass[at] ?? 0) + Math.max(0, probability - upper);
    this.#mass[at + 1] = (this.#mass[at + 1] ?? 0) + Math.max(0, upper);
  }

  addInfinite(probability: number): void {
    this.#infinite += probability;
  }

  done(): PrivacyLoss {
    for (let i = 0; i < this.#mass.length; i++) this.#mass[i] = (this.#mass[i] ?? 0) * UPWARDS;
    return { first: this.#first, mass: this.#mass, infinite: this.#infinite };
  }
}
