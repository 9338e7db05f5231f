import { packBins } from "@cohortium/protocol/training/trees/bins";
import type { BinsScene } from "@cohortium/protocol/training/trees/script";
import { categoricalsOf, type Feature } from "@cohortium/protocol/charter/features";
import type { LocalRows } from "../../data/local-rows.js";
import { wordCounts } from "../word-counts.js";
import { finderIn } from "./finder.js";

/** This party's answer to a `bins` round. */
export function binsOf(rows: LocalRows, features: readonly Feature[], { question }: BinsScene): Float64Array {
  const isFirst = question.round === 0;
  const columns = question.cells.map((_, i) => rows.x.subarray(i * rows.rows, (i + 1) * rows.rows));
  const words = isFirst ? categoricalsOf(features).flatMap(({ categories }, i) => wordCounts(rows.categories[i] ?? new Int32Array(), categories.length)) : [];
  return packBins({
    rows: rows.rows,
    positives: isFirst ? rows.y.reduce((sum, y) => sum + y, 0) : 0,
    missing: Float64Array.from(isFirst ? columns : [], (column) => column.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0)),
    words: Float64Array.from(words),
    cells: Float64Array.from(columns.flatMap((column, i) => [...cellCounts(column, question.cells[i]?.lows ?? [], question.cells[i]?.highs ?? [])])),
  });
}

function cellCounts(column: Float64Array, lows: readonly number[], highs: readonly number[]): Float64Array {
  const find = finderIn(lows);
  const high = Float64Array.from(highs);
  const counts = new Float64Array(lows.length);
  for (let row = 0; row < column.length; row++) {
    const value = Math.fround(column[row] ?? Number.NaN);
    const cell = find(value) - 1;
    // Below all cells, between two of them, or no number at all.
    if (value >= (lows[0] ?? Infinity) && value < (high[cell] ?? 0)) counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}
