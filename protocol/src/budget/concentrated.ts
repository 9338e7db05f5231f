/**
 * Zero-concentrated differential privacy (Bun and Steinke, TCC 2016): what each release of a histogram costs, in the currency ρ that adds up.
 *
 * Claims:   releases of ρ₁, ρ₂, … together satisfy (ρ₁ + ρ₂ + …)-zCDP, also if each was chosen after seeing the ones before.
 * Assumes:  the stated sensitivity bounds what one subject can change; the noise was drawn exactly.
 * Strength: the conversion to (ε, δ) is that of Canonne, Kamath and Steinke (2020, corollary 13), minimised numerically. What a known mechanism really
 *           loses is a little less: the privacy loss distribution (privacy-loss.ts) says how much.
 *           From + − × ÷ alone: what a charter allows and what a step costs enters plans, so every engine has to get the same bits.
 * Not for:  sampled training, whose amplification ρ cannot express (see rdp.ts and privacy-loss.ts).
 */
import { exponential } from "../session/exponential.js";
import { naturalLog, naturalLogOfOnePlus } from "../session/logarithm.js";
import { leastWhere, lowestPoint } from "./root.js";

/**
 * ρ of Gaussian noise, continuous or discrete: Δ₂² / (2σ²), where one subject changes the answer by at most Δ₂ in Euclidean norm.
 *
 * @throws RangeError unless 0 ≤ Δ₂ and 0 < σ, both finite.
 */
export function rhoOfGaussian(sensitivityL2: number, sigma: number): number {
  if (!(sensitivityL2 >= 0 && sensitivityL2 < Infinity && sigma > 0 && sigma < Infinity)) throw new RangeError("a sensitivity that is not negative and a positive σ expected");
  return (sensitivityL2 * sensitivityL2) / (2 * sigma * sigma);
}

/** ρ of a pure-ε mechanism, such as discrete Laplace noise of scale Δ₁/ε: ε²/2. @throws RangeError unless 0 ≤ ε < ∞. */
export function rhoOfPure(epsilon: number): number {
  if (!(epsilon >= 0 && epsilon < Infinity)) throw new RangeError("ε is a number that is not negative");
  return (epsilon * epsilon) / 2;
}

/** The least ε such that ρ-zCDP implies (ε, δ)-DP by this conversion. Zero costs nothing. @throws RangeError unless ρ ≥ 0 and 0 < δ < 1. */
export function epsilonOfRho(rho: number, delta: number): number {
  assertDelta(delta);
  if (!(rho >= 0 && rho < Infinity)) throw new RangeError("ρ is a number that is not negative");
  if (rho === 0) return 0;
  // The order is 1 + e^t: the best one lies near 1 + √(ln(1/δ)/ρ), orders of magnitude away from either end.
  const t = lowestPoint((exponent) => epsilonAt(rho, delta, 1 + exponential(exponent)), -20, 40);
  return Math.max(0, epsilonAt(rho, delta, 1 + exponential(t)));
}

/** The ε that is read off at one order: enough at any, and least at the best one (`epsilonOfRho`). */
export function epsilonAt(rho: number, delta: number, order: number): number {
  return order * rho + naturalLogOfOnePlus(-1 / order) - (naturalLog(delta) + naturalLog(order)) / (order - 1);
}

/**
 * The order at which (ε, δ) is read off from the greatest ρ within it: whatever is spent together has to stay below ρ times this order at this one order
 * alone.
 *
 * @throws RangeError unless ε > 0 and 0 < δ < 1.
 */
export function orderWithin(epsilon: number, delta: number): number {
  const rho = rhoWithin(epsilon, delta);
  return 1 + exponential(lowestPoint((exponent) => epsilonAt(rho, delta, 1 + exponential(exponent)), -20, 40));
}

/** The greatest ρ that stays within (ε, δ), a little below rather than above. @throws RangeError unless ε > 0 and 0 < δ < 1. */
export function rhoWithin(epsilon: number, delta: number): number {
  assertDelta(delta);
  if (!(epsilon > 0 && epsilon < Infinity)) throw new RangeError("ε is a positive number");
  // More than ρ = ε + 1 is never sought, which only δ near 1 would allow; and a budget is never rounded up.
  const tooMuch = leastWhere((rho) => epsilonOfRho(rho, delta) > epsilon, 0, epsilon + 1);
  return tooMuch * (1 - 1e-12);
}

/** @throws RangeError unless 0 < δ < 1. */
export function assertDelta(delta: number): void {
  if (!(delta > 0 && delta < 1)) throw new RangeError("δ is a number between 0 and 1");
}
