import { localRows, takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import { TreesLearner } from "@cohortium/node/learning/trees/learner";
import type { ThreadsOf } from "@cohortium/node/learning/trees/grower";
import { summingHere } from "@cohortium/node/learning/trees/histograms";
import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import type { Feature } from "@cohortium/protocol/charter/features";
import { pooledFirst, pooledNext, type Pooled } from "@cohortium/protocol/training/trees/pooled";
import type { TreesTerms } from "@cohortium/protocol/training/trees/progress";

export const COLUMNS = 30;
export const FEATURES: readonly Feature[] = Array.from({ length: COLUMNS }, (_, i) => ({ kind: "numeric", name: `column ${i}`, unit: "units", min: 0, max: 1 }));

export const CLAUSE: TreesClause = {
  kind: "trees", trees: 400, depth: 6, learningRate: 0.1, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 256, rowSample: 1, columnSample: 1, seed: 7,
};
export const TREE_TERMS: TreesTerms = { plan: { features: FEATURES, rowsMinJoint: 100, categoryRowsMin: 10 }, clause: CLAUSE };

/** Uniform numbers with a truth that takes many splits to find; the same for the same seed. */
export function madeUpRows(rows: number, seed: number): LocalRows {
  let state = seed;
  const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const x = Float64Array.from({ length: COLUMNS * rows }, uniform);
  const at = (column: number, row: number) => x[(column % COLUMNS) * rows + row] ?? 0;
  const y = Uint8Array.from({ length: rows }, (_, row) => {
    let logit = -1;
    for (let column = 0; column < 8; column++) logit += Math.sin(6 * at(column, row) + column) * (at(column + 1, row) > 0.5 ? 1 : 0.4);
    return uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
  });
  return localRows(x, [], y);
}

/** So many parts of equal size, one after the other. */
export function dealt(rows: LocalRows, parts: number): readonly LocalRows[] {
  const size = Math.floor(rows.rows / parts);
  return Array.from({ length: parts }, (_, part) => takeRows(rows, Array.from({ length: size }, (_row, i) => part * size + i)));
}

/** All in the thread that asks. */
export const summedHere: ThreadsOf = (matrix) => ({ sum: summingHere(matrix), close: () => undefined });

/** One party's training in the clear, its rows binned and its first answer given once, so that what is timed is growing alone. */
export interface Primed {
  readonly learner: TreesLearner;
  readonly step: Pooled;
}

export async function primed(rows: LocalRows, threadsOf?: ThreadsOf): Promise<Primed> {
  const learner = new TreesLearner(rows, FEATURES, CLAUSE, threadsOf);
  let step = pooledFirst(TREE_TERMS);
  while (step.scene.stage === "bins") step = asking(pooledNext(step, await learner.answer(step.scene), TREE_TERMS));
  if (step.scene.stage === "level") await learner.answer(step.scene);
  return { learner, step };
}

/** Grows so many trees. */
export async function grow({ learner, step }: Primed, trees: number): Promise<void> {
  for (let at = step; at.scene.stage === "level" && at.scene.trees.length < trees;) at = asking(pooledNext(at, await learner.answer(at.scene), TREE_TERMS));
}

function asking(step: ReturnType<typeof pooledNext>): Pooled {
  if (step.kind !== "asks") throw new Error("a training of so many trees does not end here");
  return step;
}
