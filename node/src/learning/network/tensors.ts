import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import type { Activation } from "@cohortium/protocol/charter/network-clause";
import type { Layer } from "@cohortium/protocol/training/network/shape";

/** What computes: `wasm` by default; `tensorflow` is native, of `@tensorflow/tfjs-node`; `cpu` is plain JavaScript. */
export type Backend = "wasm" | "tensorflow" | "cpu";

/** How a local step moves the weights: `w ← w − rate · (gradient + decay · w + pull · (w − start) + shift)`, decay not for biases. */
export interface Descent {
  readonly rate: number;
  readonly decay: number;
  /** FedProx: how strongly steps are held back to the weights they started from. */
  readonly pull: number;
  /** SCAFFOLD: the joint control variate less the party's own, one number per weight; empty for none. */
  readonly shift: Float32Array;
}

/** A network in the tensor engine's memory. */
export interface Trainee {
  /** One step on the mean log-loss of these rows. @param inputs - Row after row. @param labels - 0 or 1, one per row. */
  step(inputs: Float32Array, labels: Float32Array): void;
  weights(): Float32Array;
  dispose(): void;
}

/** What to train, from where, and how. */
export interface Training {
  readonly layers: readonly Layer[];
  readonly activation: Activation;
  readonly start: Float32Array;
  readonly descent: Descent;
}

/** The package of the native backend, which its owner may install: it fetches a library from outside the registry, so we cannot. */
const NATIVE: string = "@tensorflow/tfjs-node";

/** Loads a backend and makes it the one that computes, if it can be had. */
export async function loadBackend(backend: Backend): Promise<boolean> {
  try {
    if (backend === "cpu") await import("@tensorflow/tfjs-backend-cpu");
    if (backend === "tensorflow") await import(NATIVE);
  } catch {
    // Not installed, or not for this machine: the same to us.
    return false;
  }
  return readyBackend(backend);
}

/**
 * Makes a backend the one that computes. The engine has one at a time, so whoever trains says which before each stretch of work that does not wait.
 *
 * @returns whether it does now; an engine that fell back to another says no.
 */
export async function readyBackend(backend: Backend): Promise<boolean> {
  if (tf.getBackend() === backend) return true;
  if (tf.findBackendFactory(backend) === null) return false;
  // One thread, so that sums are added in one order; and no advice on the console, which is the owner's.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  tf.enableProdMode();
  const set = await tf.setBackend(backend);
  await tf.ready();
  return set && tf.getBackend() === backend;
}

/** Puts a network into memory; the backend is the one made ready last. */
export function openTrainee({ layers, activation, start, descent }: Training): Trainee {
  const { rate, decay, pull } = descent;
  let kernels = layers.map(({ kernelFrom, biasFrom, inputs, outputs }) => tf.tensor2d(start.subarray(kernelFrom, biasFrom), [inputs, outputs]));
  let biases = layers.map(({ biasFrom, outputs }) => tf.tensor1d(start.subarray(biasFrom, biasFrom + outputs)));
  const held = layers.map((layer) => heldBack(layer, start, descent));
  const free = () => [...kernels, ...biases].forEach((tensor) => tensor.dispose());
  return {
    step: (inputs, labels) => {
      const next = tf.tidy(() => {
        const moves = movesOf({ kernels, biases, activation }, inputs, labels, rate);
        return {
          kernels: kernels.map((kernel, l) => moved(kernel, moves.kernels[l], { keep: 1 - rate * (decay + pull), towards: held[l]?.kernel ?? null })),
          biases: biases.map((bias, l) => moved(bias, moves.biases[l], { keep: 1 - rate * pull, towards: held[l]?.bias ?? null })),
        };
      });
      free();
      ({ kernels, biases } = next);
    },
    weights: () => {
      const weights = new Float32Array(start.length);
      layers.forEach(({ kernelFrom, biasFrom }, l) => {
        weights.set(kernels[l]?.dataSync() ?? [], kernelFrom);
        weights.set(biases[l]?.dataSync() ?? [], biasFrom);
      });
      return weights;
    },
    dispose: () => {
      free();
      held.forEach((one) => [one?.kernel, one?.bias].forEach((tensor) => tensor?.dispose()));
    },
  };
}

interface Net {
  readonly kernels: readonly tf.Tensor2D[];
  readonly biases: readonly tf.Tensor1D[];
  readonly activation: Activation;
}

/**
 * `rate` times the gradient of the mean log-loss, layer by layer. Written out: the gradients that tfjs-core can find by itself come with a package
 * three times its size, and a chain of dense layers needs four lines of them.
 */
function movesOf({ kernels, biases, activation }: Net, inputs: Float32Array, labels: Float32Array, rate: number) {
  const rows = labels.length;
  const outputs: tf.Tensor2D[] = [tf.tensor2d(inputs, [rows, inputs.length / rows])];
  kernels.forEach((kernel, l) => {
    const sums: tf.Tensor2D = tf.add(tf.matMul(outputs[l] ?? kernel, kernel), biases[l] ?? 0);
    outputs.push(l === kernels.length - 1 ? sums : activated(sums, activation));
  });
  let errors: tf.Tensor2D = tf.mul(tf.sub(tf.sigmoid(outputs.at(-1) ?? 0), tf.tensor2d(labels, [rows, 1])), rate / rows);
  const [byKernel, byBias]: [tf.Tensor2D[], tf.Tensor1D[]] = [[], []];
  for (let l = kernels.length - 1; l >= 0; l--) {
    const [kernel, below] = [kernels[l], outputs[l]];
    if (kernel === undefined || below === undefined) break;
    byKernel.unshift(tf.matMul(below, errors, true, false));
    byBias.unshift(tf.sum(errors, 0));
    if (l > 0) errors = tf.mul(tf.matMul(errors, kernel, false, true), slopes(below, activation));
  }
  return { kernels: byKernel, biases: byBias };
}

function activated(sums: tf.Tensor2D, activation: Activation): tf.Tensor2D {
  switch (activation) {
    case "relu": return tf.relu(sums);
    case "tanh": return tf.tanh(sums);
  }
}

/** The derivative of the activation, from its own result. */
function slopes(outputs: tf.Tensor2D, activation: Activation): tf.Tensor2D {
  switch (activation) {
    case "relu": return tf.step(outputs);
    case "tanh": return tf.sub(1, tf.square(outputs));
  }
}

interface Pull {
  readonly keep: number;
  readonly towards: tf.Tensor | null;
}

function moved<T extends tf.Tensor>(weights: T, move: tf.Tensor | undefined, { keep, towards }: Pull): T {
  if (move === undefined) throw new RangeError("a layer without a gradient");
  const kept: T = keep === 1 ? weights : tf.mul(weights, keep);
  const stepped: T = tf.sub(kept, move);
  return towards === null ? stepped : tf.add(stepped, towards);
}

/** The part of a step that does not change: `rate · (pull · start − shift)`. Null where there is none. */
function heldBack({ kernelFrom, biasFrom, inputs, outputs }: Layer, start: Float32Array, { rate, pull, shift }: Descent) {
  if (pull === 0 && shift.length === 0) return null;
  const constant = (from: number, to: number) => start.slice(from, to).map((weight, i) => rate * (pull * weight - (shift[from + i] ?? 0)));
  return { kernel: tf.tensor2d(constant(kernelFrom, biasFrom), [inputs, outputs]), bias: tf.tensor1d(constant(biasFrom, biasFrom + outputs)) };
}
