// Our boosted trees against XGBoost: it scores with our exported models as we do, and grows the trees that we grow from the same bins.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localRows } from "../../node/dist/data/local-rows.js";
import { growAlone } from "../../node/dist/learning/trees/grow-alone.js";
import { treeLogitsOf } from "../../node/dist/learning/trees/logits.js";
import { judgedSets } from "../../examples/dist/trees/datasets.js";
import { sigmoid } from "../../protocol/dist/training/sigmoid.js";
import { exportedColumns, xgboostText } from "../../protocol/dist/training/trees/xgboost.js";
import { binnedTrees } from "./binned.mjs";

export const name = "trees";

const CLAUSE = {
  kind: "trees", trees: 150, depth: 4, learningRate: 0.1, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 64, rowSample: 1, columnSample: 1, seed: 7,
};

export async function* checks({ python, scratch, datasets }) {
  const sets = (await judgedSets(datasets)).filter(({ name: set }) => set !== "default_credit");
  if (sets.length === 0) yield { ok: null, says: `there are no data sets in ${datasets}; set COHORTIUM_DATASETS to check on real rows too` };
  for (const set of [madeUp(), ...sets]) {
    const folder = join(scratch, set.name);
    mkdirSync(folder);
    const model = await growAlone(set.train, { plan: { features: set.features, rowsMinJoint: 100, categoryRowsMin: 10 }, clause: CLAUSE });
    if (model.kind !== "trees") throw new Error(`${set.name}: ${model.because}`);
    writeScores(folder, set, model);
    const [scored] = python("trees_score.py", folder);
    yield { ok: scored.probability <= 1e-6, says: `XGBoost loads our model of ${set.name} and predicts ${scored.rows} rows alike, to ${power(scored.probability)} (logits to ${power(scored.margin)})` };

    await writeBins(folder, set, model);
    const [grown] = python("trees_grow.py", folder);
    yield {
      ok: grown.equal >= 0.99 * grown.splits,
      says: `of ${grown.splits} splits of ${set.name}, each sought among the same rows and bins, XGBoost makes ${grown.equal} as we do (${share(grown)})${grown.equal === grown.splits ? "" : `; the gains of the others differ by ${power(grown.gap)} of themselves at most`}`,
    };
    yield {
      ok: Math.abs(grown.ours - grown.theirs) < 1e-3,
      says: `on its own, XGBoost ranks the held-out rows of ${set.name} as we do: AUC ${grown.theirs.toFixed(5)} and ours ${grown.ours.toFixed(5)}`,
    };
  }
}

/** Held-out rows as other programs get them, and what we say of them. */
function writeScores(folder, { features, held }, model) {
  const logits = treeLogitsOf(held, features, model);
  writeFileSync(join(folder, "model.json"), xgboostText(model, features));
  writeFileSync(join(folder, "names.json"), JSON.stringify(exportedColumns(features)));
  writeFileSync(join(folder, "held.f32"), matrixOf(held, features));
  writeFileSync(join(folder, "logits.f64"), logits);
  writeFileSync(join(folder, "probabilities.f64"), logits.map(sigmoid));
}

/** All rows by bin, and our trees in terms of bins. */
async function writeBins(folder, set, model) {
  const { train, held, trees, columns } = await binnedTrees(set, model, CLAUSE);
  writeFileSync(join(folder, "train-bins.f32"), train);
  writeFileSync(join(folder, "held-bins.f32"), held);
  writeFileSync(join(folder, "train-labels.u8"), set.train.y);
  writeFileSync(join(folder, "held-labels.u8"), set.held.y);
  writeFileSync(join(folder, "trees.json"), JSON.stringify({ clause: CLAUSE, base: model.base, columns, trees }));
}

/** Row after row: numbers as they are, a one for each row's category. */
function matrixOf(rows, features) {
  const width = exportedColumns(features).length;
  const matrix = new Float32Array(rows.rows * width);
  let [at, numeric, categorical] = [0, 0, 0];
  for (const feature of features) {
    if (feature.kind === "numeric") {
      for (let row = 0; row < rows.rows; row++) matrix[row * width + at] = rows.x[numeric * rows.rows + row];
      numeric += 1;
      at += 1;
    } else {
      rows.categories[categorical].forEach((word, row) => { matrix[row * width + at + word] = 1; });
      categorical += 1;
      at += feature.categories.length;
    }
  }
  return matrix;
}

/** What the public sets lack: missing values that matter, a name that XGBoost would not take, and a category too rare to split on. */
function madeUp() {
  let state = 5;
  const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const features = [
    { kind: "numeric", name: "income [euros]", unit: "euros", min: -1e4, max: 1e6, missing: "indicate" },
    { kind: "categorical", name: "job", categories: ["clerk", "farmer", "pilot", "juggler"] },
    { kind: "numeric", name: "age", unit: "years", min: 17, max: 97, missing: "indicate" },
    { kind: "numeric", name: "share", unit: "of all", min: 0, max: 1 },
  ];
  const part = (count) => {
    const [x, job, y] = [new Float64Array(3 * count), new Int32Array(count), new Uint8Array(count)];
    for (let row = 0; row < count; row++) {
      const income = uniform() < 0.3 ? Number.NaN : 1e6 * uniform() ** 9 - 900 * uniform();
      const age = uniform() < 0.1 ? Number.NaN : 17 + Math.floor(81 * uniform());
      const share = uniform();
      x.set([income], row);
      x.set([age], count + row);
      x.set([share], 2 * count + row);
      job[row] = uniform() < 0.0005 ? 3 : Math.floor(3 * uniform());
      const ofMoney = Number.isNaN(income) ? 1.2 : income > 3_000 ? -1 : 0.3;
      const logit = ofMoney + (Number.isNaN(age) ? -1.5 : (age - 50) / 25) + (job[row] === 2 ? 1 : -0.4) + 2 * (share - 0.5) ** 2;
      y[row] = uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
    }
    return localRows(x, [job], y);
  };
  return { name: "made-up", features, train: part(12_000), held: part(3_000) };
}

function power(value) {
  return value === 0 ? "the last bit" : value.toExponential(1);
}

function share({ equal, splits }) {
  return `${(100 * (equal / splits)).toFixed(2)} %`;
}
