import type { Evaluation, Interval } from "../answers/model.js";
import { EDGE_SHARE_MAX } from "@cohortium/protocol/training/evaluation";
import { count, percent, quality } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { facts, table } from "../text/table.js";

const COLUMNS = ["decile", "rows", "positives", "lift", "gain", "predicted", "observed"].map((head) => ({ head, right: true }));

/** How good a model is: ranking, calibration, and what each tenth of the rows holds, highest scores first. */
export function evaluationText(evaluation: Evaluation, paint: Paint): string {
  const { rows, positives, auc, aucInterval, ks, ksInterval, calibrationError, deciles } = evaluation;
  const warning = edgeWarning(evaluation);
  const lines = deciles.map((decile, i) => [
    String(i + 1), count(decile.rows), count(decile.positives),
    decile.lift.toFixed(2), percent(decile.gain), percent(decile.meanPredicted), percent(decile.observed),
  ]);
  return [
    facts([
      ["AUC", `${quality(auc)}  ${between(aucInterval)}`], ["KS", `${quality(ks)}  ${between(ksInterval)}`], ["calibration error", quality(calibrationError)], ["held-out rows", `${count(rows)}, ${count(positives)} of them positive`],
    ]),
    ...(warning === null ? [] : ["", paint.warn(warning)]),
    "",
    table(COLUMNS, lines, { paint, empty: "" }),
  ].join("\n");
}

/** Said where scores lie so far out that the bins cannot tell them apart; otherwise null. */
export function edgeWarning({ edgeShare }: Evaluation): string | null {
  if (edgeShare <= EDGE_SHARE_MAX) return null;
  return `${percent(edgeShare)} of a class have scores beyond the bins and count as ties: these numbers are too coarse to compare models by.`;
}

function between({ low, high }: Interval): string {
  return `(95 %: ${quality(low)} to ${quality(high)})`;
}
