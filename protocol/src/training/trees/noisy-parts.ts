import { categoricalsOf, type Feature } from "../../charter/features.js";
import type { NoisyPart } from "../noisy-layout.js";
import type { LevelQuestion } from "./level.js";

/** What the first noisy sum of a training of trees is made of, after the guard: a row is of one class, and has one word of each categorical column. */
export function noisyStartParts(features: readonly Feature[]): readonly NoisyPart[] {
  const categoricals = categoricalsOf(features);
  return [
    { name: "rows by class", length: 2, reach: { kind: "numbers", changed: 1 }, weight: 1 },
    { name: "counts", length: wordsOf(features), reach: { kind: "numbers", changed: categoricals.length }, weight: 1 },
  ];
}

/**
 * What a noisy sum of a level is made of, after the guard: of each node the sum of slopes g = p − y over all its rows and over those of each bin; then of
 * weights, four times h = p(1 − p).
 *
 * One row, added or removed, is in at most one of the nodes; there it is in the node's own sum and in at most one bin of each column. So it moves at most
 * `columns` + 1 slopes, each by |g| ≤ 1, and as many weights, each by 4h ≤ 1: Δ₂² = `columns` + 1 of either part, in squared units of the scale, in which
 * g and h, whole multiples of 2^-20, are whole numbers. Sums over leaves are those of no column: Δ₂² = 1. Which rows are in which node, and p itself,
 * follow from the row and from what sums before this one have shown, so that composition is adaptive and ρ adds up (Bun and Steinke 2016, lemma 2.3).
 *
 * That histograms of gradients are sums of bounded sensitivity, one bin a feature, and that trees are what they are made into, is as in S. Maddock and
 * others, "Federated Boosted Decision Trees with Differential Privacy" (CCS 2022). Ours: the row of totals beside the bins, the factor 4, the share of 4 : 1
 * between slopes and weights (a slope decides, a weight divides). No second cryptographer has read this derivation.
 */
export function noisyLevelParts({ nodes, slots, columns = 0 }: LevelQuestion): readonly NoisyPart[] {
  const [length, reach] = [nodes * (1 + slots), { kind: "numbers", changed: columns + 1 }] as const;
  return [{ name: "slopes", length, reach, weight: 4 }, { name: "weights", length, reach, weight: 1 }];
}

/** How many words all categorical columns have. */
export function wordsOf(features: readonly Feature[]): number {
  return categoricalsOf(features).reduce((sum, { categories }) => sum + categories.length, 0);
}
