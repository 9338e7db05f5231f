import { Repeatable } from "./random.js";
import { weightCount, type Layer } from "./shape.js";

/**
 * The weights that training starts from: each layer uniform in ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010), biases 0, rounded to 32-bit
 * floats. They follow from the charter's seed, in + − × ÷ and √ alone, so every node can tell whether it is shown these.
 */
export function initialWeights(layers: readonly Layer[], seed: number): Float32Array {
  const weights = new Float32Array(weightCount(layers));
  const random = Repeatable.of(`initial/${seed}`);
  for (const { inputs, outputs, kernelFrom, biasFrom } of layers) {
    const bound = Math.sqrt(6 / (inputs + outputs));
    for (let i = kernelFrom; i < biasFrom; i++) weights[i] = (2 * random.unit() - 1) * bound;
  }
  return weights;
}
