import type { LocalTask } from "@cohortium/protocol/training/network/fit";
import type { Feature } from "@cohortium/protocol/charter/features";
import type { NetworkModel } from "@cohortium/protocol/training/network/model";
import { norm } from "@cohortium/protocol/training/network/step";
import { stripsOf } from "@cohortium/protocol/training/network/strips";
import { controlBound, packUpdate } from "@cohortium/protocol/training/network/update";
import type { LocalRows } from "../../data/local-rows.js";
import { trainLocally, type Workplace } from "./local-training.js";
import { breathing } from "./breathing.js";
import { scoredBlocks, sumOfLosses } from "./scores.js";

/** A party's answer to an `update` round, and SCAFFOLD's control variate that goes with it; empty for other optimisers. */
export interface LocalUpdate {
  readonly values: Float64Array;
  readonly control: Float32Array;
}

/**
 * Trains on the party's rows and makes of it what may leave: an update no longer than the charter's bound, weighted by the rows that count.
 *
 * Training that ran out of numbers counts as none: whether it does depends on the rows, and a refusal would tell.
 */
export async function localUpdate(task: LocalTask, place: Workplace, ownControl: Float32Array): Promise<LocalUpdate> {
  const { question: { clause, model, control }, moved } = task;
  const { rows, features } = place;
  const trained = await trainLocally(task, place, ownControl);
  const ran = Float64Array.from(trained.weights, (weight, i) => weight - (model.weights[i] ?? 0));
  const isSound = ran.every(Number.isFinite);
  const change = isSound ? ran : new Float64Array(ran.length);
  const length = isSound ? norm(change) : Number.POSITIVE_INFINITY;
  const drift = { control, ownControl, travelled: trained.steps * clause.localRate, bound: controlBound(clause) };
  const nextControl = control.length > 0 && isSound && trained.steps > 0 ? controlAfter(change, drift) : ownControl;
  const counted = Math.min(rows.rows, clause.rowsCap);
  const share = counted / clause.rowsCap;
  const update = bounded(change, clause.clip);
  const values = packUpdate({
    rows: rows.rows, counted, loss: share * (await meanLoss(rows, features, model)),
    update: update.map((value) => share * value), control: Float64Array.from(nextControl, (value) => share * value),
    strips: clause.strips === "shown" ? stripsOf(length, isSound ? cosine(change, length, moved) : null, clause.clip) : null,
  });
  return { values, control: nextControl };
}

async function meanLoss(rows: LocalRows, features: readonly Feature[], model: NetworkModel): Promise<number> {
  const pause = breathing();
  let loss = 0;
  for (const { first, logits } of scoredBlocks(rows, features, model)) {
    loss += sumOfLosses(logits, rows.y.subarray(first, first + logits.length));
    await pause();
  }
  return rows.rows === 0 ? 0 : loss / rows.rows;
}

/** The vector, scaled down to `bound` if it is longer. */
export function bounded(vector: Float64Array, bound: number): Float64Array {
  const length = norm(vector);
  return length <= bound ? vector : vector.map((value) => value * (bound / length));
}

interface Drift {
  readonly control: Float32Array;
  readonly ownControl: Float32Array;
  /** Steps times rate. */
  readonly travelled: number;
  readonly bound: number;
}

/** Karimireddy et al. 2020, algorithm 1, line 12, option II: the mean gradient along the way. Bounded, so that it can be summed under masks. */
function controlAfter(change: Float64Array, { control, ownControl, travelled, bound }: Drift): Float32Array {
  return Float32Array.from(bounded(change.map((value, i) => (ownControl[i] ?? 0) - (control[i] ?? 0) - value / travelled), bound));
}

function cosine(change: Float64Array, length: number, moved: Float64Array): number | null {
  const lengths = length * norm(moved);
  if (!(lengths > 0)) return null;
  return change.reduce((sum, value, i) => sum + value * (moved[i] ?? 0), 0) / lengths;
}
