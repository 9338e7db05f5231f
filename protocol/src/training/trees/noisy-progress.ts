import type { Json } from "@cohortium/crypto/canonical-json";
import { failed, type AdvanceTo, type Evaluating } from "../advance.js";
import type { TreesClause } from "../../charter/model-clauses.js";
import { gridsOf } from "../layout.js";
import { noiseDeviation } from "../noisy-layout.js";
import { clauseOf, contextDigest, layoutTerms, minimumsOf, type TrainingPlan } from "../plan.js";
import type { BinsQuestion } from "./bins.js";
import type { LevelQuestion } from "./level.js";
import { treesModel, type TreesModel } from "./model.js";
import { unpackNoisyLevel, WEIGHT_PER_H, type NoisyNode } from "./noisy-level.js";
import { bestNoisySplit, noisyLeafValue, type Deviations } from "./noisy-split.js";
import { noisyBeginning, noisyStartQuestion } from "./noisy-start.js";
import { drawColumns } from "./sample.js";
import { columnsFor, splittable, totalSlots, type Column, type Start } from "./space.js";
import { leavesOf, SEED, withLeaves, withSplits, type Split, type Tree } from "./tree.js";

/** Where a noisy training of trees stands between two sums. Contexts go on from each other as those of exact trees do (`progress.ts`). */
export type NoisyTreesProgress = Starting | Growing;

interface Starting {
  readonly kind: "noisy-trees";
  readonly question: BinsQuestion;
  readonly model: null;
  readonly context: Json;
  readonly growth: null;
}

interface Growing {
  readonly kind: "noisy-trees";
  readonly question: LevelQuestion;
  readonly model: null;
  readonly context: Json;
  readonly growth: Growth;
}

/** A tree between two levels, and what came before it. */
interface Growth {
  readonly start: Start;
  readonly trees: readonly Tree[];
  readonly columns: readonly Column[];
  readonly tree: Tree;
  readonly level: number;
  /** Whose sums are asked for: those that may split, or all leaves of a tree that splits no more. */
  readonly asked: readonly number[];
  /** By the noisy count of the first sum. */
  readonly rows: number;
}

type Advance = AdvanceTo<NoisyTreesProgress | Evaluating<TreesModel>, TreesModel>;

export function noisyTreesFirst({ features }: Pick<TrainingPlan, "features">): NoisyTreesProgress {
  return { kind: "noisy-trees", question: noisyStartQuestion(features), model: null, context: null, growth: null };
}

/**
 * Noisy counts; then tree by tree one sum of bins a level, until no split is believed or the charter's depth is reached, and one over the leaves; then the
 * evaluation. `values` are the decoded sum, which was checked. Deterministic: + − × ÷ and √ only.
 *
 * Both children of a split are asked about: the one left over from their parent's sums would have the noise of two, and a row in one of two nodes moves
 * a sum over both no further than one over its own.
 */
export function advanceNoisyTrees(values: Float64Array, survivors: number, progress: NoisyTreesProgress, plan: TrainingPlan): Advance {
  const clause = clauseOf(plan, "trees");
  if (progress.growth === null) return afterStart(values, progress, plan, clause);
  const { question, growth } = progress;
  const nodes = unpackNoisyLevel(question, values);
  const deviations = deviationsOf(question, survivors, plan);
  return growth.columns.length > 0 ? afterBins(nodes, deviations, progress, clause) : afterLeaves(nodes, deviations, progress, clause);
}

/** The columns that a tree may split on. */
export function noisyColumns(start: Start, { columnSample, seed }: TreesClause, tree: number): readonly Column[] {
  return columnsFor(start, drawColumns(splittable(start), columnSample, seed, tree));
}

/** A tree between two levels: what was asked of it last, and what of it is asked next. */
export type GrowingTree = Pick<Growth, "tree" | "level" | "columns" | "asked">;

/** How a tree goes on after these splits of its last level: with the nodes that they made, or over its leaves where there are no more splits to come. */
export function splitOn({ tree: before, level: last, columns }: GrowingTree, splits: readonly Split[], { depth }: Pick<TreesClause, "depth">): GrowingTree {
  const [tree, level] = [withSplits(before, splits), last + 1];
  if (splits.length === 0 || level === depth) return { tree, level, columns: [], asked: leavesOf(tree) };
  return { tree, level, columns, asked: tree.feature.flatMap((_, node) => (node >= before.feature.length ? [node] : [])) };
}

/** The question about some nodes, on some columns; about leaves, on none. */
export function noisyLevelQuestion(asked: readonly number[], columns: readonly Column[]): LevelQuestion {
  return { kind: "level", nodes: asked.length, slots: totalSlots(columns), root: false, validated: false, columns: columns.length };
}

function afterStart(values: Float64Array, { context }: Starting, plan: TrainingPlan, clause: TreesClause): Advance {
  const begun = noisyBeginning(values, plan.features, clause.bins, minimumsOf(plan));
  if (begun.kind === "degenerate") return failed("TRAINING_DEGENERATE", { because: begun.because, rows: begun.rows });
  const { start, rows } = begun;
  const shown = { before: contextDigest(context), tree: 0, level: 0, start: startJson(start) };
  return { kind: "next", progress: root({ start, trees: [], rows }, shown, clause), rows, measure: null, keep: null };
}

function afterBins(nodes: readonly NoisyNode[], deviations: Deviations, { context, growth }: Growing, clause: TreesClause): Advance {
  const { asked, columns, rows } = growth;
  const splits = nodes.flatMap((sums, i): readonly Split[] => {
    const best = bestNoisySplit(sums, columns, deviations, clause);
    return best === null ? [] : [{ node: asked[i] ?? Number.NaN, ...best }];
  });
  const next: Growth = { ...growth, ...splitOn(growth, splits, clause) };
  const shown = { before: contextDigest(context), tree: growth.trees.length, level: next.level, splits: splitsJson(splits) };
  return { kind: "next", progress: growing(next, shown), rows, measure: null, keep: null };
}

function afterLeaves(nodes: readonly NoisyNode[], deviations: Deviations, { context, growth }: Growing, clause: TreesClause): Advance {
  const { start, rows } = growth;
  const leaves = nodes.map(({ total }) => noisyLeafValue(total, deviations, clause));
  const trees = [...growth.trees, withLeaves(growth.tree, leaves)];
  const measure = { what: "trees", value: trees.length };
  if (trees.length === clause.trees) {
    const model = treesModel(start.base, trees);
    return { kind: "next", progress: { kind: "evaluation", question: { kind: "evaluation" }, model }, rows, measure, keep: model };
  }
  const shown = { before: contextDigest(context), tree: trees.length, level: 0, leaves };
  return { kind: "next", progress: root({ start, trees, rows }, shown, clause), rows, measure, keep: null };
}

function root(at: Pick<Growth, "start" | "trees" | "rows">, context: Json, clause: TreesClause): Growing {
  return growing({ ...at, columns: noisyColumns(at.start, clause, at.trees.length), tree: SEED, level: 0, asked: [0] }, context);
}

function growing(growth: Growth, context: Json): Growing {
  return { kind: "noisy-trees", question: noisyLevelQuestion(growth.asked, growth.columns), model: null, context, growth };
}

function deviationsOf(question: LevelQuestion, survivors: number, plan: TrainingPlan): Deviations {
  const [slopes, weights] = gridsOf(question, layoutTerms(plan)).map((grid) => noiseDeviation(grid, survivors));
  return { g: slopes ?? Number.NaN, h: (weights ?? Number.NaN) / WEIGHT_PER_H };
}

function splitsJson(splits: readonly Split[]): Json {
  return splits.map(({ node, feature, value, missingRight }) => [node, feature, value, missingRight ? 1 : 0]);
}

function startJson({ base, spaces }: Start): Json {
  return { base, spaces: spaces.map((space) => (space.kind === "numeric" ? { ...space, thresholds: [...space.thresholds] } : { ...space, kept: [...space.kept] })) };
}
