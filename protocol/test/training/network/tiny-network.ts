import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { Words } from "@cohortium/crypto/words";
import type { PartyId } from "../../../src/session/ids.js";
import { binOf, packHistogram } from "../../../src/training/evaluation.js";
import { layoutOf } from "../../../src/training/layout.js";
import type { NetworkClause } from "../../../src/charter/network-clause.js";
import { movedFrom, type LocalTask, type NetworkContributor } from "../../../src/training/network/fit.js";
import { inputColumns, layersOver, type NetworkModel } from "../../../src/training/network/model.js";
import { norm } from "../../../src/training/network/step.js";
import { stripsOf } from "../../../src/training/network/strips.js";
import { packUpdate } from "../../../src/training/network/update.js";
import type { AnswerAsked } from "../../../src/conduct/participant.js";
import { layoutTerms, type TrainingPlan } from "../../../src/training/plan.js";
import { TINY_PLAN, tinyAnswers, tinyRows, type TinyRow } from "../tiny-rows.js";

export const TINY_NETWORK: NetworkClause = {
  kind: "network", hidden: [4], activation: "tanh", optimiser: { kind: "fedavg", serverRate: 1 }, rounds: 5, localEpochs: 3, batchSize: 16, localRate: 0.4,
  weightDecay: 0.001, clip: 2, rowsCap: 60, seed: 11, stopping: { kind: "rounds" }, strips: "shown",
};

export const networkPlan = (more: Partial<NetworkClause> = {}): TrainingPlan & { readonly model: NetworkClause } => {
  const model = { ...TINY_NETWORK, ...more };
  return { ...TINY_PLAN, model, rounds: model.rounds + 2 };
};

/** A party that trains in the plainest way, on all rows at once: the same numbers on every machine, which is all these tests need of it. */
export function tinyTrainer(rows: readonly TinyRow[]): NetworkContributor & { evaluation(model: NetworkModel): Float64Array } {
  const controls = new Map<number, Float32Array>();
  return {
    moments: () => tinyAnswers(rows).moments(),
    update: (task) => {
      const { iteration } = task.question.model;
      const own = controls.get(iteration) ?? new Float32Array(task.question.control.length);
      const { values, control } = plainUpdate(rows, task, own);
      controls.set(iteration + 1, control);
      return Promise.resolve(values);
    },
    evaluation: (model) => {
      const bins = TINY_PLAN.evaluation.scoreBins;
      const [positives, negatives] = [new Float64Array(bins), new Float64Array(bins)];
      for (const row of rows) {
        const histogram = row.y === 1 ? positives : negatives;
        const bin = binOf(forward(model, [...model.weights], row).logit, bins);
        histogram[bin] = (histogram[bin] ?? 0) + 1;
      }
      return packHistogram({ rows: rows.length, positives, negatives });
    },
  };
}

/** What a node's host answers to `contribute`, before masks; `change` is what a poisoner makes of it. Control variates live as long as `memory`. */
export function networkWords(memory: Map<string, Float32Array>, party: PartyId, { scene }: AnswerAsked, plan: TrainingPlan, change = (values: Float64Array) => values): Words {
  if (scene.kind !== "network") throw new Error("not a network's question");
  const { segments, ring } = layoutOf(scene.question, layoutTerms(plan));
  const trainer = tinyTrainer(tinyRows(party));
  if (scene.model === null) return encodeFixed(trainer.moments(), segments, ring);
  if (scene.question.kind === "evaluation") return encodeFixed(trainer.evaluation(scene.model), segments, ring);
  const own = memory.get(`${party}/${scene.model.iteration}`) ?? new Float32Array(scene.question.control.length);
  const { values, control } = plainUpdate(tinyRows(party), { question: scene.question, moved: movedFrom(scene.before, scene.model) }, own);
  memory.set(`${party}/${scene.model.iteration + 1}`, control);
  return encodeFixed(change(values), segments, ring);
}

export function plainUpdate(rows: readonly TinyRow[], { question: { clause, model, control }, moved }: LocalTask, own: Float32Array) {
  let weights = [...model.weights];
  for (let epoch = 0; epoch < clause.localEpochs; epoch++) {
    const gradient = gradientOf(model, weights, rows);
    weights = weights.map((w, i) => w - clause.localRate * ((gradient[i] ?? 0) - (own[i] ?? 0) + (control[i] ?? 0)));
  }
  const full = weights.map((w, i) => w - (model.weights[i] ?? 0));
  const length = norm(full);
  const scale = length > clause.clip ? clause.clip / length : 1;
  const counted = Math.min(rows.length, clause.rowsCap);
  const share = counted / clause.rowsCap;
  const next = Float32Array.from(control, (c, i) => (own[i] ?? 0) - c - (full[i] ?? 0) / (clause.localEpochs * clause.localRate));
  const along = full.reduce((sum, value, i) => sum + value * (moved[i] ?? 0), 0);
  const values = packUpdate({
    rows: rows.length, counted, loss: share * lossOf(model, rows), update: Float64Array.from(full, (value) => share * scale * value),
    control: Float64Array.from(next, (value) => share * value),
    strips: clause.strips === "shown" ? stripsOf(length, norm(moved) > 0 ? along / (length * norm(moved)) : null, clause.clip) : null,
  });
  return { values, control: next };
}

function inputsOf(model: NetworkModel, row: TinyRow): readonly number[] {
  return inputColumns(TINY_PLAN.features, model).map(({ column, mean, deviation }) => (column.kind === "category" ? (row.job === column.category ? 1 : 0) : (row.age - mean) / deviation));
}

/** One hidden layer of tanh. */
function forward(model: NetworkModel, weights: readonly number[], row: TinyRow) {
  const [first, second] = layersOver(TINY_PLAN.features, model, model.hidden);
  if (first === undefined || second === undefined) throw new Error("two layers");
  const inputs = inputsOf(model, row);
  const hidden = Array.from({ length: first.outputs }, (_, j) => Math.tanh(inputs.reduce((sum, x, i) => sum + x * (weights[first.kernelFrom + i * first.outputs + j] ?? 0), weights[first.biasFrom + j] ?? 0)));
  const logit = hidden.reduce((sum, h, j) => sum + h * (weights[second.kernelFrom + j] ?? 0), weights[second.biasFrom] ?? 0);
  return { first, second, inputs, hidden, logit };
}

function gradientOf(model: NetworkModel, weights: readonly number[], rows: readonly TinyRow[]): Float64Array {
  const gradient = new Float64Array(weights.length);
  for (const row of rows) {
    const { first, second, inputs, hidden, logit } = forward(model, weights, row);
    const error = (1 / (1 + Math.exp(-logit)) - row.y) / rows.length;
    hidden.forEach((h, j) => {
      gradient[second.kernelFrom + j]! += error * h;
      const below = error * (weights[second.kernelFrom + j] ?? 0) * (1 - h * h);
      inputs.forEach((x, i) => { gradient[first.kernelFrom + i * first.outputs + j]! += below * x; });
      gradient[first.biasFrom + j]! += below;
    });
    gradient[second.biasFrom]! += error;
  }
  return gradient;
}

function lossOf(model: NetworkModel, rows: readonly TinyRow[]): number {
  return rows.reduce((sum, row) => {
    const { logit } = forward(model, [...model.weights], row);
    return sum + Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(0, row.y === 1 ? -logit : logit);
  }, 0) / rows.length;
}
