import { TREE_DEPTH_MAX, TREES_MAX } from "../../charter/trees-schema.js";
import type { Feature } from "../../charter/features.js";
import { isFloat, parseAscending, parseRecord } from "./parse.js";
import { depthsOf, LEAF, leftChildren, type Tree } from "./tree.js";

/** Boosted trees: the logit of a row is `base` and, tree by tree, the value of the leaf it falls into, added up in 32-bit floats. */
export interface TreesModel {
  readonly kind: "trees";
  /** How many trees there are. */
  readonly iteration: number;
  readonly base: number;
  readonly trees: readonly Tree[];
}

export function treesModel(base: number, trees: readonly Tree[]): TreesModel {
  return { kind: "trees", iteration: trees.length, base, trees };
}

/** Reads what claims to be boosted trees over these features. @throws RangeError if it is not. */
export function parseTreesModel(raw: unknown, features: readonly Feature[]): TreesModel {
  const { kind, iteration, base, trees } = parseRecord(raw, ["kind", "iteration", "base", "trees"]);
  if (kind !== "trees") throw new RangeError("not a model of trees");
  if (!isFloat(base)) throw new RangeError("the base of a model of trees is a 32-bit float");
  if (!Array.isArray(trees) || trees.length > TREES_MAX || iteration !== trees.length) throw new RangeError("not so many trees as the model says, or too many");
  return treesModel(base, trees.map((tree) => parseTree(tree, features)));
}

/** Reads what claims to be a tree over these features. @throws RangeError if it is not. */
export function parseTree(raw: unknown, features: readonly Feature[]): Tree {
  const { feature, value, missing } = parseRecord(raw, ["feature", "value", "missing"]);
  if (!Array.isArray(feature) || !Array.isArray(value) || value.length !== feature.length) throw new RangeError("a tree has one feature and one value per node");
  if (!(feature.length >= 1 && feature.length < 2 ** (TREE_DEPTH_MAX + 1))) throw new RangeError("a tree has a root, and no more nodes than its depth allows");
  const nodes = feature.map((place: unknown, node) => parseNode(place, value[node], features));
  const splits = nodes.filter(({ place }) => place !== LEAF).length;
  if (nodes.length !== 1 + 2 * splits) throw new RangeError("every split has two children, and every node but the root a parent");
  const tree: Tree = { feature: nodes.map(({ place }) => place), value: nodes.map(({ value: of }) => of), missing: parseAscending(missing, nodes.length) };
  if (!tree.missing.every((node) => tree.feature[node] !== LEAF)) throw new RangeError("only a split sends missing values anywhere");
  if (!leftChildren(tree.feature).every((left, node) => left === LEAF || left > node)) throw new RangeError("a child stands before its parent");
  if (!depthsOf(tree).every((depth) => depth <= TREE_DEPTH_MAX)) throw new RangeError("a tree is deeper than any charter allows");
  return tree;
}

interface Node {
  readonly place: number;
  readonly value: number;
}

function parseNode(place: unknown, value: unknown, features: readonly Feature[]): Node {
  if (typeof place !== "number" || !isFloat(value)) throw new RangeError("a node has a feature and a 32-bit float");
  if (place === LEAF) return { place, value };
  return { place, value: parseSplitValue(place, value, features) };
}

/** A threshold within the feature's range, or the place of one of its categories. @throws RangeError for anything else. */
export function parseSplitValue(place: number, value: number, features: readonly Feature[]): number {
  const feature = features[place];
  if (feature === undefined) throw new RangeError("a split is on one of the charter's features");
  switch (feature.kind) {
    case "numeric":
      if (!(value >= Math.fround(feature.min) && value <= Math.fround(feature.max))) throw new RangeError("a threshold lies within the charter's bounds");
      return value;
    case "categorical":
      if (!(Number.isInteger(value) && value >= 0 && value < feature.categories.length)) throw new RangeError("a split is on one of the feature's categories");
      return value;
  }
}
