import type { TrainingPlan } from "../plan.js";
import type { NetworkClause, Optimiser } from "../../charter/network-clause.js";
import { norm } from "./step.js";
import { controlBound, updateScales } from "./update.js";

interface Terms {
  readonly plan: TrainingPlan;
  readonly clause: NetworkClause;
}

/**
 * The longest joint step to `weights` that bounded updates can lead to: a node that is shown one further away is shown no step of this training.
 * It bounds what a coordinator can try with a model of its own making, and does not exclude it; an auditor can (`audit.ts`).
 */
export function stepReach({ plan, clause }: Terms, weights: Float32Array): number {
  const mean = clause.clip * SLACK + meanRounding({ plan, clause }, "update", weights.length);
  // Adding the step rounds each weight once to a 32-bit float.
  return lengthening(clause.optimiser) * mean * SLACK + norm(weights) * 2 ** -23 + Number.MIN_VALUE;
}

/** The longest joint control variate that bounded ones can lead to. */
export function controlReach({ plan, clause }: Terms, length: number): number {
  return controlBound(clause) * SLACK + meanRounding({ plan, clause }, "control", length);
}

const SLACK = 1 + 1e-4;

/** How many times as long as the mean update the server's step may be. */
function lengthening(optimiser: Optimiser): number {
  switch (optimiser.kind) {
    case "fedavg": case "fedprox": case "scaffold": return optimiser.serverRate;
    // |m| is a mean of means, and √v ≥ 0.
    case "fedadam": case "fedyogi": return optimiser.serverRate / optimiser.tau;
  }
}

/** How far rounding to fixed point may move a mean over parties that each bring few rows. */
function meanRounding({ plan, clause }: Terms, which: "update" | "control", length: number): number {
  const scaleBits = updateScales(plan, clause)[which];
  const rowsMin = Math.max(1, Math.floor(plan.rowsMinPerParty * (1 - plan.evaluation.holdoutShare)));
  const shareMin = Math.min(rowsMin, clause.rowsCap) / clause.rowsCap;
  return (Math.sqrt(length) * 2 ** -(scaleBits + 1)) / shareMin;
}
