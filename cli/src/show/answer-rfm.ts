import type { RfmAnswer, RfmCell } from "@cohortium/protocol/statistics/answer";
import type { Paint } from "../text/paint.js";
import { table } from "../text/table.js";
import { cellText, quantityForm, rowsForm } from "./answer-cells.js";

/** The two grids, the best corner last, and what the scores mean. */
export function rfmText({ scores, grid, spend }: RfmAnswer, paint: Paint): string {
  const unit = scores.find(({ of }) => of === "monetary")?.unit ?? "";
  return [
    "Rows by recency (R) and frequency (F), 5 the best:", gridText(grid, ({ rows }) => cellText(rows, rowsForm), paint),
    `What they spent (${unit}), ${cellText(spend, quantityForm)} in all:`, gridText(grid, (cell) => cellText(cell.spend, quantityForm), paint),
    "The scores:", scoresText(scores, paint),
  ].join("\n\n");
}

function gridText(grid: RfmAnswer["grid"], write: (cell: RfmCell) => string, paint: Paint): string {
  const columns = [{ head: "" }, ...(grid[0] ?? []).map((_, i) => ({ head: `F${i + 1}`, right: true }))];
  return table(columns, grid.map((row, i) => [`R${i + 1}`, ...row.map(write)]).toReversed(), { paint, empty: "no grid" });
}

function scoresText(scores: RfmAnswer["scores"], paint: Paint): string {
  const columns = [{ head: "score" }, { head: "column" }, { head: "edges" }, ...[1, 2, 3, 4, 5].map((score) => ({ head: `rows with ${score}`, right: true }))];
  return table(columns, scores.map(({ of, column, unit, edges, rows }) => [
    of, `${column} (${unit})`, edges.map((edge) => cellText(edge, quantityForm)).join(", "), ...rows.map((cell) => cellText(cell, rowsForm)),
  ]), { paint, empty: "no scores" });
}
