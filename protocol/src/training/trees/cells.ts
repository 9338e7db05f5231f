import { COARSE_CELLS } from "../../charter/cell-limits.js";
import type { NumericFeature } from "../../charter/features.js";

/**
 * Stretches of a numeric column's range in which rows are counted, ascending: cell `i` holds the values from `lows[i]` to just below `highs[i]`.
 *
 * All borders are 32-bit floats, and a value is rounded to one before it is compared: so every program that reads the exported model, in
 * which thresholds and values are 32-bit floats, puts each row where training put it.
 */
export interface Cells {
  readonly lows: readonly number[];
  readonly highs: readonly number[];
}

/** A cell, by its place, and into how many equal parts it is to be cut. */
export type CellCut = readonly [cell: number, parts: number];

/** A cell is not cut finer than this, however many rows it has: a single value cannot be cut at all. */
export const CELL_PARTS_MAX = 1024;

export function coarseCells(feature: NumericFeature): Cells {
  return evenCells(feature, COARSE_CELLS);
}

/** Equal parts of the whole range: fewer than asked where 32-bit floats do not tell so many apart. */
export function evenCells({ min, max }: NumericFeature, count: number): Cells {
  return cellsBetween(Math.fround(min), Math.fround(max), count, Infinity);
}

/** The parts of the cells that are cut, and nothing of the others. */
export function partsOf(cells: Cells, cuts: readonly CellCut[], { max }: NumericFeature): Cells {
  const parts = cuts.map(([cell, count]) => partsOfOne(cells, cell, count, max));
  return { lows: parts.flatMap(({ lows }) => lows), highs: parts.flatMap(({ highs }) => highs) };
}

/** All cells, those that are cut replaced by their parts. */
export function cutCells(cells: Cells, cuts: readonly CellCut[], { max }: NumericFeature): Cells {
  const cutInto = new Map(cuts);
  const all = cells.lows.map((low, cell) => {
    const count = cutInto.get(cell);
    return count === undefined ? { lows: [low], highs: [highOf(cells, cell)] } : partsOfOne(cells, cell, count, max);
  });
  return { lows: all.flatMap(({ lows }) => lows), highs: all.flatMap(({ highs }) => highs) };
}

/** How many parts each cut cell falls into: fewer than asked where its borders have no more floats between them. */
export function partCounts(cells: Cells, cuts: readonly CellCut[], { max }: NumericFeature): readonly number[] {
  return cuts.map(([cell, count]) => partsOfOne(cells, cell, count, max).lows.length);
}

/** The width of a cell; the last one ends with the range. */
export function widthOf(cells: Cells, cell: number, { max }: NumericFeature): number {
  return Math.min(highOf(cells, cell), Math.fround(max)) - (cells.lows[cell] ?? 0);
}

/** The place of the cell that holds a value, or -1. @param lows, highs - Of `Cells`, as typed arrays where it is asked often. */
export function cellOf({ lows, highs }: { readonly lows: ArrayLike<number>; readonly highs: ArrayLike<number> }, value: number): number {
  const cell = countUpTo(lows, Math.fround(value)) - 1;
  return cell >= 0 && Math.fround(value) < (highs[cell] ?? 0) ? cell : -1;
}

/** How many of the ascending numbers are at most `value`. */
export function countUpTo(ascending: ArrayLike<number>, value: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ascending[middle] ?? Infinity) <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function highOf({ highs }: Cells, cell: number): number {
  return highs[cell] ?? Infinity;
}

function partsOfOne(cells: Cells, cell: number, count: number, max: number): Cells {
  const high = highOf(cells, cell);
  return cellsBetween(cells.lows[cell] ?? 0, Math.min(high, Math.fround(max)), count, high);
}

/** Equal parts from `low` to `end`; the last one ends at `high`, which is infinity for the last cell of a range: it holds the maximum too. */
function cellsBetween(low: number, end: number, count: number, high: number): Cells {
  // Adding 0 turns -0 into 0, which JSON writes alike and a comparison of bits does not.
  const borders = Array.from({ length: count }, (_, part) => Math.fround(low + ((end - low) * part) / count) + 0);
  // Rounding to 32 bits may make neighbours equal; a cell between them would be empty.
  const lows = borders.filter((border, part) => part === 0 || (border > (borders[part - 1] ?? border) && border < high));
  return { lows, highs: [...lows.slice(1), high] };
}
