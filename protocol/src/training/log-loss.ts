import { naturalLog } from "../session/logarithm.js";
import { exponential } from "../session/exponential.js";

/** The log-loss of one row is clipped here, so that a sum of them has a bound. A row this wrong has probability 1e-14. */
export const ROW_LOSS_MAX = 32;

/** The log-loss of a row with this logit and label (1 for the positive), from + − × ÷ alone, as `sigmoid` is and for the same reason. */
export function logLoss(logit: number, label: number): number {
  // −ln σ(±logit) = max(0, wrongness) + ln(1 + e^−|logit|), without losing digits at either end.
  const wrongness = label === 1 ? -logit : logit;
  return Math.min(ROW_LOSS_MAX, Math.max(0, wrongness) + logarithm(1 + exponential(-Math.min(Math.abs(logit), ROW_LOSS_MAX))));
}

/** The natural logarithm from + − × ÷ alone, to a few units in the last place. @throws RangeError unless `x` is positive and finite. */
export function logarithm(x: number): number {
  if (!(x > 0 && Number.isFinite(x))) throw new RangeError("only a positive, finite number has a logarithm here");
  return naturalLog(x);
}
