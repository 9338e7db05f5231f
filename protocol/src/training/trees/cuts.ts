import type { Cells } from "./cells.js";

/**
 * Thresholds that divide rows evenly, as far as single values let them: each bin takes cells until the next would bring it further above its
 * share of the rows that are left than it lies below. Where there are no more filled cells than bins, each filled cell is a bin.
 *
 * @param counts - Rows per cell.
 * @returns at most `bins` 32-bit floats, ascending; the first is the lower end of the range.
 */
export function thresholdsOf({ lows }: Cells, counts: readonly number[], bins: number): readonly number[] {
  const filled = lows.map((low, cell) => ({ low, rows: counts[cell] ?? 0 })).filter(({ rows }) => rows > 0);
  const thresholds = [lows[0] ?? 0];
  const isSparse = filled.length <= bins;
  let left = filled.reduce((sum, { rows }) => sum + rows, 0);
  let inBin = 0;
  filled.forEach(({ low, rows }) => {
    const isFull = isSparse || inBin + rows / 2 > left / (bins - thresholds.length + 1);
    if (inBin > 0 && thresholds.length < bins && isFull) {
      thresholds.push(low);
      left -= inBin;
      inBin = 0;
    }
    inBin += rows;
  });
  return thresholds;
}
