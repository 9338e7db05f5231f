import { initialWeights } from "@cohortium/protocol/training/network/initial";
import { Repeatable } from "@cohortium/protocol/training/network/random";
import { layersOf } from "@cohortium/protocol/training/network/shape";
import type { Activation } from "@cohortium/protocol/charter/network-clause";
import { openTrainee, readyBackend, type Backend } from "./tensors.js";

/**
 * How far two backends' weights may be apart after the self-test's steps. Sums of 32-bit floats in another order differ by some 1e-7 a step; a backend
 * that computes something else is off by a thousand times as much.
 */
export const SELF_TEST_TOLERANCE = 1e-4;

const [COLUMNS, ROWS, STEPS] = [9, 32, 60];

/** The largest distance between two backends' weights after the same training of two small networks. NaN if a backend is not there. */
export async function selfTestGap(backend: Backend, reference: Backend): Promise<number> {
  let gap = 0;
  for (const activation of ["relu", "tanh"] as const) {
    const [one, other] = [await trainedOn(backend, activation), await trainedOn(reference, activation)];
    one.forEach((weight, i) => {
      const apart = Math.abs(weight - (other[i] ?? Number.NaN));
      gap = apart <= gap ? gap : apart;
    });
  }
  return gap;
}

/** The weights of the fixed training on one backend. */
export async function trainedOn(backend: Backend, activation: Activation): Promise<Float32Array> {
  const layers = layersOf(COLUMNS, [7, 5]);
  const start = initialWeights(layers, 20_261_127);
  if (!(await readyBackend(backend))) return start.fill(Number.NaN);
  const random = Repeatable.of("self-test");
  const shift = start.map(() => (random.unit() - 0.5) / 50);
  const trainee = openTrainee({ layers, activation, start, descent: { rate: 0.2, decay: 0.01, pull: 0.05, shift } });
  try {
    for (let step = 0; step < STEPS; step++) {
      const inputs = Float32Array.from({ length: ROWS * COLUMNS }, () => 4 * random.unit() - 2);
      trainee.step(inputs, Float32Array.from({ length: ROWS }, (_, row) => ((inputs[row * COLUMNS] ?? 0) + random.unit() > 0.5 ? 1 : 0)));
    }
    return trainee.weights();
  } finally {
    trainee.dispose();
  }
}
