import { chargeOfSum } from "./charges.js";
import type { Question } from "./layout.js";
import type { TrainingPlan } from "./plan.js";

type Priced = Pick<TrainingPlan, "model" | "noise">;

/** What a whole training costs everyone who answers it to its end, in 10^-9 of ρ; nothing where sums are exact. */
export function priceOfTraining({ model, noise }: Priced): number {
  return noise === undefined || model.kind !== "logistic" ? 0 : model.privacy?.nanoRho ?? 0;
}

/** What the answer to one question costs; the questions of a training add up to its price. @throws RangeError for a question that no noisy training asks. */
export function chargeOfQuestion(question: Question, { model, noise }: Priced): number {
  if (noise === undefined) return 0;
  const privacy = model.kind === "logistic" ? model.privacy : undefined;
  if (privacy === undefined) throw new RangeError("the charter does not say what a training of this kind may tell");
  switch (question.kind) {
    case "moments": case "evaluation": return chargeOfSum(question.kind, 0, privacy);
    case "newton": return chargeOfSum(question.kind, question.model.iteration, privacy);
    case "bins": case "level": case "update": throw new RangeError("only the sums of a logistic training carry noise");
  }
}
