import type { Json } from "@cohortium/crypto/canonical-json";
import { orNull } from "../../session/or-null.js";
import type { TreesClause } from "../../charter/model-clauses.js";
import { contextDigest } from "../plan.js";
import { parseTreesModel } from "./model.js";
import { noisyColumns, noisyLevelQuestion, splitOn } from "./noisy-progress.js";
import { hasEvenSpaces, noisyStartQuestion } from "./noisy-start.js";
import { parseRecord } from "./parse.js";
import type { BinsScene, LevelScene, SceneTerms, TreesScene } from "./script.js";
import { parseLeaves, parseSplits } from "./shown.js";
import { parseStart, splittable } from "./space.js";
import { leavesOf, sameTree, SEED, withLeaves } from "./tree.js";

/**
 * As `readTreesScene`, of a training under noise: counts by class; then tree by tree at most as many levels as the charter says, each asked about on the
 * columns drawn for the tree, and its leaves, on none; then, once there are as many trees as the charter says, one evaluation; then nothing. So no
 * coordinator is answered more sums than the charter's price covers.
 */
export function readNoisyTreesScene(question: unknown, context: Json, terms: SceneTerms, last: TreesScene | null): TreesScene | null {
  return orNull(() => parseScene(question, context, terms, last));
}

/** @throws RangeError for a context that shows something else than what may follow. */
function parseScene(question: unknown, context: Json, terms: SceneTerms, last: TreesScene | null): TreesScene | null {
  if (question === "bins") return last === null && context === null ? firstScene(terms) : null;
  if (question === "level") return last === null || last.stage === "evaluation" ? null : levelScene(context, terms, last);
  return question === "evaluation" && last?.stage === "level" ? evaluationScene(context, terms, last) : null;
}

function firstScene({ features }: SceneTerms): TreesScene {
  return { kind: "trees", stage: "bins", question: noisyStartQuestion(features), model: null, digest: contextDigest(null), cells: [] };
}

function levelScene(context: Json, terms: SceneTerms, last: BinsScene | LevelScene): LevelScene | null {
  if (last.stage === "bins") return firstTree(context, terms, last);
  return overLeaves(last) ? nextTree(context, terms.clause, last) : nextLevel(context, terms.clause, last);
}

function firstTree(context: Json, { features, clause }: SceneTerms, last: BinsScene): LevelScene | null {
  const { before, tree, level, start } = parseRecord(context, ["before", "tree", "level", "start"]);
  const begun = parseStart(start, features, clause.bins);
  const isDue = before === last.digest && tree === 0 && level === 0 && hasEvenSpaces(begun, features, clause.bins) && splittable(begun).length > 0;
  return isDue ? rootScene({ start: begun, trees: [] }, context, clause) : null;
}

function nextLevel(context: Json, clause: TreesClause, last: LevelScene): LevelScene | null {
  const { before, tree, level, splits } = parseRecord(context, ["before", "tree", "level", "splits"]);
  if (before !== last.digest || tree !== last.trees.length || level !== last.level + 1) return null;
  const next = splitOn(last, parseSplits(splits, last), clause);
  const { asked, columns } = next;
  return { ...last, ...next, question: noisyLevelQuestion(asked, columns), digest: contextDigest(context), open: columns.length === 0 ? [] : asked };
}

function nextTree(context: Json, clause: TreesClause, last: LevelScene): LevelScene | null {
  const { before, tree, level, leaves } = parseRecord(context, ["before", "tree", "level", "leaves"]);
  if (before !== last.digest || tree !== last.trees.length + 1 || level !== 0 || !(last.trees.length + 1 < clause.trees)) return null;
  return rootScene({ start: last.start, trees: [...last.trees, withLeaves(last.tree, parseLeaves(leaves))] }, context, clause);
}

function rootScene({ start, trees }: Pick<LevelScene, "start" | "trees">, context: Json, clause: TreesClause): LevelScene {
  const columns = noisyColumns(start, clause, trees.length);
  const question = noisyLevelQuestion([0], columns);
  return { kind: "trees", stage: "level", question, model: null, digest: contextDigest(context), start, trees, tree: SEED, level: 0, columns, asked: [0], open: [0] };
}

/** The trees shown, and the last one with some values for its leaves. */
function evaluationScene(context: Json, { features, clause }: SceneTerms, last: LevelScene): TreesScene | null {
  if (!overLeaves(last) || last.trees.length + 1 !== clause.trees) return null;
  const model = parseTreesModel(context, features);
  const another = model.trees.at(-1) ?? SEED;
  const due = [...last.trees, withLeaves(last.tree, leavesOf(another).map((leaf) => another.value[leaf] ?? Number.NaN))];
  const isShown = Object.is(model.base, last.start.base) && model.trees.length === due.length && model.trees.every((tree, i) => sameTree(tree, due[i] ?? SEED));
  return isShown ? { kind: "trees", stage: "evaluation", question: { kind: "evaluation" }, model, digest: contextDigest(context) } : null;
}

/** Whether this scene asks about the leaves of a tree that splits no more. */
function overLeaves({ columns }: LevelScene): boolean {
  return columns.length === 0;
}
