import { epsilonAt, epsilonOfRho } from "@cohortium/protocol/budget/concentrated";
import { ORDER_MAX } from "@cohortium/protocol/budget/sampled-charge";
import { NANO } from "@cohortium/protocol/charter/privacy-budget";
import { spentAt, type Tally } from "../store/charges.js";

/**
 * The ε at δ of what was spent. Steps on samples were charged at their charter's order and cost more at others, so with them ε is read off at many orders, at
 * each with what they cost there, and the least is taken: true at whichever order it was found.
 *
 * @param promised - The order of the charter's own promise, which what is spent under it never exceeds there.
 * @throws RangeError unless 0 < δ < 1.
 */
export function epsilonSpent(tally: Tally, delta: number, promised?: number): number {
  const unsampled = epsilonOfRho(spentAt(tally) / NANO, delta);
  if (tally.steps.length === 0) return unsampled;
  const orders = [...(promised === undefined ? [] : [promised]), ...ORDERS];
  return Math.max(0, Math.min(unsampled, ...orders.map((order) => epsilonAt(spentAt(tally, order) / NANO, delta, order))));
}

/** From near 1 to the greatest that steps on samples are known for, each a tenth further from 1 than the one before. */
const ORDERS = Array.from({ length: 90 }, (_, i) => 1 + (ORDER_MAX - 1) / 1.1 ** i);
