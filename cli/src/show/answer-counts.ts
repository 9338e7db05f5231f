import { isShown, type CategoriesAnswer, type Cell, type DriftAnswer, type HistogramAnswer, type QuantilesAnswer, type RowsAndShare, type WordsAnswer } from "@cohortium/protocol/statistics/answer";
import type { Paint } from "../text/paint.js";
import { table, type Column } from "../text/table.js";
import { cellText, quantityForm, rowsForm, shareForm } from "./answer-cells.js";

const COUNTED: readonly Column[] = [{ head: "rows", right: true }, { head: "share", right: true }, { head: "" }];

export function histogramText({ measure, unit, edges, cells }: HistogramAnswer, paint: Paint): string {
  const rows = cells.map((cell, i) => [`${quantityForm(edges[i] ?? NaN)} to ${quantityForm(edges[i + 1] ?? NaN)}`, ...counted(cell, cells)]);
  return table([{ head: `${measure} (${unit})` }, ...COUNTED], rows, { paint, empty: "no cells" });
}

export function quantilesText({ measure, unit, quantiles }: QuantilesAnswer, paint: Paint): string {
  const rows = quantiles.map(({ probability, at }) => [shareForm(probability), cellText(at, quantityForm)]);
  return table([{ head: "of the rows", right: true }, { head: `have at most (${measure}, ${unit})` }], rows, { paint, empty: "no quantiles" });
}

export function categoriesText({ dimension, top, others }: CategoriesAnswer, paint: Paint): string {
  const rest = others === null ? [] : [["all others", cellText(others.rows, rowsForm), cellText(others.share, shareForm)]];
  const rows = [...top.map((cell) => [cell.word, ...counted(cell, top)]), ...rest];
  return table([{ head: dimension }, ...COUNTED], rows, { paint, empty: "no words" });
}

export function wordsText({ dimension, words, others }: WordsAnswer, paint: Paint): string {
  const rows = [...words.map((cell) => [cell.word, ...counted(cell, words)]), ["all others", cellText(others.rows, rowsForm), cellText(others.share, shareForm)]];
  return table([{ head: dimension }, ...COUNTED], rows, { paint, empty: "no words" });
}

export function driftText({ column, unit, cells, missing }: DriftAnswer, paint: Paint): string {
  const rows = [...cells.map((cell) => [cell.word, ...counted(cell, cells)]), ["(missing)", cellText(missing.rows, rowsForm), cellText(missing.share, shareForm)]];
  return table([{ head: unit === null ? column : `${column} (${unit})` }, ...COUNTED], rows, { paint, empty: "no cells" });
}

const BAR_WIDTH = 30;

function counted({ rows, share }: RowsAndShare, among: readonly RowsAndShare[]): readonly string[] {
  const most = Math.max(...among.map((cell) => heightOf(cell.rows)));
  const bar = most > 0 ? "#".repeat(Math.round((heightOf(rows) / most) * BAR_WIDTH)) : "";
  return [cellText(rows, rowsForm), cellText(share, shareForm), bar];
}

function heightOf(cell: Cell): number {
  return isShown(cell) ? Math.max(0, cell.value) : 0;
}
