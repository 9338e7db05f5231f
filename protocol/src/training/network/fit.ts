import type { Failed } from "../advance.js";
import { vectorSum } from "../vector-sum.js";
import type { NetworkClause } from "../../charter/network-clause.js";
import type { NetworkModel } from "./model.js";
import { advanceNetwork, networkFirst, type NetworkPlan, type NetworkProgress } from "./progress.js";
import type { UpdateQuestion } from "./update.js";

/** One round's work of a party: the question, and the joint step that led to its model, empty before there was one. */
export interface LocalTask {
  readonly question: UpdateQuestion;
  readonly moved: Float64Array;
}

/** Whoever holds rows and trains on them: a node's learning code. Each answer is laid out as its round's layout says. */
export interface NetworkContributor {
  moments(): Float64Array;
  update(task: LocalTask): Promise<Float64Array>;
}

/** A joint model on the way. `loss` is the mean loss at the model before it; null for the first. */
export interface OnTheWay {
  readonly model: NetworkModel;
  readonly loss: number | null;
}

/** What to train, on whose columns. */
export interface FederatedTerms extends NetworkPlan {
  readonly model: NetworkClause;
}

export type NetworkFit = { readonly kind: "fitted"; readonly model: NetworkModel } | Failed;

/**
 * Trains on plain sums, with no masks and no rounding to a ring, and yields each joint model: one party's own training, the training on all rows in
 * one place, and the reference a joint training is held to. Every decision is taken by the functions a joint training uses.
 */
export async function* federated(contributors: readonly NetworkContributor[], terms: FederatedTerms): AsyncGenerator<OnTheWay, NetworkFit> {
  let progress: NetworkProgress = networkFirst(terms.model);
  let before: NetworkModel | null = null;
  for (;;) {
    const values: readonly Float64Array[] = await answersTo(progress, before, contributors);
    const next = advanceNetwork(vectorSum(values), contributors.length, progress, terms);
    if (next.kind === "failed") return next;
    // Nothing in this loop asks for the evaluation.
    if (next.kind === "evaluated" || next.progress.model === null) throw new RangeError("a training in the clear has no evaluation");
    yield { model: next.progress.model, loss: next.measure?.value ?? null };
    if (next.progress.kind === "evaluation") return { kind: "fitted", model: next.progress.model };
    before = progress.model;
    progress = next.progress;
  }
}

/** The model that `federated` ends with. */
export async function fitFederated(contributors: readonly NetworkContributor[], terms: FederatedTerms): Promise<NetworkFit> {
  const models = federated(contributors, terms);
  for (;;) {
    const next = await models.next();
    if (next.done === true) return next.value;
  }
}

/** The joint step from the weights that were asked about before; empty where there were none, or none of this network. */
export function movedFrom(before: Float32Array, { weights }: Pick<NetworkModel, "weights">): Float64Array {
  return before.length === weights.length ? Float64Array.from(weights, (weight, i) => weight - (before[i] ?? 0)) : new Float64Array();
}

type Contributors = readonly NetworkContributor[];

async function answersTo(progress: NetworkProgress, before: NetworkModel | null, contributors: Contributors): Promise<readonly Float64Array[]> {
  if (progress.model === null) return contributors.map((one) => one.moments());
  const { question, model } = progress;
  const moved = movedFrom(before?.weights ?? new Float32Array(), model);
  const values: Float64Array[] = [];
  // One after the other: they share one tensor engine, and a sum in one order has one result.
  for (const one of contributors) values.push(await one.update({ question, moved }));
  return values;
}
