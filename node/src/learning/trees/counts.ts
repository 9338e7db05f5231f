import { countUpTo } from "@cohortium/protocol/training/trees/cells";
import { packBins } from "@cohortium/protocol/training/trees/bins";
import type { BinsScene } from "@cohortium/protocol/training/trees/script";
import { categoricalsOf, type Feature } from "@cohortium/protocol/training/features";
import type { LocalRows } from "../../data/local-rows.js";

/** This party's answer to a `bins` round. */
export function binsOf(rows: LocalRows, features: readonly Feature[], { question }: BinsScene): Float64Array {
  const isFirst = question.round === 0;
  const columns = question.cells.map((_, i) => rows.x.subarray(i * rows.rows, (i + 1) * rows.rows));
  return packBins({
    rows: rows.rows,
    positives: isFirst ? rows.y.reduce((sum, y) => sum + y, 0) : 0,
    missing: Float64Array.from(isFirst ? columns : [], (column) => column.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0)),
    words: Float64Array.from(isFirst ? categoricalsOf(features).flatMap(({ categories }, i) => wordCounts(rows.categories[i], categories.length)) : []),
    cells: Float64Array.from(columns.flatMap((column, i) => [...cellCounts(column, question.cells[i]?.lows ?? [], question.cells[i]?.highs ?? [])])),
  });
}

function wordCounts(column: Int32Array | undefined, categories: number): readonly number[] {
  const counts = Array.from({ length: categories }, () => 0);
  for (const word of column ?? []) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function cellCounts(column: Float64Array, lows: readonly number[], highs: readonly number[]): Float64Array {
  const [low, high] = [Float64Array.from(lows), Float64Array.from(highs)];
  const counts = new Float64Array(lows.length);
  for (const value of column) {
    const float = Math.fround(value);
    const cell = countUpTo(low, float) - 1;
    if (cell >= 0 && float < (high[cell] ?? 0)) counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}
