// In how many cells the rows of a numeric column are counted before bins are cut: a charter of encrypted sums is held to what they take.

/** The whole range in this many equal cells: on evenly spread rows, four to each of 256 bins. */
export const COARSE_CELLS = 1024;
/** A cell with more than half a bin's rows is too coarse to end a bin in, so no more than two per bin are. */
export const CUTS_PER_BIN = 2;
/** The cells of a column that are cut fall into about so many parts per bin. */
export const PARTS_PER_BIN = 16;

/** The most cells that can be cut in one column, and the most parts they can be cut into: what a node holds the coordinator to. */
export function cutLimits(bins: number): { readonly cells: number; readonly parts: number } {
  return { cells: CUTS_PER_BIN * bins, parts: (PARTS_PER_BIN + CUTS_PER_BIN) * bins };
}
