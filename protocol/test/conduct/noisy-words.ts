import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { Words } from "@cohortium/crypto/words";
import type { AnswerAsked } from "../../src/conduct/participant.js";
import { layoutOf } from "../../src/training/layout.js";
import { unpackHistogram } from "../../src/training/evaluation.js";
import { activeColumns } from "../../src/training/logistic/model.js";
import { unpackNewton } from "../../src/training/logistic/newton.js";
import { unpackMoments } from "../../src/training/moments.js";
import { packNoisyHistogram } from "../../src/training/noisy-evaluation.js";
import { packNoisyMoments } from "../../src/training/noisy-moments.js";
import { layoutTerms, type TrainingPlan } from "../../src/training/plan.js";
import { TINY_PLAN, tinyAnswers, tinyRows } from "../training/tiny-rows.js";

/** The clauses of a charter whose trainings of the tiny rows carry noise. */
export const NOISY_CLAUSES = [
  ["/questions/0/model", { ...TINY_PLAN.model, privacy: { nanoRho: 10_000_003, rowNormMax: 4, iterations: 3 } }],
  ["/questions/0/evaluation", { ...TINY_PLAN.evaluation, scoreBins: 64 }],
  ["/privacy", { mechanism: "discrete-gaussian", note: "Noisy.", budget: { releasesMax: 40, epsilon: 1, delta: 1e-6, reserveShare: 0 }, colluders: 1 }],
] as const;

/** What a node answers under such a charter, before noise and masks. */
export function noisyWords(party: string, { scene }: AnswerAsked, plan: TrainingPlan): Words {
  if (scene.kind !== "logistic") throw new Error("a logistic training was to be asked");
  const answers = tinyAnswers(tinyRows(party));
  const { ring, segments } = layoutOf(scene.question, layoutTerms(plan));
  const encoded = (values: Float64Array) => encodeFixed(values, segments, ring);
  if (scene.model === null) {
    const { rows, positives, ...sums } = unpackMoments(answers.moments(), plan.features);
    return encoded(packNoisyMoments({ ...sums, negatives: rows - positives, positives }));
  }
  if (scene.question.kind === "newton") {
    const { gradient, hessian } = unpackNewton(answers.newton(scene.model), activeColumns(plan.features, scene.model).length);
    return encoded(Float64Array.of(1, ...gradient, ...hessian));
  }
  // Bins are uniform in the logit, so sixteen neighbours are one.
  const { positives, negatives } = unpackHistogram(answers.evaluation(scene.model), TINY_PLAN.evaluation.scoreBins);
  const coarse = (counts: Float64Array) => Float64Array.from({ length: 64 }, (_, i) => counts.subarray(16 * i, 16 * (i + 1)).reduce((sum, count) => sum + count, 0));
  return encoded(packNoisyHistogram({ positives: coarse(positives), negatives: coarse(negatives) }));
}
