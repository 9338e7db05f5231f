import { describe, expect, test } from "@jest/globals";
import { parseTreesModel } from "../../../src/training/trees/model.js";
import { exportedColumns, xgboostText } from "../../../src/training/trees/xgboost.js";
import { FEATURES } from "./made-up.js";

/** Whatever a foreign JSON may hold. */
type Loose = ReturnType<typeof JSON.parse>;

/** job is a pilot? then older than 40.5 or unknown; else richer than 2000, missing to the right. */
const MODEL = {
  kind: "trees", iteration: 2, base: -0.25,
  trees: [
    { feature: [0, 2, 1, -1, -1, -1, -1], value: [2, 2_000, 40.5, 0.5, -0.5, 0.125, -0.125], missing: [1] },
    { feature: [-1], value: [0.0625], missing: [] },
  ],
} as const;

describe("a model of trees", () => {
  test("reads as it was written", () => { expect(parseTreesModel(JSON.parse(JSON.stringify(MODEL)), FEATURES)).toEqual(MODEL); });

  const tree = (change: (tree: Loose) => void) => (model: Loose) => change(model.trees[0]);
  test.each<readonly [string, (model: Loose) => unknown]>([
    ["is nothing", () => null],
    ["is a list", () => []],
    ["is of another kind", (m) => { m.kind = "logistic"; }],
    ["has a member more", (m) => { m.note = ""; }],
    ["counts wrongly", (m) => { m.iteration = 3; }],
    ["has a base beyond 32 bits", (m) => { m.base = 0.1; }],
    ["has a base that is no number", (m) => { m.base = null; }],
    ["has too many trees", (m) => { m.trees = Array.from({ length: 801 }, () => m.trees[1]); m.iteration = 801; }],
    ["has a tree that is no tree", (m) => { m.trees[1] = 5; }],
    ["has a tree without nodes", (m) => { m.trees[1] = { feature: [], value: [], missing: [] }; }],
    ["has a feature that is not there", tree((t) => { t.feature[0] = 4; })],
    ["has half a feature", tree((t) => { t.feature[0] = 0.5; })],
    ["has fewer values than nodes", tree((t) => { t.value.pop(); })],
    ["has a threshold beyond the bounds", tree((t) => { t.value[2] = 98; })],
    ["has a threshold beyond 32 bits", tree((t) => { t.value[2] = 40.1; })],
    ["has a leaf beyond all bounds", tree((t) => { t.value[3] = Infinity; })],
    ["has a category that is not there", tree((t) => { t.value[0] = 4; })],
    ["has half a category", tree((t) => { t.value[0] = 1.5; })],
    ["has a child too few", tree((t) => { t.feature.pop(); t.value.pop(); })],
    ["has a child before its parent", tree((t) => { t.feature = [-1, 0, -1]; t.value = [0, 2, 0]; t.missing = []; })],
    ["sends missing values at a leaf", tree((t) => { t.missing = [3]; })],
    ["sends missing values twice", tree((t) => { t.missing = [1, 1]; })],
    ["is deeper than any charter", tree((t) => {
      // A chain: every split's left child splits again.
      t.feature = Array.from({ length: 19 }, (_, i) => (i === 0 || (i % 2 === 1 && i < 17) ? 1 : -1));
      t.value = t.feature.map((f: number) => (f === 1 ? 40 : 0));
      t.missing = [];
    })],
  ])("is refused where it %s", (_, change) => {
    const model = structuredClone(MODEL);
    const made = change(model);
    expect(() => parseTreesModel(made === undefined ? model : made, FEATURES)).toThrow(RangeError);
  });
});

describe("the export to XGBoost", () => {
  const exported = JSON.parse(xgboostText(MODEL, FEATURES));
  const [first] = exported.learner.gradient_booster.model.trees;

  test("has a column for each number and for each category", () => {
    expect(exportedColumns(FEATURES)).toEqual(["job=clerk", "job=farmer", "job=pilot", "job=juggler", "age", "income", "loan=no", "loan=yes"]);
    expect(exported.learner.feature_names).toEqual(exportedColumns(FEATURES));
    expect(exportedColumns([{ kind: "categorical", name: "age[y]", categories: ["<30", "[30]"] }])).toEqual(["age(y)=(under)30", "age(y)=(30)"]);
  });

  test("says the same splits, leaves and ways of missing values", () => {
    expect(first).toMatchObject({
      left_children: [1, 3, 5, -1, -1, -1, -1], right_children: [2, 4, 6, -1, -1, -1, -1], parents: [2_147_483_647, 0, 0, 1, 1, 2, 2],
      split_indices: [2, 5, 4, 0, 0, 0, 0], split_conditions: [0.5, 2_000, 40.5, 0.5, -0.5, 0.125, -0.125], default_left: [1, 0, 1, 0, 0, 0, 0],
    });
    expect(Number(exported.learner.learner_model_param.base_score)).toBeCloseTo(1 / (1 + Math.exp(0.25)), 15);
  });

  test("tells nothing of how many rows a leaf has: where the format has a field for it stands zero", () => {
    const zeros = [0, 0, 0, 0, 0, 0, 0];
    expect(first).toMatchObject({ sum_hessian: zeros, base_weights: zeros, loss_changes: zeros });
  });
});
