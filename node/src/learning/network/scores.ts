import type { Feature } from "@cohortium/protocol/charter/features";
import { ROW_LOSS_MAX } from "@cohortium/protocol/training/log-loss";
import { layersOver, type NetworkModel } from "@cohortium/protocol/training/network/model";
import type { Layer } from "@cohortium/protocol/training/network/shape";
import type { LocalRows } from "../../data/local-rows.js";
import { inputsOf } from "./inputs.js";

/**
 * The logit of every row under a network, in 64-bit floats and in one order whatever tensor engine trained it: two nodes that score the same
 * rows get the same bits on engines that agree on `tanh`, and always with `relu`.
 */
export function networkScores(rows: LocalRows, features: readonly Feature[], model: NetworkModel): Float64Array {
  const scores = new Float64Array(rows.rows);
  for (const { first, logits } of scoredBlocks(rows, features, model)) scores.set(logits, first);
  return scores;
}

interface Scored {
  readonly first: number;
  readonly logits: Float64Array;
}

/** The same, block by block, for who has to listen to peers in between. `logits` is overwritten by the next block. */
export function* scoredBlocks(rows: LocalRows, features: readonly Feature[], model: NetworkModel): Generator<Scored> {
  const inputs = inputsOf(rows, features, model);
  const layers = layersOver(features, model, model.hidden);
  const logits = new Float64Array(BLOCK_ROWS);
  const block = new Float64Array(BLOCK_ROWS * inputs.columns);
  const spaces = layers.map(({ outputs }) => new Float64Array(outputs));
  for (let first = 0; first < rows.rows; first += BLOCK_ROWS) {
    const taken = Uint32Array.from({ length: Math.min(BLOCK_ROWS, rows.rows - first) }, (_, i) => first + i);
    inputs.fill(block, taken);
    for (let i = 0; i < taken.length; i++) logits[i] = logitOf(block.subarray(i * inputs.columns, (i + 1) * inputs.columns), model, layers, spaces);
    yield { first, logits: logits.subarray(0, taken.length) };
  }
}

/** The log-loss of some rows, added up; each row's is clipped as in every other training. */
export function sumOfLosses(logits: Float64Array, labels: Uint8Array): number {
  let loss = 0;
  logits.forEach((logit, row) => {
    const against = labels[row] === 1 ? -logit : logit;
    // Written so that NaN stays NaN.
    const one = Math.log1p(Math.exp(-Math.abs(against))) + Math.max(0, against);
    loss += one > ROW_LOSS_MAX ? ROW_LOSS_MAX : one;
  });
  return loss;
}

const BLOCK_ROWS = 1024;

/** @param spaces - Memory for each layer's outputs, to be used again and again. */
function logitOf(row: Float64Array, { weights, activation }: NetworkModel, layers: readonly Layer[], spaces: readonly Float64Array[]): number {
  let values = row;
  layers.forEach((layer, l) => {
    const sums = spaces[l] ?? new Float64Array(layer.outputs);
    addLayer(values, weights, layer, sums);
    if (l < layers.length - 1) {
      for (let j = 0; j < sums.length; j++) sums[j] = activation === "tanh" ? Math.tanh(sums[j] ?? 0) : Math.max(0, sums[j] ?? 0);
    }
    values = sums;
  });
  return values[0] ?? Number.NaN;
}

/** Most inputs of a table are categories the row does not have, and most hidden units rest: zeros are skipped. */
function addLayer(values: Float64Array, weights: Float32Array, { outputs, kernelFrom, biasFrom }: Layer, sums: Float64Array): void {
  for (let j = 0; j < outputs; j++) sums[j] = weights[biasFrom + j] ?? Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value === 0) continue;
    const line = kernelFrom + i * outputs;
    for (let j = 0; j < outputs; j++) sums[j] = (sums[j] ?? 0) + value * (weights[line + j] ?? Number.NaN);
  }
}
