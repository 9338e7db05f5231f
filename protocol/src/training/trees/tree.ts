/**
 * One tree, level by level from its root, node 0. Children follow in the order of the splits: the first split's are nodes 1 and 2, the next's 3
 * and 4. A numeric split sends values below its threshold left; a split on a category sends the rows that have it right.
 */
export interface Tree {
  /** Per node, the place among the charter's features of the one it splits on; -1 at a leaf. */
  readonly feature: readonly number[];
  /** Per node: at a leaf what it adds to the logit; at a split the threshold, or the place of the category among the feature's. A 32-bit float. */
  readonly value: readonly number[];
  /** The splits that send missing values right, in order; the others send them left. */
  readonly missing: readonly number[];
}

/** What was decided about one node. */
export interface Split {
  readonly node: number;
  readonly feature: number;
  readonly value: number;
  readonly missingRight: boolean;
}

/** The feature of a node that does not split. */
export const LEAF = -1;
/** A root that has not been split yet, and may become a leaf. */
export const SEED: Tree = { feature: [LEAF], value: [0], missing: [] };

/** The left child of every split, -1 at a leaf; the right child is the next. */
export function leftChildren(feature: readonly number[]): Int32Array {
  let next = 1;
  return Int32Array.from(feature, (at) => {
    if (at === LEAF) return LEAF;
    next += 2;
    return next - 2;
  });
}

/** How many splits lie above each node. */
export function depthsOf(tree: Tree): Int32Array {
  const depths = new Int32Array(tree.feature.length);
  leftChildren(tree.feature).forEach((left, node) => {
    if (left !== LEAF) depths.fill((depths[node] ?? 0) + 1, left, left + 2);
  });
  return depths;
}

/** The nodes that do not split, in order. */
export function leavesOf({ feature }: Tree): readonly number[] {
  return feature.flatMap((at, node) => (at === LEAF ? [node] : []));
}

/**
 * The tree with one more level.
 *
 * @param splits - Of leaves, in the order of their nodes, behind every split there is: then each child gets the number it keeps.
 */
export function withSplits(tree: Tree, splits: readonly Split[]): Tree {
  const [feature, value] = [[...tree.feature], [...tree.value]];
  for (const split of splits) {
    feature[split.node] = split.feature;
    value[split.node] = split.value;
    feature.push(LEAF, LEAF);
    value.push(0, 0);
  }
  return { feature, value, missing: [...tree.missing, ...splits.filter(({ missingRight }) => missingRight).map(({ node }) => node)] };
}

/** The tree with the values of its leaves, in the order of their nodes. @throws RangeError unless there is one per leaf. */
export function withLeaves(tree: Tree, values: readonly number[]): Tree {
  const leaves = leavesOf(tree);
  if (values.length !== leaves.length) throw new RangeError(`${values.length} values for ${leaves.length} leaves`);
  const value = [...tree.value];
  leaves.forEach((node, i) => { value[node] = values[i] ?? 0; });
  return { ...tree, value };
}

/** Whether two trees are the same to the last bit. */
export function sameTree(a: Tree, b: Tree): boolean {
  return a.feature.length === b.feature.length && a.missing.length === b.missing.length && a.missing.every((node, i) => node === b.missing[i])
    && a.feature.every((feature, node) => feature === b.feature[node] && Object.is(a.value[node], b.value[node]));
}
