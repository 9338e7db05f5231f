import type { Estimate } from "./estimate.js";
import { statisticLayout, statisticNoise } from "./layout.js";
import { partsOf, type Part } from "./parts.js";
import type { StatisticPlan, StatisticQuestion } from "./plan.js";

/** What a sum brought: each number with the variance of the noise that all who took part added to it. */
export interface Released {
  /** The numbers of the part with this name. @throws RangeError if the sum has no such part. */
  numbers(part: string): readonly Estimate[];
  readonly parts: readonly Part[];
}

/**
 * Reads a decoded sum by the parts it is made of.
 *
 * @param values - In the order of `statisticLayout`, the guard first.
 * @param survivors - So many companies' numbers are in it, each with its share of the noise.
 * @throws RangeError if there are more or fewer values than the layout has.
 */
export function releasedSum(values: Float64Array, question: StatisticQuestion, plan: StatisticPlan, survivors: number): Released {
  const { segments, words } = statisticLayout(question, plan);
  if (values.length !== words) throw new RangeError(`${values.length} numbers are not the ${words} of the layout`);
  const noise = statisticNoise(question, plan);
  const byName = new Map<string, readonly Estimate[]>();
  let at = 0;
  segments.forEach(({ name, length, scaleBits }, i) => {
    const share = noise?.[i]?.variance ?? null;
    const unit = 2 ** -scaleBits;
    const variance = share === null ? 0 : (survivors * (Number(share.numerator) / Number(share.denominator))) * unit * unit;
    byName.set(name, Array.from(values.subarray(at, at + length), (value) => ({ value, variance })));
    at += length;
  });
  return {
    parts: partsOf(question, plan),
    numbers: (part) => {
      const numbers = byName.get(part);
      if (numbers === undefined) throw new RangeError(`the sum has no part "${part}"`);
      return numbers;
    },
  };
}
