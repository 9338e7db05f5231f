import { categoricalsOf, numericsOf, type Feature } from "../../charter/features.js";
import { coarseCells, partsOf, type CellCut, type Cells } from "./cells.js";

/**
 * How often rows fall into each cell of each numeric column. The first question also counts positives, missing values and categories; later
 * ones look into the parts of cells that hold too many rows for a bin. Under noise there is one such question, about classes and categories alone.
 *
 * Reveals: over all parties together, these counts, or noisy ones. No row, and no party's share.
 */
export interface BinsQuestion {
  readonly kind: "bins";
  /** From 0. */
  readonly round: number;
  /** Where to count, numeric column by numeric column. */
  readonly cells: readonly Cells[];
  /** How many missing values and categories are counted: the first round's numeric columns and words, then none. */
  readonly missing: number;
  readonly words: number;
}

/** Sums of one `bins` round, or of one party's rows. `positives`, `missing` and `words` are of the first round; later they are zero and empty. */
export interface BinCounts {
  readonly rows: number;
  readonly positives: number;
  /** Per numeric column: rows without a value. */
  readonly missing: Float64Array;
  /** All categories of all categorical columns. */
  readonly words: Float64Array;
  readonly cells: Float64Array;
}

/** The question about the whole range of every column. */
export function firstBins(features: readonly Feature[]): BinsQuestion {
  const numerics = numericsOf(features);
  const words = categoricalsOf(features).reduce((sum, { categories }) => sum + categories.length, 0);
  return { kind: "bins", round: 0, cells: numerics.map(coarseCells), missing: numerics.length, words };
}

/** The question about the parts of the cells that are cut. */
export function nextBins(round: number, cells: readonly Cells[], cuts: readonly (readonly CellCut[])[], features: readonly Feature[]): BinsQuestion {
  return { kind: "bins", round, cells: numericsOf(features).map((feature, i) => partsOf(cells[i] ?? NO_CELLS, cuts[i] ?? [], feature)), missing: 0, words: 0 };
}

export const NO_CELLS: Cells = { lows: [], highs: [] };

/** How many cells a question counts in. */
export function cellCount({ cells }: BinsQuestion): number {
  return cells.reduce((sum, { lows }) => sum + lows.length, 0);
}

/** Lays counts out in the order of the `bins` layout, guard first. */
export function packBins({ rows, positives, missing, words, cells }: BinCounts): Float64Array {
  const packed = new Float64Array(HEAD + missing.length + words.length + cells.length);
  packed.set([1, rows, positives]);
  packed.set(missing, HEAD);
  packed.set(words, HEAD + missing.length);
  packed.set(cells, HEAD + missing.length + words.length);
  return packed;
}

/** Reads a decoded sum of `packBins` vectors. @throws RangeError if its length does not fit the question. */
export function unpackBins(question: BinsQuestion, values: Float64Array): BinCounts {
  const [wordsFrom, cellsFrom] = [HEAD + question.missing, HEAD + question.missing + question.words];
  if (values.length !== cellsFrom + cellCount(question)) throw new RangeError(`${values.length} numbers are not the counts that were asked for`);
  return {
    rows: values[1] ?? 0, positives: values[2] ?? 0,
    missing: values.subarray(HEAD, wordsFrom), words: values.subarray(wordsFrom, cellsFrom), cells: values.subarray(cellsFrom),
  };
}

const HEAD = 3;
