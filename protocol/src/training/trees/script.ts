import type { Json } from "@cohortium/crypto/canonical-json";
import { BINS_ROUNDS_MAX } from "../../charter/trees-schema.js";
import type { Digest } from "../../session/ids.js";
import { orNull } from "../../session/or-null.js";
import type { TreesClause } from "../../charter/model-clauses.js";
import { numericsOf, type Feature } from "../../charter/features.js";
import type { EvaluationQuestion } from "../layout.js";
import { contextDigest } from "../plan.js";
import { firstBins, nextBins, NO_CELLS, type BinsQuestion } from "./bins.js";
import { cutCells, type Cells } from "./cells.js";
import type { LevelQuestion } from "./level.js";
import { parseTreesModel, type TreesModel } from "./model.js";
import { parseRecord } from "./parse.js";
import { drawColumns } from "./sample.js";
import { isNextLevelOf, parseAsked, parseCuts, parseLeaves, parseSplits, type OpenTree } from "./shown.js";
import { columnsFor, parseStart, splittable, totalSlots, type Start } from "./space.js";
import { sameTree, SEED, withLeaves, withSplits, type Tree } from "./tree.js";

/** One question of a training of trees as a node was asked it, with what the rounds so far have shown. */
export type TreesScene = BinsScene | LevelScene | EvaluationScene;

export interface BinsScene {
  readonly kind: "trees";
  readonly stage: "bins";
  readonly question: BinsQuestion;
  readonly model: null;
  readonly digest: Digest;
  /** All cells of each numeric column, as far as they are cut. */
  readonly cells: readonly Cells[];
}

/** `tree` is the one that is growing, on `columns`; of its nodes those `asked` about and their siblings, `open`, may be split next. */
export interface LevelScene extends OpenTree {
  readonly kind: "trees";
  readonly stage: "level";
  readonly question: LevelQuestion;
  readonly model: null;
  readonly digest: Digest;
  readonly start: Start;
  /** Those that are grown. */
  readonly trees: readonly Tree[];
  readonly level: number;
  readonly asked: readonly number[];
}

export interface EvaluationScene {
  readonly kind: "trees";
  readonly stage: "evaluation";
  readonly question: EvaluationQuestion;
  readonly model: TreesModel;
  readonly digest: Digest;
}

/** What of a plan a node holds its coordinator to. */
export interface SceneTerms {
  readonly features: readonly Feature[];
  readonly clause: TreesClause;
}

/**
 * Reads an offered question with its context; null unless it may follow `last`: the bins, finer and finer; then tree by tree and level by level,
 * each context naming the digest of the one before and adding one step to what they have shown; then one evaluation, at the trees shown or
 * fewer of them; then nothing.
 *
 * What a node cannot see is whether a split follows from the sum; an auditor can.
 */
export function readTreesScene(question: unknown, context: Json, terms: SceneTerms, last: TreesScene | null): TreesScene | null {
  return orNull(() => parseScene(question, context, terms, last));
}

/** @throws RangeError for a context that shows something else than what may follow. */
function parseScene(question: unknown, context: Json, terms: SceneTerms, last: TreesScene | null): TreesScene | null {
  if (question === "bins") return last === null ? firstScene(context, terms) : last.stage === "bins" ? binsScene(context, terms, last) : null;
  if (question === "level") return last === null || last.stage === "evaluation" ? null : levelScene(context, terms, last);
  return question === "evaluation" && last?.stage === "level" ? evaluationScene(context, terms, last) : null;
}

function firstScene(context: Json, { features }: SceneTerms): TreesScene | null {
  if (context !== null) return null;
  const question = firstBins(features);
  return { kind: "trees", stage: "bins", question, model: null, digest: contextDigest(context), cells: question.cells };
}

function binsScene(context: Json, { features, clause }: SceneTerms, last: BinsScene): TreesScene | null {
  const { before, cut } = parseRecord(context, ["before", "cut"]);
  const round = last.question.round + 1;
  if (before !== last.digest || !(round < BINS_ROUNDS_MAX)) return null;
  const cuts = parseCuts(cut, last.cells, clause.bins);
  const cells = numericsOf(features).map((feature, i) => cutCells(last.cells[i] ?? NO_CELLS, cuts[i] ?? [], feature));
  return { kind: "trees", stage: "bins", question: nextBins(round, last.cells, cuts, features), model: null, digest: contextDigest(context), cells };
}

function levelScene(context: Json, terms: SceneTerms, last: BinsScene | LevelScene): LevelScene | null {
  if (last.stage === "bins") return firstTree(context, terms, last);
  return typeof context === "object" && context !== null && Object.hasOwn(context, "ask") ? nextLevel(context, terms, last) : nextTree(context, terms, last);
}

function firstTree(context: Json, terms: SceneTerms, last: BinsScene): LevelScene | null {
  const { before, tree, level, start } = parseRecord(context, ["before", "tree", "level", "start"]);
  if (before !== last.digest || tree !== 0 || level !== 0) return null;
  const begun = parseStart(start, terms.features, terms.clause.bins);
  return splittable(begun).length === 0 ? null : rootScene({ start: begun, trees: [], digest: contextDigest(context) }, terms.clause);
}

function nextTree(context: Json, { clause }: SceneTerms, last: LevelScene): LevelScene | null {
  const { before, tree, level, splits, leaves } = parseRecord(context, ["before", "tree", "level", "splits", "leaves"]);
  const isNext = before === last.digest && tree === last.trees.length + 1 && level === 0;
  // Behind the last tree only its loss may be asked for; behind that, nothing.
  const isWanted = last.trees.length < clause.trees && (last.trees.length + 1 < clause.trees || clause.earlyStopping !== undefined);
  if (!isNext || !isWanted) return null;
  const grown = withSplits(last.tree, parseSplits(splits, last));
  const trees = [...last.trees, withLeaves(grown, parseLeaves(leaves))];
  return rootScene({ start: last.start, trees, digest: contextDigest(context) }, clause);
}

function nextLevel(context: Json, { clause }: SceneTerms, last: LevelScene): LevelScene | null {
  const { before, tree, level, splits, ask } = parseRecord(context, ["before", "tree", "level", "splits", "ask"]);
  const isNext = before === last.digest && tree === last.trees.length && level === last.level + 1 && level < clause.depth;
  if (!isNext || last.open.length === 0) return null;
  const grown = withSplits(last.tree, parseSplits(splits, last));
  const asked = parseAsked(ask, last.tree.feature.length, grown.feature.length);
  const question: LevelQuestion = { kind: "level", nodes: asked.length, slots: totalSlots(last.columns), root: false, validated: false };
  return { ...last, question, digest: contextDigest(context), tree: grown, level, asked, open: asked.flatMap(withSibling) };
}

function rootScene({ start, trees, digest }: Pick<LevelScene, "start" | "trees" | "digest">, clause: TreesClause): LevelScene {
  const isBehindLast = trees.length === clause.trees;
  const columns = isBehindLast ? [] : columnsFor(start, drawColumns(splittable(start), clause.columnSample, clause.seed, trees.length));
  const nodes = isBehindLast ? [] : [0];
  const question: LevelQuestion = {
    kind: "level", nodes: nodes.length, slots: totalSlots(columns), root: !isBehindLast, validated: clause.earlyStopping !== undefined,
  };
  return { kind: "trees", stage: "level", question, model: null, digest, start, trees, tree: SEED, level: 0, columns, asked: nodes, open: nodes };
}

function evaluationScene(context: Json, { features }: SceneTerms, last: LevelScene): TreesScene | null {
  const model = parseTreesModel(context, features);
  const known = model.trees.slice(0, last.trees.length);
  const [another, ...more] = model.trees.slice(last.trees.length);
  const isShown = Object.is(model.base, last.start.base) && more.length === 0 && known.every((tree, i) => sameTree(tree, last.trees[i] ?? SEED));
  if (!isShown || (another !== undefined && (last.question.nodes === 0 || !isNextLevelOf(another, last)))) return null;
  return { kind: "trees", stage: "evaluation", question: { kind: "evaluation" }, model, digest: contextDigest(context) };
}

/** Both children of a split, in order: the left one's number is odd. */
function withSibling(node: number): readonly number[] {
  return node % 2 === 1 ? [node, node + 1] : [node - 1, node];
}
