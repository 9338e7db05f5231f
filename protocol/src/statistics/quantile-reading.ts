import { added, type Estimate } from "./estimate.js";
import { Z_95 } from "../training/intervals.js";

/** What was counted in which cells: `edges` ascend, one more than there are counts. */
export interface CountedCells {
  readonly counts: readonly Estimate[];
  readonly edges: readonly number[];
}

/** Neighbouring cells from `from` to `to`, taken as one: those at the places `first` to `last`. */
export interface MergedCell {
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** A quantile, as far as it is told: the cell it is read off from, and between which edges of merged cells the exact one lies. */
export interface QuantileRange {
  readonly cell: MergedCell;
  readonly low: number;
  readonly high: number;
}

/**
 * Cells merged with their neighbours, from the left, until each has k rows or more, as counted with noise. Whatever is told by edges of these alone
 * counts no fewer rows than k; under exact sums an edge still lies next to the k-th value of the cell. Empty where all together have fewer.
 */
export function mergedCells({ counts, edges }: CountedCells, cellRows: number): readonly MergedCell[] {
  const merged: MergedCell[] = [];
  let open: MergedCell | null = null;
  counts.forEach(({ value }, i) => {
    const cell: MergedCell = { first: i, last: i, from: edges[i] ?? 0, to: edges[i + 1] ?? 0, rows: value };
    const grown: MergedCell = open === null ? cell : joined(open, cell);
    open = grown.rows >= cellRows ? null : grown;
    if (open === null) merged.push(grown);
  });
  // What is left on the right goes to the last; noise may carry it below zero, and then there is more to join.
  for (let rest: MergedCell | null = open; rest !== null;) {
    const last = merged.pop();
    if (last === undefined) return [];
    const whole: MergedCell = joined(last, rest);
    rest = whole.rows >= cellRows ? null : whole;
    if (rest === null) merged.push(whole);
  }
  return merged;
}

/**
 * Where the cumulated counts reach `probability` of all. Nothing is read between the edges of merged cells: a place inside one, with another or with
 * the number of all rows, would tell how many rows it has, and a count up to such a place how many lie on one side of it.
 *
 * With noise the range is all cells that the exact quantile may lie in. It lies in a cell if its end reaches p of all and its start does not exceed it; a
 * cell is left out where noise explains one of the two with 2.5 % or less, so that the right one stays with 95 % or more, however many there are.
 *
 * @returns null where there is no merged cell.
 */
export function quantileOf(cells: CountedCells, merged: readonly MergedCell[], probability: number): QuantileRange | null {
  const target = probability * added(cells.counts).value;
  let reached = 0;
  const own = merged.find(({ rows }) => (reached += rows) >= target) ?? merged.at(-1);
  if (own === undefined) return null;
  const [first, last] = possibleCells(cells, probability, own);
  const around = (place: number) => merged.find((cell) => cell.last >= place) ?? own;
  return { cell: own, low: around(first).from, high: around(last).to };
}

/** The first and the last cell that the exact quantile may lie in, and at least those that it is read off from. */
function possibleCells({ counts }: CountedCells, probability: number, { first, last }: MergedCell): readonly [first: number, last: number] {
  const total = added(counts);
  const target = probability * total.value;
  // Of the rows up to an edge less p of all: those below enter with 1 − p, those above with −p.
  let [sum, variance] = [0, total.variance * probability * probability];
  let range: readonly [number, number] = [first, last];
  counts.forEach((count, place) => {
    const startMayBeBelow = sum - target <= Z_95 * Math.sqrt(Math.max(0, variance));
    sum += count.value;
    variance += count.variance * (1 - 2 * probability);
    const endMayReach = sum - target >= -Z_95 * Math.sqrt(Math.max(0, variance));
    if (startMayBeBelow && endMayReach && count.variance > 0) range = [Math.min(range[0], place), Math.max(range[1], place)];
  });
  return range;
}

function joined(left: MergedCell, right: MergedCell): MergedCell {
  return { first: left.first, last: right.last, from: left.from, to: right.to, rows: left.rows + right.rows };
}
