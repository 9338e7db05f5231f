import type { NetworkClause, Stopping } from "../../charter/network-clause.js";
import { WEIGHT_ABS_MAX, type NetworkModel } from "./model.js";
import { serverStep, type ServerState } from "./server.js";
import { stripsAgree } from "./strips.js";
import { controlBound, type UpdateSum } from "./update.js";

/** At which scale updates and control variates were rounded. */
export interface Scales {
  readonly update: number;
  readonly control: number;
}

/** The lowest joint loss so far, and how many rounds in a row have not lowered it by enough. */
export interface Stall {
  readonly best: number;
  readonly rounds: number;
}

export const NO_STALL: Stall = { best: Number.MAX_VALUE, rounds: 0 };

/** What an `update` sum at `model` leads to. `loss` belongs to the model that was asked about; `boundUsed` is the mean update's length as a share of `clip`. */
export type JointStep =
  | { readonly kind: "stepped"; readonly model: NetworkModel; readonly control: Float32Array; readonly server: ServerState; readonly loss: number; readonly boundUsed: number }
  | { readonly kind: "beyond"; readonly segment: string }
  | { readonly kind: "diverged"; readonly because: "not-finite" | "weights-too-large" | "nothing-moved" };

/** What the training carries from one joint step to the next. */
export interface Before {
  readonly model: NetworkModel;
  readonly server: ServerState;
  readonly survivors: number;
  /** The loss of the weights that training began at; null as long as only these were asked about. */
  readonly firstLoss: number | null;
}

/**
 * Divides the sums by the rows that count and takes the server's step from it. Weights are rounded to 32-bit floats. Deterministic: + − × ÷ and √ only.
 *
 * Refuses a sum that so many parties within their bounds cannot have added up to: every party's update is at most `clip` long, so their sum is at
 * most `clip` times their shares. A party that keeps to no bound can still claim the room of all of them.
 *
 * A party whose local training runs out of numbers sends no update. Where all do, the sum is exactly zero, and so is that of parties that have
 * learned all there is: then the loss is below the first one. An update of zero at a loss that never fell is no training.
 */
export function jointStep({ model, server, survivors, firstLoss }: Before, sum: UpdateSum, clause: NetworkClause, scales: Scales): JointStep {
  const { clip, rowsCap, optimiser } = clause;
  if (!(sum.counted > 0 && sum.counted <= sum.rows)) return { kind: "beyond", segment: "counted rows" };
  if (sum.strips !== null && !stripsAgree(sum.strips, survivors)) return { kind: "beyond", segment: "update norms" };
  const shares = sum.counted / rowsCap;
  const within = (values: Float64Array, bound: number, scaleBits: number) =>
    norm(values) <= bound * shares * SUM_SLACK + survivors * Math.sqrt(values.length) * 2 ** -(scaleBits + 1);
  if (!within(sum.update, clip, scales.update)) return { kind: "beyond", segment: "update" };
  if (!within(sum.control, controlBound(clause), scales.control)) return { kind: "beyond", segment: "control variate" };

  const { state, step } = serverStep(optimiser, server, sum.update.map((value) => value / shares));
  const weights = model.weights.map((weight, i) => weight + (step[i] ?? Number.NaN));
  const loss = sum.loss / shares;
  if (!(Number.isFinite(loss) && weights.every(Number.isFinite))) return { kind: "diverged", because: "not-finite" };
  if (!weights.every((weight) => Math.abs(weight) <= WEIGHT_ABS_MAX)) return { kind: "diverged", because: "weights-too-large" };
  const hasLearned = firstLoss !== null && loss < firstLoss;
  if (!hasLearned && sum.update.every((value) => value === 0)) return { kind: "diverged", because: "nothing-moved" };
  const control = Float32Array.from(sum.control, (value) => value / shares);
  return { kind: "stepped", model: { ...model, iteration: model.iteration + 1, weights }, control, server: state, loss, boundUsed: norm(sum.update) / (clip * shares) };
}

/** Whether the loss got stuck, after one more round. */
export function stallAfter({ best, rounds }: Stall, loss: number, stopping: Stopping): Stall {
  switch (stopping.kind) {
    case "rounds": return NO_STALL;
    case "stall": return loss < best * (1 - stopping.tolerance) ? { best: loss, rounds: 0 } : { best: Math.min(best, loss), rounds: rounds + 1 };
  }
}

export function isOver({ rounds }: Stall, iteration: number, { rounds: most, stopping }: NetworkClause): boolean {
  return !(iteration < most) || (stopping.kind === "stall" && rounds >= stopping.patience);
}

/** The Euclidean norm, in × + √: an engine may round a power as it likes. */
export function norm(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    squares += value * value;
  }
  return Math.sqrt(squares);
}

/** Honest norms are below their bound by rounding errors of some 1e-7; this is as little again as makes no difference to a poisoner. */
const SUM_SLACK = 1 + 1e-5;
