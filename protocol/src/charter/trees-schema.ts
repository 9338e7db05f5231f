import { z } from "zod";
import type { Feature } from "./features.js";
import type { TreesClause } from "./model-clauses.js";
import { CELL_ROWS_MIN, TRAINING_NANO_RHO_MIN } from "./limits.js";
import { pointer, type Problem } from "./clauses.js";

/** Each level of each tree is a sum of its own, and a training has `ROUNDS_MAX` of them. */
export const TREES_MAX = 800;
/** A level asks for half as many histograms as it has nodes; eight levels are 255 splits a tree. */
export const TREE_DEPTH_MAX = 8;
/** The whole model travels as one JSON document of a megabyte; a leaf and its split take some fifty bytes. */
export const LEAVES_MAX = 16_384;
/** Bins are numbered by one byte. */
export const BINS_MAX = 256;
/**
 * A leaf stands for the rows in it, and the gradients of few rows tell of them. No row weighs more than p(1 − p) = ¼, so a weight of this much
 * is at least `CELL_ROWS_MIN` rows; for rows that the trees already predict well, many more. A charter may raise it, never lower it.
 */
export const CHILD_WEIGHT_FLOOR = CELL_ROWS_MIN / 4;
/** Of numbers in one answer: 32 MiB a party, which a round takes in minutes on a slow line. */
export const ANSWER_NUMBERS_MAX = 2 ** 22;
/** Noise is drawn number by number, at some ten microseconds each, and a node does nothing else meanwhile. */
export const NOISY_NUMBERS_MAX = 2 ** 18;

/** The charter's `model` section for boosted trees. Rules across keys: `treesProblems`. */
export const treesSchema = z.strictObject({
  kind: z.literal("trees").describe("trees, for gradient-boosted trees"),
  trees: z.int().min(1).max(TREES_MAX).describe("how many trees at most, 1 to 800"),
  depth: z.int().min(1).max(TREE_DEPTH_MAX).describe("how many levels of splits a tree has, 1 to 8"),
  learningRate: z.number().gt(0).max(1).describe("what each tree's leaves are multiplied with, above 0 and at most 1"),
  lambda: z.number().min(0).max(1e6).describe("the penalty on squared leaf values, 0 or more"),
  gamma: z.number().min(0).max(1e6).describe("what a split must gain at least, 0 or more"),
  childWeightMin: z.number().min(CHILD_WEIGHT_FLOOR).max(1e9).describe("the least weight on either side of a split, from 2.5; a row weighs a quarter at most"),
  bins: z.int().min(2).max(BINS_MAX).describe("how many bins a numeric column has at most, that of missing values included, 2 to 256"),
  rowSample: z.number().gt(0).max(1).describe("the share of the rows that each tree looks at, above 0 and at most 1"),
  columnSample: z.number().gt(0).max(1).describe("the share of the columns that each tree may split on, above 0 and at most 1"),
  seed: z.int().min(0).max(2 ** 32 - 1).describe("a whole number below 2^32, from which the samples follow"),
  earlyStopping: z.strictObject({
    patience: z.int().min(1).max(TREES_MAX).describe("after how many trees without a lower loss training stops"),
    share: z.number().gt(0).max(0.5).describe("the share of the training rows that are set apart to tell, above 0 and at most 0.5"),
  }).optional().describe("patience and share; without this key all trees are grown"),
  privacy: z.strictObject({
    nanoRho: z.int().min(TRAINING_NANO_RHO_MIN).describe("what one training may tell of one row, in 10^-9 of rho; a whole number from 1,000"),
  }).optional().describe("nanoRho: how sums are kept private where privacy.mechanism is discrete-gaussian; leave it out otherwise"),
}) satisfies z.ZodType<TreesClause>;

/**
 * The most sums one training of trees may release: the bins, every level of every tree, the loss of the last tree, the held-out scores. Under noise the
 * counts, every level and the leaves of every tree, the held-out scores.
 */
export function releasesOfTrees({ trees, depth, earlyStopping, privacy }: Pick<TreesClause, "trees" | "depth" | "earlyStopping" | "privacy">): number {
  if (privacy !== undefined) return 1 + trees * sumsOfTree({ depth }) + 1;
  return BINS_ROUNDS_MAX + trees * depth + (earlyStopping === undefined ? 0 : 1) + 1;
}

/** Of what a noisy training may tell, a twentieth goes to its first sum: how common positives are, and which words occur, is a matter of a few counts. */
export const START_SHARE = 20;

/** How many noisy sums a tree takes: one of bins for each level, and one over its leaves. */
export function sumsOfTree({ depth }: Pick<TreesClause, "depth">): number {
  return depth + 1;
}

/** What a noisy training must at least be allowed to tell, for each sum over a tree to tell so much. */
export function leastNanoRho(clause: Pick<TreesClause, "trees" | "depth">, each: number): number {
  return Math.ceil((clause.trees * sumsOfTree(clause) * each * START_SHARE) / (START_SHARE - 1));
}

/** What must hold inside one question about trees. `at` is the JSON pointer of the question. */
export function treesProblems(clause: TreesClause, features: readonly Feature[], at: string): readonly Problem[] {
  return [...size(clause, at), ...answers(clause, features, at), ...bounds(features, at)];
}

/** One look at the whole range of every column, and two into what was too coarse. */
export const BINS_ROUNDS_MAX = 3;

function size({ trees, depth }: TreesClause, at: string): readonly Problem[] {
  if (trees * 2 ** depth <= LEAVES_MAX) return [];
  return [{
    clause: "trees.size", path: at + pointer("model", "trees"),
    says: `${trees} trees with ${depth} levels may have ${trees * 2 ** depth} leaves, and the model would not fit into one document`,
    fix: `write ${Math.floor(LEAVES_MAX / 2 ** depth)} or less, or lower depth`,
  }];
}

function answers({ depth, bins, privacy }: TreesClause, features: readonly Feature[], at: string): readonly Problem[] {
  const slots = features.reduce((sum, feature) => sum + (feature.kind === "numeric" ? bins : feature.categories.length), 0);
  // Of two children one is asked for, so the deepest level has half its nodes; under noise both are.
  const [numbers, most] = privacy === undefined
    ? [2 * slots * Math.max(1, 2 ** (depth - 2)), ANSWER_NUMBERS_MAX] as const : [2 * (1 + slots) * 2 ** (depth - 1), NOISY_NUMBERS_MAX] as const;
  if (numbers <= most) return [];
  return [{
    clause: "trees.answer-size", path: at + pointer("model", "bins"),
    says: `the answer about the deepest level may have ${numbers} numbers`, fix: `lower bins, depth or the number of categories until it is ${most} or less`,
  }];
}

/** Thresholds are 32-bit floats, as they are in every program that reads the exported model. */
function bounds(features: readonly Feature[], at: string): readonly Problem[] {
  return features.flatMap((feature, i): readonly Problem[] => {
    if (feature.kind !== "numeric") return [];
    const [min, max] = [Math.fround(feature.min), Math.fround(feature.max)];
    if (Number.isFinite(min) && Number.isFinite(max) && (min < max || !(feature.min < feature.max))) return [];
    return [{
      clause: "trees.bounds", path: at + pointer("features", i, "max"),
      says: `"${feature.name}" runs from ${feature.min} to ${feature.max}, which 32-bit floats cannot tell apart or hold`, fix: "write the column in another unit",
    }];
  });
}
