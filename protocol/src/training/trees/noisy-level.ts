import { behindGuard } from "../noisy-layout.js";
import type { LevelQuestion } from "./level.js";

/** Sums of g and h over some rows, with noise on them. */
export interface NoisySums {
  readonly g: number;
  readonly h: number;
}

/** One node's sums: over all its rows, and bin after bin. */
export interface NoisyNode {
  readonly total: NoisySums;
  readonly g: Float64Array;
  readonly h: Float64Array;
}

/** Slopes and weights as they are summed: node after node, of each the total and then its bins. A weight is 4h. */
interface NoisyLevel {
  readonly slopes: Float64Array;
  readonly weights: Float64Array;
}

/** A weight is so many times h, which makes it at most 1. */
export const WEIGHT_PER_H = 4;

/** Lays sums out in the order of `noisyLevelParts`, guard first. */
export function packNoisyLevel({ slopes, weights }: NoisyLevel): Float64Array {
  return behindGuard(slopes, weights);
}

/** Reads a decoded sum of `packNoisyLevel` vectors, node by node. @throws RangeError if its length does not fit the question. */
export function unpackNoisyLevel({ nodes, slots }: LevelQuestion, values: Float64Array): readonly NoisyNode[] {
  const each = 1 + slots;
  if (values.length !== 1 + 2 * nodes * each) throw new RangeError(`${values.length} numbers are not noisy sums of ${nodes} nodes and ${slots} bins`);
  const [slopes, weights] = [values.subarray(1, 1 + nodes * each), values.subarray(1 + nodes * each).map((weight) => weight / WEIGHT_PER_H)];
  return Array.from({ length: nodes }, (_, node) => {
    const [from, to] = [node * each, (node + 1) * each];
    return { total: { g: slopes[from] ?? Number.NaN, h: weights[from] ?? Number.NaN }, g: slopes.subarray(from + 1, to), h: weights.subarray(from + 1, to) };
  });
}
