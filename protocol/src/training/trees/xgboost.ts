import type { Feature } from "../../charter/features.js";
import { sigmoid } from "../sigmoid.js";
import type { TreesModel } from "./model.js";
import { LEAF, leftChildren, type Tree } from "./tree.js";

/** The columns an exported model reads, in order: a number as it is, and each category as a column that is 1 in its rows and 0 in all others. */
export function exportedColumns(features: readonly Feature[]): readonly string[] {
  return features.flatMap((feature) => {
    switch (feature.kind) {
      case "numeric": return [plainName(feature.name)];
      case "categorical": return feature.categories.map((word) => plainName(`${feature.name}=${word}`));
    }
  });
}

/**
 * The model as XGBoost keeps one in JSON (booster `gbtree`, objective `binary:logistic`; the form that versions 1.7 to 3 read), so that other
 * programs score with it. Rows are given as `exportedColumns`, missing numbers as NaN.
 *
 * A text and not `Json`: XGBoost tells `1` from `1.0` and takes only the second for a threshold.
 * Reveals: what the model itself does. The fields for hessians, gains and the weights of inner nodes hold zeros: from sums over the rows of
 * leaves, rows can be put together again.
 */
export function xgboostText({ base, trees }: TreesModel, features: readonly Feature[]): string {
  const names = exportedColumns(features);
  return object({
    learner: object({
      attributes: "{}",
      feature_names: JSON.stringify(names),
      feature_types: JSON.stringify(features.flatMap((feature) => (feature.kind === "numeric" ? ["float"] : feature.categories.map(() => "int")))),
      gradient_booster: object({
        model: object({
          gbtree_model_param: JSON.stringify({ num_parallel_tree: "1", num_trees: String(trees.length), size_leaf_vector: "0" }),
          iteration_indptr: JSON.stringify([0, ...trees.map((_, i) => i + 1)]),
          tree_info: JSON.stringify(trees.map(() => 0)),
          trees: `[${trees.map((tree, id) => treeText(tree, id, features)).join(",\n")}]`,
        }),
        name: '"gbtree"',
      }),
      // XGBoost keeps the base as a probability and turns it back into a logit.
      learner_model_param: JSON.stringify({ base_score: float(sigmoid(base)), boost_from_average: "1", num_class: "0", num_feature: String(names.length), num_target: "1" }),
      objective: JSON.stringify({ name: "binary:logistic", reg_loss_param: { scale_pos_weight: "1" } }),
    }),
    version: "[1,7,6]",
  });
}

/** What XGBoost writes where there is no parent. */
const NO_PARENT = 2 ** 31 - 1;
/** A column of zeros and ones is split between them. */
const HALF = 0.5;

function treeText(tree: Tree, id: number, features: readonly Feature[]): string {
  const left = [...leftChildren(tree.feature)];
  const parents = tree.feature.map(() => NO_PARENT);
  left.forEach((child, node) => { if (child !== LEAF) parents.fill(node, child, child + 2); });
  const missing = new Set(tree.missing);
  const zeros = tree.feature.map(() => 0);
  const firstColumns = firstColumnsOf(features);
  const columnOf = (feature: number, node: number) =>
    (firstColumns[feature] ?? 0) + (isOnCategory(tree, node, features) ? tree.value[node] ?? 0 : 0);
  return object({
    base_weights: floats(zeros), categories: "[]", categories_nodes: "[]", categories_segments: "[]", categories_sizes: "[]",
    default_left: JSON.stringify(tree.feature.map((feature, node) => (feature === LEAF || missing.has(node) ? 0 : 1))),
    id: String(id), left_children: JSON.stringify(left), loss_changes: floats(zeros), parents: JSON.stringify(parents),
    right_children: JSON.stringify(left.map((child) => (child === LEAF ? LEAF : child + 1))),
    split_conditions: floats(tree.value.map((value, node) => (isOnCategory(tree, node, features) ? HALF : value))),
    split_indices: JSON.stringify(tree.feature.map((feature, node) => (feature === LEAF ? 0 : columnOf(feature, node)))),
    split_type: JSON.stringify(zeros), sum_hessian: floats(zeros),
    tree_param: JSON.stringify({ num_deleted: "0", num_feature: String(exportedColumns(features).length), num_nodes: String(tree.feature.length), size_leaf_vector: "0" }),
  });
}

/** Members that are JSON texts already. */
function object(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members).map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function floats(values: readonly number[]): string {
  return `[${values.map(float).join(",")}]`;
}

/** A number that nobody takes for a whole one. */
function float(value: number): string {
  return value.toExponential();
}

function isOnCategory({ feature }: Tree, node: number, features: readonly Feature[]): boolean {
  return features[feature[node] ?? LEAF]?.kind === "categorical";
}

function firstColumnsOf(features: readonly Feature[]): readonly number[] {
  let next = 0;
  return features.map((feature) => {
    const first = next;
    next += feature.kind === "numeric" ? 1 : feature.categories.length;
    return first;
  });
}

/** XGBoost takes no brackets and no less-than sign in a column's name. */
function plainName(name: string): string {
  return name.replaceAll("[", "(").replaceAll("]", ")").replaceAll("<", "(under)");
}
