// Rows and trees in terms of bins, so that another trainer has exactly our candidates for splits and no other.
import { TreesLearner } from "../../node/dist/learning/trees/learner.js";
import { pooledFirst, pooledNext } from "../../protocol/dist/training/trees/pooled.js";
import { binOfNumber, splittable } from "../../protocol/dist/training/trees/space.js";
import { leftChildren } from "../../protocol/dist/training/trees/tree.js";

/** `train` and `held` hold a column per number, with its bin or NaN, and one per kept category, with zero or one; `trees` split them. */
export async function binnedTrees({ features, train, held }, model, clause) {
  const start = await startOf(train, features, clause);
  const columns = columnsOf(start);
  const trees = model.trees.map((tree) => treeOf(tree, start, columns));
  return { columns: columns.length, train: matrixOf(train, columns), held: matrixOf(held, columns), trees };
}

/** What the first sums of a training over these rows lead to. */
async function startOf(rows, features, clause) {
  const terms = { plan: { features, rowsMinJoint: 100, categoryRowsMin: 10 }, clause };
  const learner = new TreesLearner(rows, features, clause);
  let step = pooledFirst(terms);
  while (step.scene.stage === "bins") step = pooledNext(step, await learner.answer(step.scene), terms);
  return step.scene.start;
}

function columnsOf(start) {
  let [numeric, categorical] = [0, 0];
  const places = start.spaces.map(({ kind }) => (kind === "numeric" ? numeric++ : categorical++));
  return splittable(start).flatMap((feature) => {
    const space = start.spaces[feature];
    const place = places[feature];
    return space.kind === "numeric" ? [{ feature, place, space }] : space.kept.map((category) => ({ feature, place, space, category }));
  });
}

function matrixOf(rows, columns) {
  const matrix = new Float32Array(rows.rows * columns.length);
  columns.forEach(({ place, space, category }, column) => {
    const cell = space.kind === "categorical"
      ? (row) => Number(rows.categories[place][row] === category)
      : (row) => binOrNone(space.thresholds, rows.x[place * rows.rows + row]);
    for (let row = 0; row < rows.rows; row++) matrix[row * columns.length + column] = cell(row);
  });
  return matrix;
}

function binOrNone(thresholds, value) {
  return Number.isNaN(value) ? Number.NaN : binOfNumber(thresholds, value);
}

/** Per node: the column, the least bin that goes right, whether missing values do, the left child, and a leaf's value. */
function treeOf({ feature, value, missing }, start, columns) {
  const right = new Set(missing);
  return {
    column: feature.map((at, node) => columns.findIndex((one) => one.feature === at && (one.category === undefined || one.category === value[node]))),
    cut: feature.map((at, node) => (at < 0 ? 0 : start.spaces[at].kind === "categorical" ? 1 : start.spaces[at].thresholds.indexOf(value[node]))),
    missingRight: feature.map((_, node) => right.has(node)),
    left: [...leftChildren(feature)],
    value: [...value],
  };
}
