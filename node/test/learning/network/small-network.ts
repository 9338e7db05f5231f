import type { NetworkClause } from "@cohortium/protocol/charter/network-clause";
import type { LocalTask } from "@cohortium/protocol/training/network/fit";
import { layersOver, type NetworkModel } from "@cohortium/protocol/training/network/model";
import { initialControl, initialModel } from "@cohortium/protocol/training/network/progress";
import type { Scaling } from "@cohortium/protocol/training/scaling";
import { columnsOf } from "@cohortium/protocol/charter/features";
import type { LocalRows } from "../../../src/data/local-rows.js";
import { inputsOf } from "../../../src/learning/network/inputs.js";
import { FEATURES } from "../made-up-rows.js";

export const CLAUSE: NetworkClause = {
  kind: "network", hidden: [6, 4], activation: "relu", optimiser: { kind: "fedavg", serverRate: 1 }, rounds: 6, localEpochs: 2, batchSize: 32, localRate: 0.1,
  weightDecay: 0, clip: 3, rowsCap: 200, seed: 5, stopping: { kind: "rounds" }, strips: "shown",
};
export const SCALING: Scaling = {
  columns: columnsOf(FEATURES).map(({ name }) => name), means: [0, 0, 0, 54, 0, -2.5], deviations: [1, 1, 1, 20, 1, 2], dropped: ["job=farmer"],
};

/** The first task of a training under this charter, at weights that are not too tidy. */
export function taskOf(more: Partial<NetworkClause> = {}, moved: Float64Array = new Float64Array()): LocalTask {
  const clause = { ...CLAUSE, ...more };
  const model = initialModel(SCALING, { features: FEATURES }, clause);
  const control = initialControl(model, clause);
  return { question: { kind: "update", clause, model, control }, moved };
}

/** Gradient descent on whole batches in 64-bit floats, straight from the definition: no tensors, no blocks. */
export function plainSteps(model: NetworkModel, batches: readonly Batch[], { rate, decay = 0, pull = 0, shift = [] }: PlainDescent): Float64Array {
  const layers = layersOver(FEATURES, model, model.hidden);
  const weights = Float64Array.from(model.weights);
  const start = Float64Array.from(weights);
  for (const { inputs, labels } of batches) {
    const gradient = new Float64Array(weights.length);
    inputs.forEach((row, r) => {
      const outputs: number[][] = [[...row]];
      layers.forEach(({ outputs: units, kernelFrom, biasFrom }, l) => {
        const sums = Array.from({ length: units }, (_, j) => outputs[l]!.reduce((sum, value, i) => sum + value * weights[kernelFrom + i * units + j]!, weights[biasFrom + j]!));
        outputs.push(l === layers.length - 1 ? sums : sums.map((sum) => (model.activation === "tanh" ? Math.tanh(sum) : Math.max(0, sum))));
      });
      let errors = [1 / (1 + Math.exp(-outputs.at(-1)![0]!)) - labels[r]!];
      for (let l = layers.length - 1; l >= 0; l--) {
        const { inputs: width, outputs: units, kernelFrom, biasFrom } = layers[l]!;
        const below = outputs[l]!;
        for (let j = 0; j < units; j++) {
          gradient[biasFrom + j]! += errors[j]! / labels.length;
          for (let i = 0; i < width; i++) gradient[kernelFrom + i * units + j]! += (errors[j]! * below[i]!) / labels.length;
        }
        errors = below.map((value, i) => {
          const sum = errors.reduce((total, error, j) => total + error * weights[kernelFrom + i * units + j]!, 0);
          return sum * (model.activation === "tanh" ? 1 - value * value : value > 0 ? 1 : 0);
        });
      }
    });
    const isBias = (i: number) => layers.some(({ biasFrom, outputs: units }) => i >= biasFrom && i < biasFrom + units);
    weights.forEach((weight, i) => {
      weights[i] = weight - rate * (gradient[i]! + (isBias(i) ? 0 : decay * weight) + pull * (weight - start[i]!) + (shift[i] ?? 0));
    });
  }
  return weights;
}

export interface Batch { readonly inputs: readonly (readonly number[])[]; readonly labels: readonly number[] }
interface PlainDescent { readonly rate: number; readonly decay?: number; readonly pull?: number; readonly shift?: readonly number[] }

/** The standardised inputs of some rows, one list per row. */
export function inputRows(rows: LocalRows, order: readonly number[]): readonly (readonly number[])[] {
  const inputs = inputsOf(rows, FEATURES, SCALING);
  const into = new Float64Array(order.length * inputs.columns);
  inputs.fill(into, Uint32Array.from(order));
  return order.map((_, i) => [...into.subarray(i * inputs.columns, (i + 1) * inputs.columns)]);
}
