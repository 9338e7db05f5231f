import { openStream } from "@cohortium/crypto/entropy";
import type { Feature } from "@cohortium/protocol/charter/features";
import type { NetworkPrivacy } from "@cohortium/protocol/charter/network-clause";
import { layersOver, type NetworkModel } from "@cohortium/protocol/training/network/model";
import { packGradient } from "@cohortium/protocol/training/network/noisy-advance";
import type { Layer } from "@cohortium/protocol/training/network/shape";
import type { LocalRows } from "../../data/local-rows.js";
import { inputsOf } from "./inputs.js";

/**
 * Which rows enter a step follows from the session's secret and a label of the answer's own, and from no row. Two answers under one label would be over one
 * sample, which cost many times what two steps do.
 */
export interface Coins {
  readonly entropy: Uint8Array;
  readonly label: string;
}

/** Over whose rows, by which coins, at which scale. */
export interface Sampling {
  readonly privacy: Pick<NetworkPrivacy, "sampleRate" | "gradientNorm">;
  readonly coins: Coins;
  readonly scaleBits: number;
}

/**
 * This party's answer to a noisy `update` round, before noise: the gradients of the rows in the step's sample, each scaled down to `gradientNorm` and
 * rounded to the scale, added up in 64-bit floats that hold such sums exactly. A row whose gradient is no number adds nothing.
 */
export function privateGradientOf(rows: LocalRows, features: readonly Feature[], model: NetworkModel, { privacy, coins, scaleBits }: Sampling): Float64Array {
  const inputs = inputsOf(rows, features, model);
  const backprop = backpropOver(model, layersOver(features, model, model.hidden));
  const [row, scale] = [new Float64Array(inputs.columns), 2 ** scaleBits];
  const sum = new Float64Array(model.weights.length);
  for (const taken of sampleOf(rows.rows, privacy.sampleRate, openStream(coins.entropy, coins.label))) {
    inputs.fill(row, Uint32Array.of(taken));
    const gradient = backprop(row, rows.y[taken] ?? 0);
    const length = normOf(gradient);
    if (!Number.isFinite(length)) continue;
    const share = length > privacy.gradientNorm ? privacy.gradientNorm / length : 1;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + Math.round((gradient[i] ?? 0) * share * scale);
  }
  return packGradient(sum.map((value) => value / scale));
}

/** Each row by a coin of its own: heads with a probability of `rate`, rounded down to 2^-48. */
export function* sampleOf(rows: number, rate: number, stream: (length: number) => Uint8Array): Generator<number> {
  const heads = Math.floor(rate * 2 ** COIN_BITS);
  for (let row = 0; row < rows; row++) {
    let coin = 0;
    for (const byte of stream(COIN_BITS / 8)) coin = coin * 256 + byte;
    if (coin < heads) yield row;
  }
}

const COIN_BITS = 48;

function normOf(values: Float64Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}

/** The gradient of one row's log-loss; the memory it is returned in is written anew by the next call. */
export function backpropOver({ weights, activation }: NetworkModel, layers: readonly Layer[]): (row: Float64Array, label: number) => Float64Array {
  const gradient = new Float64Array(weights.length);
  const [outputs, slopes] = [layers.map(({ outputs: width }) => new Float64Array(width)), layers.map(({ outputs: width }) => new Float64Array(width))];
  return (row, label) => {
    let values = row;
    layers.forEach((layer, l) => {
      const to = outputs[l] ?? new Float64Array();
      forward(values, weights, layer, to);
      if (l < layers.length - 1) to.forEach((sum, j) => { to[j] = activation === "tanh" ? Math.tanh(sum) : Math.max(0, sum); });
      values = to;
    });
    const logit = values[0] ?? Number.NaN;
    const t = Math.exp(-Math.abs(logit));
    slopes.at(-1)?.fill((logit >= 0 ? 1 / (1 + t) : t / (1 + t)) - label);
    for (let l = layers.length - 1; l >= 0; l--) {
      const [layer, slope, before] = [layers[l], slopes[l], outputs[l - 1] ?? row];
      if (layer === undefined || slope === undefined) continue;
      intoGradient(gradient, layer, slope, before);
      const below = slopes[l - 1];
      if (below !== undefined) backward(below, weights, layer, { slope, before, activation });
    }
    return gradient;
  };
}

function forward(values: Float64Array, weights: Float32Array, { outputs, kernelFrom, biasFrom }: Layer, to: Float64Array): void {
  for (let j = 0; j < outputs; j++) to[j] = weights[biasFrom + j] ?? Number.NaN;
  values.forEach((value, i) => {
    if (value === 0) return;
    const line = kernelFrom + i * outputs;
    for (let j = 0; j < outputs; j++) to[j] = (to[j] ?? 0) + value * (weights[line + j] ?? Number.NaN);
  });
}

function intoGradient(gradient: Float64Array, { outputs, kernelFrom, biasFrom }: Layer, slope: Float64Array, before: Float64Array): void {
  before.forEach((value, i) => {
    const line = kernelFrom + i * outputs;
    for (let j = 0; j < outputs; j++) gradient[line + j] = value * (slope[j] ?? Number.NaN);
  });
  gradient.set(slope, biasFrom);
}

interface Above {
  readonly slope: Float64Array;
  /** What the layer took in: the hidden units' outputs. */
  readonly before: Float64Array;
  readonly activation: NetworkModel["activation"];
}

function backward(below: Float64Array, weights: Float32Array, { outputs, kernelFrom }: Layer, { slope, before, activation }: Above): void {
  before.forEach((value, i) => {
    const line = kernelFrom + i * outputs;
    let sum = 0;
    for (let j = 0; j < outputs; j++) sum += (weights[line + j] ?? Number.NaN) * (slope[j] ?? Number.NaN);
    below[i] = activation === "tanh" ? sum * (1 - value * value) : value > 0 ? sum : 0;
  });
}
