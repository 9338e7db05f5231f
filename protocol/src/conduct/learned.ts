import type { Json } from "@cohortium/crypto/canonical-json";
import { member } from "../aggregation/round-statements.js";
import type { FaultCode } from "../session/fault.js";
import { jsonDigest } from "../session/json-digest.js";
import { modelDigest, type Model } from "../training/model.js";
import type { SessionClosed } from "./messages.js";
import type { SessionScene } from "./scene.js";

/** What a node has at the end of a session: the model it was asked about last, or the answer. */
export type Learned =
  | { readonly kind: "model"; readonly model: Model; readonly evaluation: Json }
  | { readonly kind: "answer"; readonly answer: Json };

/**
 * What a node that was asked `last` may believe of a release: a model only if it is the one it was asked to evaluate, an answer only if it took
 * part in the last sum it heard of. Whether an answer follows from the sums, an auditor can tell.
 */
export function learnedOf(last: SessionScene, { close, released }: Pick<SessionClosed, "close" | "released">): Learned | { readonly kind: "refused"; readonly code: FaultCode } {
  if (last.kind === "statistic") {
    const genuine = released.kind === "answer" && member(close, "answer") === jsonDigest(released.answer);
    return genuine ? released : { kind: "refused", code: "TRAINING_MODEL" };
  }
  if (last.question.kind !== "evaluation" || last.model === null) return { kind: "refused", code: "TRAINING_ABSENT" };
  const genuine = released.kind === "model" && member(close, "model") === jsonDigest(released.model)
    && jsonDigest(released.model) === modelDigest(last.model) && member(close, "evaluation") === jsonDigest(released.evaluation);
  return genuine ? { ...released, model: last.model } : { kind: "refused", code: "TRAINING_MODEL" };
}
