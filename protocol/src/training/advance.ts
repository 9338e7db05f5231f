import type { Json } from "@cohortium/crypto/canonical-json";
import type { FaultCode } from "../session/fault.js";
import type { EvaluationQuestion } from "./layout.js";
import { evaluate, unpackHistogram, type Evaluation } from "./evaluation.js";
import type { TrainingPlan } from "./plan.js";

/** One number that tells how far a training is, for those who watch: `{ what: "gradient norm", value: 3.1e-5 }`. */
export interface Measure {
  readonly what: string;
  readonly value: number;
  /** The length of the mean update, as a share of the bound on each party's. Updates that differ cancel: near 1, they agree, or somebody drowns the others. */
  readonly boundUsed?: number;
  /** Counts of parties, where the charter has them shown. */
  readonly strips?: readonly Strip[];
}

/** How many parties lie in each bin, not which. */
export interface Strip {
  readonly what: string;
  readonly bins: readonly { readonly bin: string; readonly parties: number }[];
}

/** A measure as JSON: what is stored of a round and shown. */
export function measureJson({ what, value, boundUsed, strips }: Measure): Json {
  return {
    what, value, ...(boundUsed === undefined ? {} : { boundUsed }),
    ...(strips === undefined ? {} : { strips: strips.map((strip) => ({ what: strip.what, bins: strip.bins.map((bin) => ({ ...bin })) })) }),
  };
}

/** The sum over the held-out rows at the final model is awaited. */
export interface Evaluating<Model> {
  readonly kind: "evaluation";
  readonly question: EvaluationQuestion;
  readonly model: Model;
}

/** A training ended without a model. */
export interface Failed {
  readonly kind: "failed";
  readonly code: FaultCode;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** What one sum made of a training. `keep` is a model worth keeping although training goes on. */
export type AdvanceTo<Progress, Model> =
  | { readonly kind: "next"; readonly progress: Progress; readonly rows: number; readonly measure: Measure | null; readonly keep: Model | null }
  | { readonly kind: "evaluated"; readonly model: Model; readonly evaluation: Evaluation; readonly rows: number }
  | Failed;

/** The last step of every training: the joint evaluation of its model. */
export function afterEvaluation<Model>(values: Float64Array, { model }: Evaluating<Model>, plan: TrainingPlan): AdvanceTo<never, Model> {
  const evaluation = evaluate(unpackHistogram(values, plan.evaluation.scoreBins));
  if (evaluation.kind === "unusable") return failed("TRAINING_DEGENERATE", { because: evaluation.because });
  return { kind: "evaluated", model, evaluation, rows: values[1] ?? 0 };
}

export function failed(code: FaultCode, detail: Failed["detail"]): Failed {
  return { kind: "failed", code, detail };
}
