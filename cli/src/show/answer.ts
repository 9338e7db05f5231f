import type { Answer } from "@cohortium/protocol/statistics/answer";
import { sentencesOf } from "@cohortium/protocol/statistics/sentences";
import type { Paint } from "../text/paint.js";
import { categoriesText, driftText, histogramText, quantilesText, wordsText } from "./answer-counts.js";
import { experimentText } from "./answer-experiment.js";
import { profileText } from "./answer-profile.js";
import { rfmText } from "./answer-rfm.js";

/** An answer as tables, and in sentences what it rests on and how to read it. */
export function answerText(answer: Answer, paint: Paint): string {
  return `${tablesOf(answer, paint)}\n\n${sentencesOf(answer).join("\n")}`;
}

function tablesOf(answer: Answer, paint: Paint): string {
  switch (answer.kind) {
    case "profile": return profileText(answer, paint);
    case "histogram": return histogramText(answer, paint);
    case "quantiles": return quantilesText(answer, paint);
    case "categories": return categoriesText(answer, paint);
    case "words": return wordsText(answer, paint);
    case "rfm": return rfmText(answer, paint);
    case "experiment": return experimentText(answer, paint);
    case "drift": return driftText(answer, paint);
  }
}
