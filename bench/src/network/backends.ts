import { initialWeights } from "@cohortium/protocol/training/network/initial";
import { Repeatable } from "@cohortium/protocol/training/network/random";
import { layersOf } from "@cohortium/protocol/training/network/shape";
import { loadBackend, openTrainee, readyBackend, type Backend, type Trainee } from "@cohortium/node/learning/network/tensors";
import { collectGarbage, nowMs, pairedRatio, spreadOf } from "../measure.js";
import { column, range, three, times, type Section } from "../section.js";

interface Shape {
  readonly columns: number;
  readonly hidden: readonly number[];
  readonly batch: number;
}

const SHAPES: readonly Shape[] = [
  { columns: 52, hidden: [32, 16], batch: 64 }, { columns: 52, hidden: [32, 16], batch: 256 }, { columns: 60, hidden: [64, 32], batch: 256 },
];
/** Rows of one turn: long against the clock, short against a busy neighbour. */
const ROWS_PER_TURN = 16_384;
const BACKENDS: readonly Backend[] = ["wasm", "cpu", "tensorflow"];

/** Local training on each backend there is, turn by turn in one process. */
export async function measureBackends(quick: boolean): Promise<readonly Section[]> {
  const there: Backend[] = [];
  for (const backend of BACKENDS) if (await loadBackend(backend)) there.push(backend);
  const rows = [];
  for (const shape of SHAPES) {
    const samples = await turnsOf(there, shape, quick ? 3 : 9);
    const first = samples[0] ?? [];
    rows.push(...there.map((backend, i) => {
      const ms = samples[i] ?? [];
      const ratio = pairedRatio(ms, first);
      return {
        network: `${shape.columns}-${shape.hidden.join("-")}-1`, batch: shape.batch, backend, samples: ROWS_PER_TURN / (spreadOf(ms).median / 1_000),
        ratio: ratio.median, ratioRange: range(ratio), runs: ms.length,
      };
    }));
  }
  const missing = BACKENDS.filter((backend) => !there.includes(backend));
  return [{
    title: "1. Local training by tensor backend",
    notes: [
      "samples/s = rows that pass through one step of gradient descent, forward and back; one thread. ratio = time ÷ time of the first backend.",
      ...missing.map((backend) => `${backend} is not installed here, and left out.`),
    ],
    columns: [
      column("network", "network"), column("batch", "batch"), column("backend", "backend"), column("samples", "samples/s", three),
      column("ratio", "ratio", times), column("ratioRange", "min–max"), column("runs", "runs"),
    ],
    rows,
  }];
}

/** Milliseconds per turn, one list per backend. */
async function turnsOf(backends: readonly Backend[], shape: Shape, runs: number): Promise<readonly (readonly number[])[]> {
  const batches = batchesOf(shape);
  const trainees: { readonly backend: Backend; readonly trainee: Trainee; readonly ms: number[] }[] = [];
  for (const backend of backends) {
    await readyBackend(backend);
    trainees.push({ backend, trainee: traineeOf(shape), ms: [] });
  }
  for (let turn = -1; turn < runs; turn++) {
    for (const { backend, trainee, ms } of trainees) {
      await readyBackend(backend);
      collectGarbage();
      const startMs = nowMs();
      for (const { inputs, labels } of batches) trainee.step(inputs, labels);
      trainee.weights();
      if (turn >= 0) ms.push(nowMs() - startMs);
    }
  }
  for (const { backend, trainee } of trainees) {
    await readyBackend(backend);
    trainee.dispose();
  }
  return trainees.map(({ ms }) => ms);
}

function traineeOf({ columns, hidden }: Shape): Trainee {
  const layers = layersOf(columns, hidden);
  return openTrainee({ layers, activation: "relu", start: initialWeights(layers, 1), descent: { rate: 0.05, decay: 0, pull: 0, shift: new Float32Array() } });
}

function batchesOf({ columns, batch }: Shape): readonly { readonly inputs: Float32Array; readonly labels: Float32Array }[] {
  const random = Repeatable.of("bench/batches");
  return Array.from({ length: ROWS_PER_TURN / batch }, () => ({
    inputs: Float32Array.from({ length: batch * columns }, () => 2 * random.unit() - 1),
    labels: Float32Array.from({ length: batch }, () => (random.unit() > 0.8 ? 1 : 0)),
  }));
}
