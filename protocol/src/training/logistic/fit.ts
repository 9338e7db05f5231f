import type { LogisticClause } from "../../charter/model-clauses.js";
import type { Feature } from "../../charter/features.js";
import { standardise, unpackMoments, type Minimums } from "../moments.js";
import { activeColumns, isWithinLogits, zeroModel, type LogisticModel } from "./model.js";
import { newtonStep, unpackNewton, type Accepted } from "./newton.js";
import { vectorSum } from "../vector-sum.js";

/** Whoever holds rows and answers about them: a node's learning code. Each answer is laid out as its round's layout says. */
export interface Contributor {
  moments(): Float64Array;
  newton(model: LogisticModel): Float64Array;
}

/** What to fit, and how. */
export interface FitTerms {
  readonly features: readonly Feature[];
  readonly clause: Pick<LogisticClause, "ridge" | "gradientTolerance" | "iterationsMax">;
  readonly minimums: Minimums;
}

export type Fit =
  | { readonly kind: "fitted"; readonly model: LogisticModel; readonly gradientNorm: number }
  | { readonly kind: "degenerate"; readonly because: string; readonly rows: number }
  | { readonly kind: "diverged"; readonly because: string };

/**
 * Trains on plain sums, with no masks and no rounding to a ring: one party's own model, and the reference a joint training is held to.
 * Every decision is taken by the functions a joint training uses.
 */
export function fitPooled(contributors: readonly Contributor[], { features, clause, minimums }: FitTerms): Fit {
  const start = standardise(unpackMoments(vectorSum(contributors.map((one) => one.moments())), features), features, minimums);
  if (start.kind === "degenerate") return start;

  let model = zeroModel(start.scaling);
  let accepted: Accepted | undefined;
  const columns = activeColumns(features, model).length;
  for (;;) {
    const asked = model;
    const sum = unpackNewton(vectorSum(contributors.map((one) => one.newton(asked))), columns);
    const step = newtonStep(model, sum, accepted, clause);
    switch (step.kind) {
      case "continue":
        if (!isWithinLogits(features, step.model)) return { kind: "diverged", because: "logits" };
        ({ model, accepted } = step);
        break;
      case "converged":
        return { kind: "fitted", model: step.model, gradientNorm: step.gradientNorm };
      case "diverged":
        return { kind: "diverged", because: step.because };
    }
  }
}
