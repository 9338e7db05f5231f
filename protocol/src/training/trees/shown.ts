import { CELL_PARTS_MAX, type CellCut, type Cells } from "./cells.js";
import { isFloat, parseAscending } from "./parse.js";
import { cutLimits } from "../../charter/cell-limits.js";
import type { Cuts } from "./sketch.js";
import type { Column } from "./space.js";
import { LEAF, type Split, type Tree } from "./tree.js";

/** A tree that is growing: some of its nodes may be split next, on some columns. */
export interface OpenTree {
  readonly tree: Tree;
  readonly columns: readonly Column[];
  readonly open: readonly number[];
}

/** Reads which cells of each numeric column are cut, and into how many parts. @throws RangeError unless they are cells, in order, and not too many. */
export function parseCuts(raw: unknown, cells: readonly Cells[], bins: number): Cuts {
  if (!Array.isArray(raw) || raw.length !== cells.length) throw new RangeError("a list of cuts for each numeric column was expected");
  const cuts = raw.map((list: unknown, i) => parseCutsOfOne(list, cells[i]?.lows.length ?? 0, bins));
  if (!cuts.some((list) => list.length > 0)) throw new RangeError("nothing is cut");
  return cuts;
}

/** Reads the splits of one level: rows of node, feature, value, and 1 where missing values go right. @throws RangeError unless the tree allows them. */
export function parseSplits(raw: unknown, { open, columns }: OpenTree): readonly Split[] {
  const rows = parseRows(raw, 4);
  parseAscending(rows.map(([node]) => node), Infinity);
  return rows.map(([node = -1, feature = -1, value = Number.NaN, missingRight = Number.NaN]) => {
    const split = { node, feature, value, missingRight: missingRight === 1 };
    if (!isAllowed(split, { open, columns }) || missingRight * (missingRight - 1) !== 0) throw new RangeError("a split of a node that is not open, or not at a threshold of its column");
    return split;
  });
}

/** Whether a tree is this one with at most one level more, and no split that was not open. */
export function isNextLevelOf(tree: Tree, { tree: younger, columns, open }: OpenTree): boolean {
  const [missing, earlier] = [new Set(tree.missing), new Set(younger.missing)];
  return tree.feature.length >= younger.feature.length && tree.feature.every((feature, node) => {
    if (feature === LEAF) return (younger.feature[node] ?? LEAF) === LEAF;
    const split = { node, feature, value: tree.value[node] ?? Number.NaN, missingRight: missing.has(node) };
    const isAsBefore = younger.feature[node] === feature && younger.value[node] === split.value && earlier.has(node) === split.missingRight;
    return isAsBefore || (younger.feature[node] === LEAF && isAllowed(split, { open, columns }));
  });
}

/** Reads the values of a tree's leaves. @throws RangeError unless they are 32-bit floats. */
export function parseLeaves(raw: unknown): readonly number[] {
  if (!Array.isArray(raw) || !raw.every(isFloat)) throw new RangeError("the value of a leaf is a 32-bit float");
  return raw;
}

/** Reads which of the children numbered `from` to below `to` are asked about. @throws RangeError unless there are some, in order, and of no split both. */
export function parseAsked(raw: unknown, from: number, to: number): readonly number[] {
  const asked = parseAscending(raw, to);
  const isOfPairs = asked.length > 0 && asked.every((node, i) => node >= from && (i === 0 || (node - 1) >> 1 !== ((asked[i - 1] ?? 0) - 1) >> 1));
  if (!isOfPairs) throw new RangeError("one child of a split is asked about, not both and none of earlier ones");
  return asked;
}

function parseCutsOfOne(raw: unknown, cells: number, bins: number): readonly CellCut[] {
  const cuts = parseRows(raw, 2).map(([cell = -1, parts = 0]): CellCut => [cell, parts]);
  parseAscending(cuts.map(([cell]) => cell), cells);
  const limits = cutLimits(bins);
  const isModest = cuts.length <= limits.cells && cuts.reduce((sum, [, parts]) => sum + parts, 0) <= limits.parts;
  if (!isModest || !cuts.every(([, parts]) => Number.isInteger(parts) && parts >= 2 && parts <= CELL_PARTS_MAX)) throw new RangeError("cells cut too finely");
  return cuts;
}

function parseRows(raw: unknown, length: number): readonly (readonly number[])[] {
  const isTable = Array.isArray(raw) && raw.every((row) => Array.isArray(row) && row.length === length && row.every((item) => typeof item === "number"));
  if (!isTable) throw new RangeError(`rows of ${length} numbers were expected`);
  return raw as readonly (readonly number[])[];
}

function isAllowed({ node, feature, value, missingRight }: Split, { open, columns }: Pick<OpenTree, "open" | "columns">): boolean {
  const column = columns.find((one) => one.feature === feature);
  return open.includes(node) && column !== undefined && isPlace(column, value) && (!missingRight || mayGoRight(column));
}

function isPlace({ space }: Column, value: number): boolean {
  switch (space.kind) {
    case "numeric": return space.thresholds.includes(value);
    case "categorical": return space.kept.includes(value);
  }
}

function mayGoRight({ space }: Column): boolean {
  return space.kind === "numeric" && space.missing;
}
