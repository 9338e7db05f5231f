import { logLoss, ROW_LOSS_MAX } from "../log-loss.js";
import { sigmoid } from "../sigmoid.js";

/**
 * Gradients and losses are whole multiples of 2^-20. Whole numbers add up to the same in any order and any grouping, so it does not matter who
 * holds which row; and the sums of the 2^28 joint rows that a charter allows are below 2^53, where doubles still count exactly.
 */
export const UNITS = 2 ** 20;
/** The most one row can add to a sum of gradients, of hessians and of losses, in units. */
export const GRADIENT_MAX = UNITS;
export const HESSIAN_MAX = UNITS / 4;
export const LOSS_MAX = ROW_LOSS_MAX * UNITS;

/** A margin beyond this is a probability of 0 or 1 to 2^-43, and rounds to it. */
const MARGIN_MAX = 30;

/** The probability of a positive at this logit, in units: the one number from which a row's gradient and hessian follow. */
export function probabilityUnits(margin: number): number {
  return Math.round(sigmoid(Math.min(MARGIN_MAX, Math.max(-MARGIN_MAX, margin))) * UNITS);
}

/** The first derivative of a row's log-loss by its logit, `p − y`, in units. */
export function gradientUnits(probability: number, label: number): number {
  return probability - label * UNITS;
}

/** The second derivative, `p(1 − p)`, in units. The product of two whole numbers up to 2^20 is exact. */
export function hessianUnits(probability: number): number {
  return Math.round((probability * (UNITS - probability)) / UNITS);
}

/** A row's log-loss at this logit, in units. */
export function lossUnits(margin: number, label: number): number {
  return Math.round(logLoss(margin, label) * UNITS);
}
