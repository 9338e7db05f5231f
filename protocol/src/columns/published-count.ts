import { CELL_ROWS_MIN } from "../charter/limits.js";

/** A count of rows as others may see it: a number from 10 on, coarsened; below ten, only that it is below ten. */
export type PublishedCount = number | "<10";

/**
 * Coarsens a count before it leaves a node. Nine rows or fewer, none included, become "<10", so that nobody learns whether there is one at all.
 * From 10 on it is rounded to tens, and to three leading digits: 541,909 is 542,000, so that a row more or less hardly ever shows.
 *
 * @throws RangeError unless `rows` is a whole number, 0 or more.
 */
export function publishedCount(rows: number): PublishedCount {
  if (!(Number.isSafeInteger(rows) && rows >= 0)) throw new RangeError("a count is a whole number, 0 or more");
  if (rows < CELL_ROWS_MIN) return "<10";
  let step = 10;
  while (rows / step >= 1_000) step *= 10;
  return Math.round(rows / step) * step;
}

/** The rate in thousandths that follows from two published counts, and from nothing finer; null where one of them is below ten. */
export function publishedPermille(rows: PublishedCount, all: PublishedCount): number | null {
  return rows === "<10" || all === "<10" ? null : Math.min(1_000, Math.round((rows / all) * 1_000));
}
