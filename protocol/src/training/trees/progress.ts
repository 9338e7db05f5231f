import type { Json } from "@cohortium/crypto/canonical-json";
import { BINS_ROUNDS_MAX } from "../../charter/trees-schema.js";
import { failed, type AdvanceTo, type Evaluating } from "../advance.js";
import type { TreesClause } from "../../charter/model-clauses.js";
import { contextDigest, type TrainingPlan } from "../plan.js";
import { firstBins, nextBins, unpackBins, type BinsQuestion } from "./bins.js";
import { askedNodes, closed, grow, levelQuestion, seedling, type Growth } from "./growth.js";
import { unpackLevel, type LevelQuestion, type LevelSums } from "./level.js";
import { treesModel, type TreesModel } from "./model.js";
import { cutsFor, sketchOf, startOf, withParts, type Cuts, type Sketch } from "./sketch.js";
import { splittable, type Start } from "./space.js";
import { UNITS } from "./quantise.js";
import { LEAF, type Split, type Tree } from "./tree.js";

/**
 * Where a training of trees stands between two sums. `context` is what the next round shows: what the last sum led to and the digest of the
 * context before, so that equal digests mean equal histories although each context carries only what is new.
 */
export type TreesProgress = Sketching | Growing;

interface Sketching {
  readonly kind: "bins";
  readonly question: BinsQuestion;
  readonly model: null;
  readonly context: Json;
  /** What earlier rounds found, and where this one looks closer; null at the first. */
  readonly refines: { readonly sketch: Sketch; readonly cuts: Cuts } | null;
  readonly over: Over | null;
}

interface Growing {
  readonly kind: "level";
  readonly question: LevelQuestion;
  readonly model: null;
  readonly context: Json;
  readonly start: Start;
  readonly trees: readonly Tree[];
  /** The tree after these; null where only the loss of the last one is asked for. */
  readonly growth: Growth | null;
  readonly best: Best | null;
  readonly over: Over;
}

/** How many companies and training rows the last sum was over. */
interface Over {
  readonly survivors: number;
  readonly rows: number;
}

/** After how many trees the loss on the rows set apart was lowest so far. */
interface Best {
  readonly trees: number;
  readonly rows: number;
  readonly meanLoss: number;
}

/** What of a plan trees are grown by. */
export interface TreesTerms {
  readonly plan: Pick<TrainingPlan, "features" | "rowsMinJoint" | "categoryRowsMin">;
  readonly clause: TreesClause;
}

type Advance = AdvanceTo<TreesProgress | Evaluating<TreesModel>, TreesModel>;

/** A training of trees begins with a look at the whole range of every column. */
export function treesFirst({ features }: Pick<TrainingPlan, "features">): TreesProgress {
  return { kind: "bins", question: firstBins(features), model: null, context: null, refines: null, over: null };
}

/** Bins, then level after level and tree after tree, then the evaluation. `values` are the decoded sum, its guard and bounds checked. */
export function advanceTrees(values: Float64Array, survivors: number, progress: TreesProgress, at: TreesTerms): Advance {
  const over = { survivors, rows: values[1] ?? 0 };
  // The rows are pinned for a session, so the same companies bring the same number; fewer companies bring fewer, but not too few.
  if (progress.over?.survivors === survivors && progress.over.rows !== over.rows) return failed("DATA_CHANGED", { rows: over.rows, before: progress.over.rows });
  if (!(over.rows >= at.plan.rowsMinJoint)) return failed("TRAINING_DEGENERATE", { because: "too-few-rows", rows: over.rows });
  switch (progress.kind) {
    case "bins": return afterBins(values, progress, over, at);
    case "level": return afterLevel(unpackLevel(progress.question, values), progress, over, at);
  }
}

function afterBins(values: Float64Array, progress: Sketching, over: Over, { plan, clause }: TreesTerms): Advance {
  const { features, categoryRowsMin } = plan;
  const { question, refines } = progress;
  const sum = unpackBins(question, values);
  const sketch = refines === null ? sketchOf(sum, question, features) : withParts(refines.sketch, refines.cuts, sum, features);
  if (sketch === null) return failed("TRAINING_DEGENERATE", { because: "impossible-counts", rows: over.rows });
  const { positives, rows } = sketch.head;
  if (!(positives > 0 && positives < rows)) return failed("TRAINING_DEGENERATE", { because: "one-class", rows });

  const before = contextDigest(progress.context);
  const cuts = question.round + 1 < BINS_ROUNDS_MAX ? cutsFor(sketch, features, clause) : null;
  if (cuts !== null) {
    const next: Sketching = {
      kind: "bins", question: nextBins(question.round + 1, sketch.cells, cuts, features), model: null,
      context: { before, cut: cuts.map((column) => column.map((cut) => [...cut])) }, refines: { sketch, cuts }, over,
    };
    return { kind: "next", progress: next, rows: over.rows, measure: null, keep: null };
  }
  const start = startOf(sketch, features, clause, categoryRowsMin);
  if (splittable(start).length === 0) return failed("TRAINING_DEGENERATE", { because: "nothing-to-split", rows });
  const shown = { before, tree: 0, level: 0, start: startJson(start) };
  return { kind: "next", progress: nextTree({ start, trees: [], best: null, over }, shown, clause), rows: over.rows, measure: null, keep: null };
}

function afterLevel(sums: LevelSums, progress: Growing, over: Over, { clause }: TreesTerms): Advance {
  const { start, trees, growth, question } = progress;
  if (question.validated && !(sums.validationRows > 0)) return failed("TRAINING_DEGENERATE", { because: "no-rows-set-apart", rows: over.rows });
  const best = question.validated ? bestOf(progress.best, sums, trees.length) : progress.best;
  const isOver = growth === null || (best !== null && trees.length - best.trees >= (clause.earlyStopping?.patience ?? Infinity));
  if (isOver) return evaluating(treesModel(start.base, trees.slice(0, best?.trees)), over, best);

  // Over fewer companies than before, the sums of children do not add up to their parents': the tree ends here, where all of it is known.
  const hasShrunk = growth.level > 0 && over.survivors !== progress.over.survivors;
  const grown = hasShrunk ? { kind: "grown", tree: closed(growth, clause), splits: [] } as const : grow(growth, sums, clause);
  switch (grown.kind) {
    case "impossible": return failed("TRAINING_DEGENERATE", { because: "impossible-sums", rows: over.rows });
    case "growing": {
      const context = { ...shownOf(progress, grown.splits), tree: trees.length, level: grown.growth.level, ask: [...askedNodes(grown.growth)] };
      const next: Growing = { ...progress, question: levelQuestion(grown.growth, false), context, growth: grown.growth, best, over };
      return { kind: "next", progress: next, rows: over.rows, measure: null, keep: null };
    }
    case "grown": return afterTree(grown, { ...progress, best, over }, clause);
  }
}

function afterTree({ tree, splits }: { readonly tree: Tree; readonly splits: readonly Split[] }, progress: Growing, clause: TreesClause): Advance {
  const { start, best, over } = progress;
  const trees = [...progress.trees, tree];
  if (trees.length === clause.trees && clause.earlyStopping === undefined) return evaluating(treesModel(start.base, trees), over, null);
  const shown = { ...shownOf(progress, splits), tree: trees.length, level: 0, leaves: tree.value.filter((_, node) => tree.feature[node] === LEAF) };
  const measure = best === null ? { what: "trees", value: trees.length } : { what: "validation loss", value: best.meanLoss };
  return { kind: "next", progress: nextTree({ start, trees, best, over }, shown, clause), rows: over.rows, measure, keep: null };
}

/** The root of the next tree; or, behind the last one, its loss alone. */
function nextTree(at: Pick<Growing, "start" | "trees" | "best" | "over">, context: Json, clause: TreesClause): Growing {
  const { start, trees } = at;
  const growth = trees.length < clause.trees ? seedling(start, clause, trees.length) : null;
  const validated = clause.earlyStopping !== undefined;
  const question = growth === null ? LOSS_ALONE : levelQuestion(growth, validated);
  return { ...at, kind: "level", question, model: null, context, growth };
}

const LOSS_ALONE: LevelQuestion = { kind: "level", nodes: 0, slots: 0, root: false, validated: true };

function shownOf({ context }: Growing, splits: readonly Split[]) {
  return { before: contextDigest(context), splits: splits.map(({ node, feature, value, missingRight }) => [node, feature, value, missingRight ? 1 : 0]) };
}

function startJson({ base, spaces }: Start): Json {
  return { base, spaces: spaces.map((space) => (space.kind === "numeric" ? { ...space, thresholds: [...space.thresholds] } : { ...space, kept: [...space.kept] })) };
}

/** Losses over other companies' rows cannot be compared, so with those the search for the best begins anew. */
function bestOf(best: Best | null, { validationRows: rows, validationLoss }: LevelSums, trees: number): Best {
  const meanLoss = validationLoss / (rows * UNITS);
  return best !== null && best.rows === rows && !(meanLoss < best.meanLoss) ? best : { trees, rows, meanLoss };
}

function evaluating(model: TreesModel, { rows }: Over, best: Best | null): Advance {
  const measure = best === null ? { what: "trees", value: model.iteration } : { what: "validation loss", value: best.meanLoss };
  return { kind: "next", progress: { kind: "evaluation", question: { kind: "evaluation" }, model }, rows, measure, keep: model };
}
