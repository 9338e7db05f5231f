/** One layer of a network: `inputs × outputs` weights, row by row from `kernelFrom` on, then `outputs` biases. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernelFrom: number;
  readonly biasFrom: number;
}

/** The layers of a network over so many columns, in the order in which their weights lie in one vector. The last has one output, the logit. */
export function layersOf(columns: number, hidden: readonly number[]): readonly Layer[] {
  const sizes = [columns, ...hidden, 1];
  let at = 0;
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i] ?? 0;
    const layer = { inputs, outputs, kernelFrom: at, biasFrom: at + inputs * outputs };
    at = layer.biasFrom + outputs;
    return layer;
  });
}

/** How many weights a network has, biases included. */
export function weightCount(layers: readonly Layer[]): number {
  const last = layers.at(-1);
  return last === undefined ? 0 : last.biasFrom + last.outputs;
}
