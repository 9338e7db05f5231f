import type { Answer } from "@cohortium/protocol/statistics/answer";
import { cellText, rowsForm } from "./answer-cells.js";
import { categoriesText, driftText, histogramText, quantilesText } from "./answer-counts.js";
import { experimentText } from "./answer-experiment.js";
import { profileText } from "./answer-profile.js";
import { rfmText } from "./answer-rfm.js";
import type { Paint } from "./paint.js";

/** An answer as tables, and what it rests on. */
export function answerText(answer: Answer, paint: Paint): string {
  return `${tablesOf(answer, paint)}\n\n${restsOn(answer)}`;
}

function tablesOf(answer: Answer, paint: Paint): string {
  switch (answer.kind) {
    case "profile": return profileText(answer, paint);
    case "histogram": return histogramText(answer, paint);
    case "quantiles": return quantilesText(answer, paint);
    case "categories": return categoriesText(answer, paint);
    case "rfm": return rfmText(answer, paint);
    case "experiment": return experimentText(answer, paint);
    case "drift": return driftText(answer, paint);
  }
}

function restsOn({ rows, firms, cellRows, noise }: Answer): string {
  const exact = noise ? "The companies added noise; in brackets the 95 % interval it leaves." : "The numbers are exact.";
  return `Based on ${cellText(rows, rowsForm)} rows in ${firms} companies. ${exact} Cells over fewer than ${cellRows} rows are withheld, and those from which such a cell would follow.`;
}
