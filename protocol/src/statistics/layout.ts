import { exact, laidOut, type Layout } from "../training/layout-parts.js";
import { gridsOf, RING } from "./grids.js";
import type { SegmentNoise, StatisticPlan, StatisticQuestion } from "./plan.js";

/**
 * Where each number of a sum lies: the exact guard, to which each party adds 1, then the parts of `partsOf`, in their order. There is no exact
 * count of rows.
 *
 * A node rounds each row's value to the segment's scale (`onGrid`) before it adds: sums of such values are exact in doubles, and one row changes
 * them by no more than `sensitivityOf` says, whatever the order. Summing first and rounding then would not do.
 *
 * @throws RangeError if a measure's sum fits at no scale, which `queryProblems` refuses before.
 */
export function statisticLayout(question: StatisticQuestion, plan: StatisticPlan): Layout {
  return laidOut(RING, [exact("parties", 1, 1), ...gridsOf(question, plan).map(({ segment }) => segment)]);
}

/** The noise that each party adds to each segment, in the order of `statisticLayout`; null where the charter's sums are exact. @throws RangeError as that. */
export function statisticNoise(question: StatisticQuestion, plan: StatisticPlan): readonly SegmentNoise[] | null {
  if (plan.noise === null) return null;
  return [{ length: 1, variance: null }, ...gridsOf(question, plan).map(({ segment: { length }, variance }) => ({ length, variance }))];
}
