import { CUTS_PER_BIN, PARTS_PER_BIN } from "../../charter/cell-limits.js";
import { categoricalsOf, numericsOf, type Feature } from "../../charter/features.js";
import { logarithm } from "../log-loss.js";
import { NO_CELLS, type BinCounts, type BinsQuestion } from "./bins.js";
import { CELL_PARTS_MAX, cutCells, partCounts, widthOf, type CellCut, type Cells } from "./cells.js";
import type { TreesClause } from "../../charter/model-clauses.js";
import { thresholdsOf } from "./cuts.js";
import { valueBins, type Space, type Start } from "./space.js";

/** What the sums so far say of the columns: all cells of each numeric column, and the rows in each. */
export interface Sketch {
  readonly head: Omit<BinCounts, "cells">;
  readonly cells: readonly Cells[];
  readonly counts: readonly (readonly number[])[];
}

/** Per numeric column, the cells to look into next. */
export type Cuts = readonly (readonly CellCut[])[];

/** The first round's sums as a sketch, or null if no rows could have made them. */
export function sketchOf({ cells, ...head }: BinCounts, question: BinsQuestion, features: readonly Feature[]): Sketch | null {
  let [from, word] = [0, 0];
  const counts = question.cells.map(({ lows }) => lows.map(() => cells[from++] ?? Number.NaN));
  const words = categoricalsOf(features).map(({ categories }) => categories.map(() => head.words[word++] ?? Number.NaN));
  const agree = counts.every((list, i) => isPartition(list, head.rows - (head.missing[i] ?? Number.NaN)))
    && words.every((list) => isPartition(list, head.rows));
  const isSane = agree && head.missing.every((rows) => rows >= 0) && head.positives >= 0 && head.positives <= head.rows;
  return isSane ? { head, cells: question.cells, counts } : null;
}

/** Into what each column's cells are to be cut, so that none is too coarse to end a bin in; null if all are fine enough. */
export function cutsFor({ cells, counts, head: { rows } }: Sketch, features: readonly Feature[], clause: TreesClause): Cuts | null {
  const cuts = numericsOf(features).map((feature, i) => {
    const bins = valueBins(feature, clause.bins);
    const narrowest = (feature.max - feature.min) * WIDTH_SHARE_MIN;
    return (counts[i] ?? []).flatMap((count, cell): readonly CellCut[] => {
      const isCoarse = count * CUTS_PER_BIN > rows / bins && widthOf(cells[i] ?? NO_CELLS, cell, feature) > narrowest;
      return isCoarse ? [[cell, Math.min(CELL_PARTS_MAX, Math.ceil((PARTS_PER_BIN * bins * count) / rows))]] : [];
    });
  });
  return cuts.some((list) => list.length > 0) ? cuts : null;
}

/** The sketch with the counts of the parts. Of fewer companies than before, they say a little less; that is good enough to set thresholds by. */
export function withParts(sketch: Sketch, cuts: Cuts, sum: BinCounts, features: readonly Feature[]): Sketch {
  let from = 0;
  const refined = numericsOf(features).map((feature, i) => {
    const [cells, cut] = [sketch.cells[i] ?? NO_CELLS, cuts[i] ?? []];
    const lengths = partCounts(cells, cut, feature);
    const parts = new Map(cut.map(([cell], k) => [cell, lengths[k] ?? 0]));
    const counts = (sketch.counts[i] ?? []).flatMap((count, cell) => {
      const length = parts.get(cell);
      return length === undefined ? [count] : Array.from({ length }, () => sum.cells[from++] ?? Number.NaN);
    });
    return { cells: cutCells(cells, cut, feature), counts };
  });
  return { head: sketch.head, cells: refined.map(({ cells }) => cells), counts: refined.map(({ counts }) => counts) };
}

/** Where trees begin: the base from how common positives are, the thresholds from the cells, the categories that are not too rare. */
export function startOf({ head, cells, counts }: Sketch, features: readonly Feature[], { bins }: TreesClause, categoryRowsMin: number): Start {
  let [numeric, word] = [0, 0];
  const spaces = features.map((feature): Space => {
    switch (feature.kind) {
      case "numeric": {
        const i = numeric++;
        const thresholds = thresholdsOf(cells[i] ?? NO_CELLS, counts[i] ?? [], valueBins(feature, bins));
        return { kind: "numeric", missing: (head.missing[i] ?? 0) > 0, thresholds };
      }
      case "categorical": {
        const from = word;
        word += feature.categories.length;
        return { kind: "categorical", kept: feature.categories.flatMap((_, i) => ((head.words[from + i] ?? 0) >= categoryRowsMin ? [i] : [])) };
      }
    }
  });
  return { base: Math.fround(logarithm(head.positives / (head.rows - head.positives))), spaces };
}

/** Nothing narrower than this share of a range is cut: the rows in it have one value, or as good as one. */
const WIDTH_SHARE_MIN = 2 ** -22;

function isPartition(counts: readonly number[], rows: number): boolean {
  return counts.every((count) => count >= 0) && counts.reduce((sum, count) => sum + count, 0) === rows;
}
