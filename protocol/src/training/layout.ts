import { exact, headSegments, laidOut, type Layout, type LayoutTerms } from "./layout-parts.js";
import { newtonLayout, type NewtonQuestion } from "./logistic/layout.js";
import { momentLayout, type MomentsQuestion } from "./moments-layout.js";
import { updateLayout, type UpdateQuestion } from "./network/update.js";
import type { BinsQuestion } from "./trees/bins.js";
import { binsLayout, levelLayout } from "./trees/layout.js";
import type { LevelQuestion } from "./trees/level.js";

/** How well the final model ranks held-out rows: the same question for every kind of model. */
export interface EvaluationQuestion {
  readonly kind: "evaluation";
}

/** What a round asks of the rows. */
export type Question = MomentsQuestion | NewtonQuestion | BinsQuestion | LevelQuestion | UpdateQuestion | EvaluationQuestion;

/**
 * Where each number of an answer lies, how large it may be and how finely it is rounded: the same at every party and every auditor.
 *
 * The first word of every layout is the guard: each party adds exactly 1, so the sum must be the number of survivors.
 *
 * @throws RangeError from `scaleBitsFor` if the parties' sum would not fit the ring.
 */
export function layoutOf(question: Question, terms: LayoutTerms): Layout {
  switch (question.kind) {
    case "moments": return momentLayout(terms);
    case "newton": return newtonLayout(question, terms);
    case "bins": return binsLayout(question, terms);
    case "level": return levelLayout(question, terms);
    case "update": return updateLayout(question, terms);
    case "evaluation": return evaluationLayout(terms);
  }
}

function evaluationLayout({ scoreBins, rowsMaxPerParty: rows }: LayoutTerms): Layout {
  return laidOut(32, [...headSegments(rows), exact("positives by score", scoreBins, rows), exact("negatives by score", scoreBins, rows)]);
}
