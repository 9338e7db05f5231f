import type { Shown } from "./answer.js";
import { added, type Estimate } from "./estimate.js";
import { Z_95 } from "../training/intervals.js";

/** What was counted in which cells: `edges` ascend, one more than there are counts. `isWhole` says that all values are whole numbers. */
export interface CountedCells {
  readonly counts: readonly Estimate[];
  readonly edges: readonly number[];
  readonly isWhole: boolean;
}

/**
 * A quantile of rows that were counted in cells: where the cumulated counts reach `probability` of all, straight through the cell. Of whole
 * numbers it is one of those in the cell, as if each were as frequent: else rows with the very value of the quantile would lie above it.
 *
 * The exact quantile of the counted rows lies in the same cell, so the error is below the cell's width, and `low` and `high` are its edges. With
 * noise they are the edges of the cells that the quantile lies in with a confidence of 95 %. Cumulated noise can go down; it is levelled to the
 * mean of the least rising curve above and the greatest below.
 *
 * @returns null where nobody was counted.
 */
export function quantileOf(cells: CountedCells, probability: number): Shown | null {
  const { counts, edges } = cells;
  const total = added(counts).value;
  if (!(total > 0)) return null;
  const reached = levelled(counts);
  const target = probability * total;
  const value = placeOf(reached, cells, target);
  const noise = Z_95 * Math.sqrt(varianceAt(counts, cellAt(reached, target), probability));
  const [first, last] = [cellAt(reached, target - noise), cellAt(reached, target + noise)];
  return { value, low: Math.min(value, edges[first] ?? value), high: Math.max(value, edges[last + 1] ?? value) };
}

/** Rows up to each edge: as many numbers as edges, rising. */
function levelled(counts: readonly Estimate[]): readonly number[] {
  const sums = [0];
  for (const { value } of counts) sums.push((sums.at(-1) ?? 0) + value);
  const [above, below] = [[...sums], [...sums]];
  for (let i = 1; i < sums.length; i++) above[i] = Math.max(above[i] ?? 0, above[i - 1] ?? 0);
  for (let i = sums.length - 2; i >= 0; i--) below[i] = Math.min(below[i] ?? 0, below[i + 1] ?? 0);
  return sums.map((_, i) => ((above[i] ?? 0) + (below[i] ?? 0)) / 2);
}

/** The first cell by whose end so many rows are reached, or the last one. */
function cellAt(reached: readonly number[], target: number): number {
  const cell = reached.findIndex((sum, edge) => edge > 0 && sum >= target) - 1;
  return cell < 0 ? reached.length - 2 : cell;
}

function placeOf(reached: readonly number[], { edges, isWhole }: CountedCells, target: number): number {
  const cell = cellAt(reached, target);
  const [before, after] = [reached[cell] ?? 0, reached[cell + 1] ?? 0];
  const [from, to] = [edges[cell] ?? 0, edges[cell + 1] ?? 0];
  const share = Math.min(1, Math.max(0, (target - before) / (after - before)));
  if (!(after > before)) return from;
  const isLast = cell === edges.length - 2;
  const [first, last] = [Math.ceil(from), isLast ? Math.floor(to) : Math.ceil(to) - 1];
  if (isWhole && first <= last) return first + Math.max(0, Math.ceil(share * (last - first + 1)) - 1);
  return from + share * (to - from);
}

/** Of the rows up to the cell less `probability` of all: those below enter with 1 − p, those above with −p. */
function varianceAt(counts: readonly Estimate[], cell: number, probability: number): number {
  return counts.reduce((sum, { variance }, i) => sum + variance * (i <= cell ? (1 - probability) * (1 - probability) : probability * probability), 0);
}
