import { gridsOf } from "@cohortium/protocol/training/layout";
import type { NetworkScene } from "@cohortium/protocol/training/network/script";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import type { SessionRows } from "../../rows/session-rows.js";
import { noisyMomentsOf } from "../noisy-logistic.js";
import { noisyHistogramOf } from "../score-histogram.js";
import { privateGradientOf, type Coins } from "./private-gradient.js";
import { networkScores } from "./scores.js";

/** This party's answer to any round of a noisy training of a network, before noise. No tensor engine takes part: each row's gradient is bounded by itself. */
export function noisyNetworkAnswer({ question, model }: NetworkScene, { train, counted }: Pick<SessionRows, "train" | "counted">, plan: TrainingPlan, coins: Coins): Float64Array {
  const { features, evaluation, model: clause } = plan;
  const [first] = gridsOf(question, layoutTerms(plan));
  const privacy = clause.kind === "network" ? clause.privacy : undefined;
  if (first === undefined || privacy === undefined) throw new RangeError("the charter does not say what this training may tell");
  const { scaleBits } = first.segment;
  if (model === null) return noisyMomentsOf(train, features, scaleBits);
  switch (question.kind) {
    case "update": return privateGradientOf(train, features, model, { privacy, coins, scaleBits });
    case "evaluation": return noisyHistogramOf(networkScores(counted, features, model), counted, evaluation.scoreBins);
  }
}
