import type { TreesClause } from "../../charter/model-clauses.js";
import type { NoisyNode, NoisySums } from "./noisy-level.js";
import type { Column } from "./space.js";
import type { Split } from "./tree.js";

/** The deviation of the noise on each sum of g and on each of h. */
export type Deviations = NoisySums;

type Terms = Pick<TreesClause, "lambda" | "gamma" | "childWeightMin" | "learningRate">;

/** Where a split would be, and what its node and its sides then hold, as well as is known. Noise comes in deviations of one number's. */
interface Candidate extends Omit<Split, "node"> {
  readonly left: NoisySums;
  readonly right: NoisySums;
  readonly noise: { readonly left: number; readonly right: number; readonly difference: number };
}

/** So many deviations of its noise are taken from what a split seems to tell, before it is believed. */
const DOUBT = 1;

/**
 * The split of a node that gains most after its noise is taken off, or null if none is left with more than nothing and at least `gamma`.
 *
 * Without penalty, XGBoost's gain is z² · H / (H_L · H_R), where z = G_L − (H_L / H) · G is how far the left side's slope is from its share of the whole.
 * Of |z| the deviation of its noise is taken off first, so that a side with little weight does not win by noise alone. A side must weigh `childWeightMin`
 * and a deviation of its noise more. Deterministic: + − × ÷ and √ only; of equals the first wins.
 *
 * The weights are taken as they are: their own noise enters by that rule alone. Ours: no paper has it. It looks at noisy sums alone and so costs nothing.
 */
export function bestNoisySplit(node: NoisyNode, columns: readonly Column[], deviations: Deviations, terms: Terms): Omit<Split, "node"> | null {
  let [best, most]: [Candidate | null, number] = [null, 0];
  for (const column of columns) {
    for (const candidate of candidatesOf(node, column)) {
      const gain = gainOf(candidate, deviations, terms);
      if (gain > most && gain >= terms.gamma) [best, most] = [candidate, gain];
    }
  }
  if (best === null) return null;
  const { feature, value, missingRight } = best;
  return { feature, value, missingRight };
}

/**
 * What a leaf adds to the logit of its rows: a 32-bit float. Where the noise on its slope is large beside its weight it is drawn to nothing, as the mean of
 * values that vary around nothing by 1 would be, given a slope with that much noise. Ours, as the rule for splits is.
 */
export function noisyLeafValue({ g, h }: NoisySums, deviations: Deviations, { lambda, learningRate, childWeightMin }: Terms): number {
  const weight = Math.max(h, childWeightMin);
  return Math.fround((-learningRate * g) / (weight + lambda + (deviations.g * deviations.g) / weight)) + 0;
}

function candidatesOf(node: NoisyNode, column: Column): readonly Candidate[] {
  switch (column.space.kind) {
    case "numeric": return thresholdsOf(node, column, column.space.thresholds, column.space.missing);
    case "categorical": return categoriesOf(node, column, column.space.kept);
  }
}

/**
 * A numeric column's bins hold every row once, and so add up to the node's own sum but for noise: what is missing is shared by all these numbers alike,
 * which is the least-squares estimate of each. Of n bins, k of them then have a variance of k − k²/(n + 1), and a covariance with the whole of k/(n + 1).
 */
function thresholdsOf(node: NoisyNode, { feature, first, slots }: Column, thresholds: readonly number[], hasMissing: boolean): readonly Candidate[] {
  const [g, h] = [agreed(node.g.subarray(first, first + slots), node.total.g), agreed(node.h.subarray(first, first + slots), node.total.h)];
  const missing = hasMissing ? { g: g.bins[slots - 1] ?? Number.NaN, h: h.bins[slots - 1] ?? Number.NaN } : { g: 0, h: 0 };
  const total = { g: g.total, h: h.total };
  let below: NoisySums = { g: 0, h: 0 };
  return thresholds.flatMap((value, bin): readonly Candidate[] => {
    if (bin > 0) below = { g: below.g + (g.bins[bin - 1] ?? Number.NaN), h: below.h + (h.bins[bin - 1] ?? Number.NaN) };
    const withMissing = { g: below.g + missing.g, h: below.h + missing.h };
    const at = (left: NoisySums, bins: number, missingRight: boolean) => ({ feature, value, missingRight, ...ofPart(left, total, bins, slots) });
    // Below the first threshold lies nothing but, if they go left, the missing values.
    if (bin === 0) return hasMissing ? [at(missing, 1, false)] : [];
    return hasMissing ? [at(withMissing, bin + 1, false), at(below, bin, true)] : [at(below, bin, false)];
  });
}

function agreed(bins: Float64Array, total: number): { readonly bins: Float64Array; readonly total: number } {
  const share = (total - bins.reduce((sum, bin) => sum + bin, 0)) / (bins.length + 1);
  return { bins: bins.map((bin) => bin + share), total: total - share };
}

function ofPart(left: NoisySums, total: NoisySums, bins: number, slots: number): Pick<Candidate, "left" | "right" | "noise"> {
  const variance = (count: number) => count - (count * count) / (slots + 1);
  const share = left.h / total.h;
  const difference = variance(bins) - (2 * share * bins) / (slots + 1) + (share * share * slots) / (slots + 1);
  return {
    left, right: { g: total.g - left.g, h: total.h - left.h },
    noise: { left: Math.sqrt(variance(bins)), right: Math.sqrt(variance(slots - bins)), difference: Math.sqrt(Math.max(0, difference)) },
  };
}

/** All other rows, which go left, against those of one category. Rare categories are in no bin, so the others are what it leaves of the node's own sum. */
function categoriesOf({ total, g, h }: NoisyNode, { feature, first }: Column, kept: readonly number[]): readonly Candidate[] {
  return kept.map((value, slot) => {
    const right = { g: g[first + slot] ?? Number.NaN, h: h[first + slot] ?? Number.NaN };
    const left = { g: total.g - right.g, h: total.h - right.h };
    const share = right.h / total.h;
    return { feature, value, missingRight: false, left, right, noise: { left: Math.SQRT2, right: 1, difference: Math.sqrt(1 + share * share) } };
  });
}

/** Zero, or `NaN`, where the split is not to be believed. */
function gainOf({ left, right, noise }: Candidate, deviations: Deviations, { lambda, childWeightMin }: Terms): number {
  const isHeavy = left.h >= childWeightMin + noise.left * deviations.h && right.h >= childWeightMin + noise.right * deviations.h;
  if (!isHeavy) return 0;
  const whole = left.h + right.h;
  const told = Math.abs(left.g - (left.h / whole) * (left.g + right.g)) - DOUBT * noise.difference * deviations.g;
  return told > 0 ? (told * told * whole) / ((left.h + lambda) * (right.h + lambda)) : 0;
}
