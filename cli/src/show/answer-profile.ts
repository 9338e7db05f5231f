import type { ProfileAnswer } from "@cohortium/protocol/statistics/answer";
import { isEverybody } from "@cohortium/protocol/statistics/sentences";
import type { Paint } from "../text/paint.js";
import { table } from "../text/table.js";
import { cellText, indexForm, quantityForm, rowsForm, shareForm } from "./answer-cells.js";

/** A table a dimension, then the measures: the cohort beside all rows, or all rows alone where they are the cohort. */
export function profileText(answer: ProfileAnswer, paint: Paint): string {
  return isEverybody(answer) ? everybodyText(answer, paint) : besideText(answer, paint);
}

function everybodyText({ rows, dimensions, measures }: ProfileAnswer, paint: Paint): string {
  const tables = dimensions.map(({ dimension, words }) => table(
    [{ head: dimension }, { head: "rows", right: true }, { head: "share", right: true }],
    words.map(({ word, rows: own, share }) => [word, cellText(own, rowsForm), cellText(share, shareForm)]), { paint, empty: `no words of ${dimension}` },
  ));
  const sums = measures.length === 0 ? [] : [table(
    [{ head: "measure" }, { head: "sum", right: true }, { head: "mean", right: true }],
    measures.map(({ measure, unit, sum, mean }) => [`${measure} (${unit})`, cellText(sum, quantityForm), cellText(mean, quantityForm)]), { paint, empty: "" },
  )];
  return [`All rows: ${cellText(rows, rowsForm)}.`, ...tables, ...sums].join("\n\n");
}

function besideText({ rows, base, share, dimensions, measures }: ProfileAnswer, paint: Paint): string {
  const cohort = `The cohort: ${cellText(rows, rowsForm)} of ${cellText(base, rowsForm)} rows, ${cellText(share, shareForm)}.`;
  const tables = dimensions.map(({ dimension, words }) => table(
    [{ head: dimension }, ...["rows", "share", "of all rows", "share", "index"].map((head) => ({ head, right: true }))],
    words.map(({ word, rows: own, share: part, base: all, baseShare: whole, index }) => [
      word, cellText(own, rowsForm), cellText(part, shareForm), cellText(all, rowsForm), cellText(whole, shareForm), cellText(index, indexForm),
    ]),
    { paint, empty: `no words of ${dimension}` },
  ));
  return [cohort, ...tables, ...(measures.length === 0 ? [] : [measuresText(measures, paint)])].join("\n\n");
}

function measuresText(measures: ProfileAnswer["measures"], paint: Paint): string {
  const columns = [{ head: "measure" }, ...["sum", "mean", "sum of all", "mean of all", "index"].map((head) => ({ head, right: true }))];
  return table(columns, measures.map(({ measure, unit, sum, mean, baseSum, baseMean, index }) => [
    `${measure} (${unit})`, ...[sum, mean, baseSum, baseMean].map((cell) => cellText(cell, quantityForm)), cellText(index, indexForm),
  ]), { paint, empty: "" });
}
