import type { TreesClause } from "../../charter/model-clauses.js";
import type { LevelQuestion, LevelSums } from "./level.js";
import { drawColumns } from "./sample.js";
import { columnsFor, splittable, totalSlots, type Column, type Start } from "./space.js";
import { bestSplit, isPossible, leafValue, splitTermsOf, type Found, type Sums } from "./split.js";
import { LEAF, SEED, withLeaves, withSplits, type Split, type Tree } from "./tree.js";

/** A node of a tree that is growing, with the sums over its rows. */
interface Node extends Sums {
  readonly node: number;
}

/** The two children of a split. One histogram is asked for, that of the lighter; the other is what it leaves of their parent's. */
interface Pair {
  readonly asked: Node;
  readonly sibling: Node;
  readonly parent: Float64Array;
}

/** A tree between two levels. */
export interface Growth {
  readonly level: number;
  readonly columns: readonly Column[];
  readonly tree: Tree;
  /** Per node, in order. */
  readonly sums: readonly Sums[];
  /** The children that may split further; empty at the root, whose sums are not known yet. */
  readonly pairs: readonly Pair[];
}

/** What the sums of one level made of a tree. `splits` are those of this level, in both cases. */
export type Grown =
  | { readonly kind: "growing"; readonly growth: Growth; readonly splits: readonly Split[] }
  | { readonly kind: "grown"; readonly tree: Tree; readonly splits: readonly Split[] }
  | { readonly kind: "impossible" };

/** A tree before its root's sums, on the columns drawn for it. @param tree - How many trees there are before it. */
export function seedling(start: Start, clause: TreesClause, tree: number): Growth {
  const columns = columnsFor(start, drawColumns(splittable(start), clause.columnSample, clause.seed, tree));
  return { level: 0, columns, tree: SEED, sums: [], pairs: [] };
}

/** Whose histograms are to be asked for next, in order: the root's, or one of each two children's. */
export function askedNodes({ level, pairs }: Growth): readonly number[] {
  return level === 0 ? [0] : pairs.map(({ asked }) => asked.node);
}

/** The question of the next level. */
export function levelQuestion(growth: Growth, validated: boolean): LevelQuestion {
  const isRoot = growth.level === 0;
  return { kind: "level", nodes: askedNodes(growth).length, slots: totalSlots(growth.columns), root: isRoot, validated: isRoot && validated };
}

/** Grows one level, if any node is worth splitting and the charter's depth allows more. */
export function grow(growth: Growth, sums: LevelSums, clause: TreesClause): Grown {
  const isRoot = growth.level === 0;
  const root: Node = { node: 0, g: sums.rootG, h: sums.rootH };
  const nodes = histogramsOf(growth, sums, root);
  if (nodes === null) return { kind: "impossible" };

  const terms = splitTermsOf(clause);
  const found = nodes.flatMap(({ node, histogram }) => {
    const best = bestSplit(histogram, node, growth.columns, terms);
    return best === null ? [] : [{ node: node.node, histogram, best }];
  });
  const splits = found.map(({ node, best: { feature, value, missingRight } }) => ({ node, feature, value, missingRight }));
  const tree = withSplits(growth.tree, splits);
  const known = [...(isRoot ? [root] : growth.sums), ...found.flatMap(({ best }) => [best.left, best.right])];
  const next: Growth = { ...growth, level: growth.level + 1, tree, sums: known, pairs: pairsOf(found, growth.tree.feature.length, terms.childWeightMin) };
  if (next.level < clause.depth && next.pairs.length > 0) return { kind: "growing", growth: next, splits };
  return { kind: "grown", tree: closed(next, clause), splits };
}

/** The tree as it is, without another level: every node that has not split is a leaf. */
export function closed({ tree, sums }: Growth, clause: TreesClause): Tree {
  const leaves = tree.feature.flatMap((feature, node) => (feature === LEAF ? [leafValue(sums[node] ?? NOTHING, clause)] : []));
  return withLeaves(tree, leaves);
}

const NOTHING: Sums = { g: 0, h: 0 };

interface Open {
  readonly node: Node;
  readonly histogram: Float64Array;
}

/** Every node that may split now with its histogram, in order; null if no rows could have made them. */
function histogramsOf({ level, columns, pairs }: Growth, { histograms }: LevelSums, root: Node): readonly Open[] | null {
  if (level === 0) return isPossible(histograms, root, columns) && root.h >= 0 ? [{ node: root, histogram: histograms }] : null;
  const words = 2 * totalSlots(columns);
  const open = pairs.map(({ asked, sibling, parent }, i) => {
    const histogram = histograms.subarray(i * words, (i + 1) * words);
    return [{ node: asked, histogram }, { node: sibling, histogram: difference(parent, histogram) }];
  }).flat();
  if (!open.every(({ node, histogram }) => isPossible(histogram, node, columns))) return null;
  return open.toSorted((a, b) => a.node.node - b.node.node);
}

/** Of two arrays as long as each other. A loop, because this is done for every bin of half of all nodes. */
function difference(whole: Float64Array, part: Float64Array): Float64Array {
  const rest = new Float64Array(whole.length);
  for (let i = 0; i < rest.length; i++) rest[i] = (whole[i] ?? 0) - (part[i] ?? Number.NaN);
  return rest;
}

/** The children that could split again; where neither could, nothing is asked about them. */
function pairsOf(found: readonly { readonly best: Found; readonly histogram: Float64Array }[], nodesBefore: number, childWeightMin: number): readonly Pair[] {
  return found.flatMap(({ best: { left, right }, histogram }, i): readonly Pair[] => {
    if (!(Math.max(left.h, right.h) >= 2 * childWeightMin)) return [];
    const children = [{ node: nodesBefore + 2 * i, ...left }, { node: nodesBefore + 2 * i + 1, ...right }] as const;
    const [asked, sibling] = left.h <= right.h ? children : [children[1], children[0]];
    return [{ asked, sibling, parent: histogram }];
  });
}
