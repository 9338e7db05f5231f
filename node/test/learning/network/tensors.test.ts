import { describe, expect, test } from "@jest/globals";
import * as tf from "@tensorflow/tfjs-core";
import { layersOver } from "@cohortium/protocol/training/network/model";
import { loadBackend, openTrainee, readyBackend, type Backend } from "../../../src/learning/network/tensors.js";
import { FEATURES, madeUpRows } from "../made-up-rows.js";
import { inputRows, plainSteps, taskOf, type Batch } from "./small-network.js";

const ROWS = madeUpRows(90, 3);
const BATCHES: readonly Batch[] = [[0, 40], [40, 80], [80, 90]].map(([from = 0, to = 0]) => {
  const order = Array.from({ length: to - from }, (_, i) => from + i);
  return { inputs: inputRows(ROWS, order), labels: order.map((row) => ROWS.y[row]!) };
});

function trained(activation: "relu" | "tanh", descent: { rate: number; decay: number; pull: number; shift: Float32Array }): Float32Array {
  const { question: { model } } = taskOf({ activation });
  const trainee = openTrainee({ layers: layersOver(FEATURES, model, model.hidden), activation, start: model.weights, descent });
  for (const { inputs, labels } of BATCHES) trainee.step(Float32Array.from(inputs.flat()), Float32Array.from(labels));
  const weights = trainee.weights();
  trainee.dispose();
  return weights;
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe.each<Backend>(["wasm", "cpu"])("on %s", (backend) => {
  test.each(["relu", "tanh"] as const)("steps with %s are gradient descent on the mean log-loss, to the digits of 32-bit floats", async (activation) => {
    expect(await loadBackend(backend)).toBe(true);
    const { question: { model } } = taskOf({ activation });
    const weights = trained(activation, { rate: 0.3, decay: 0, pull: 0, shift: new Float32Array() });
    expect(furthest(weights, plainSteps(model, BATCHES, { rate: 0.3 }))).toBeLessThan(2e-6);
    expect(furthest(weights, model.weights)).toBeGreaterThan(0.05);
  });

  test("decay spares biases; pull and shift act on all weights", async () => {
    await readyBackend(backend);
    const { question: { model } } = taskOf();
    const shift = model.weights.map((_, i) => Math.sin(i) / 10);
    const weights = trained("relu", { rate: 0.3, decay: 0.2, pull: 0.4, shift });
    expect(furthest(weights, plainSteps(model, BATCHES, { rate: 0.3, decay: 0.2, pull: 0.4, shift: [...shift] }))).toBeLessThan(2e-6);
    expect(furthest(weights, plainSteps(model, BATCHES, { rate: 0.3, decay: 0.2, pull: 0.4 }))).toBeGreaterThan(0.01);
  });

  test("nothing stays in the engine's memory", async () => {
    await readyBackend(backend);
    const before = tf.memory().numTensors;
    trained("tanh", { rate: 0.3, decay: 0.1, pull: 0.1, shift: taskOf().question.model.weights });
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("a backend that is not there is not ready, and the engine does not pretend", async () => {
  expect(await readyBackend("tensorflow")).toBe(false);
  expect(await loadBackend("tensorflow")).toBe(false);
  expect(await readyBackend("wasm")).toBe(true);
  expect(tf.getBackend()).toBe("wasm");
});
