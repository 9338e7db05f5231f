import { LOSS_STEP, type PrivacyLoss } from "./privacy-loss.js";

/**
 * Collects the probability of losses onto the grid. A mass at a loss between two points goes to both, in the one way that keeps it both under
 * the distribution with the subject and, weighted by e^-loss, under the one without: the hockey-stick curve then only rises.
 */
export class LossGrid {
  readonly #mass = new Map<number, number>();
  #infinite = 0;

  add(loss: number, probability: number): void {
    const below = Math.floor(loss / LOSS_STEP);
    // e^below·q₀ + e^above·q₁ = p and q₀ + q₁ = p·e^-loss, for the masses q without the subject.
    const upper = (probability * Math.expm1(below * LOSS_STEP - loss)) / Math.expm1(-LOSS_STEP);
    this.#put(below, probability - upper);
    this.#put(below + 1, upper);
  }

  addInfinite(probability: number): void {
    this.#infinite += probability;
  }

  done(): PrivacyLoss {
    const points = [...this.#mass.keys()];
    const first = points.reduce((least, point) => Math.min(least, point), Infinity);
    const last = points.reduce((most, point) => Math.max(most, point), -Infinity);
    const mass = new Float64Array(last - first + 1);
    for (const [point, probability] of this.#mass) mass[point - first] = probability;
    return { first, mass, infinite: this.#infinite };
  }

  #put(point: number, probability: number): void {
    this.#mass.set(point, (this.#mass.get(point) ?? 0) + Math.max(0, probability));
  }
}
