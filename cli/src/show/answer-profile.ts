import type { ProfileAnswer } from "@cohortium/protocol/statistics/answer";
import { cellText, indexForm, quantityForm, rowsForm, shareForm } from "./answer-cells.js";
import type { Paint } from "./paint.js";
import { table } from "./table.js";

/** A table a dimension, then the measures: the cohort beside all rows. */
export function profileText({ rows, base, share, dimensions, measures }: ProfileAnswer, paint: Paint): string {
  const cohort = `The cohort: ${cellText(rows, rowsForm)} of ${cellText(base, rowsForm)} rows, ${cellText(share, shareForm)}.`;
  const tables = dimensions.map(({ dimension, words }) => table(
    [{ head: dimension }, ...["rows", "share", "of all rows", "share", "index"].map((head) => ({ head, right: true }))],
    words.map((one) => [
      one.word, cellText(one.rows, rowsForm), cellText(one.share, shareForm), cellText(one.base, rowsForm), cellText(one.baseShare, shareForm), cellText(one.index, indexForm),
    ]),
    { paint, empty: `no words of ${dimension}` },
  ));
  return [cohort, ...tables, ...(measures.length === 0 ? [] : [measuresText(measures, paint)])].join("\n\n");
}

function measuresText(measures: ProfileAnswer["measures"], paint: Paint): string {
  const columns = [{ head: "measure" }, { head: "sum", right: true }, { head: "mean", right: true }, { head: "sum of all", right: true }, { head: "mean of all", right: true }, { head: "index", right: true }];
  return table(columns, measures.map((one) => [
    `${one.measure} (${one.unit})`, cellText(one.sum, quantityForm), cellText(one.mean, quantityForm), cellText(one.baseSum, quantityForm), cellText(one.baseMean, quantityForm), cellText(one.index, indexForm),
  ]), { paint, empty: "" });
}
