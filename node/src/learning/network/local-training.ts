import type { Feature } from "@cohortium/protocol/charter/features";
import type { NetworkClause } from "@cohortium/protocol/charter/network-clause";
import type { LocalTask } from "@cohortium/protocol/training/network/fit";
import { layersOver } from "@cohortium/protocol/training/network/model";
import { shuffled } from "@cohortium/protocol/training/network/random";
import type { LocalRows } from "../../data/local-rows.js";
import { breathing } from "./breathing.js";
import { inputsOf, type Inputs } from "./inputs.js";
import { openTrainee, readyBackend, type Backend, type Descent, type Trainee } from "./tensors.js";

/** Whose rows, in whose order, on which backend. */
export interface Workplace {
  readonly rows: LocalRows;
  readonly features: readonly Feature[];
  /** Enters the order of rows, so that no two parties of one charter draw the same. */
  readonly party: string;
  readonly backend: Backend;
}

/** Where local training ended, and how many steps it took. */
export interface Trained {
  readonly weights: Float32Array;
  readonly steps: number;
}

/**
 * Trains the joint model on a party's rows: `localEpochs` passes in batches of `batchSize`, plain gradient descent.
 *
 * The order of rows follows from the charter's seed, the party's name, the joint step and the pass; the arithmetic is one thread's. So the same
 * task over the same rows gives the same bits, also in another process of the same backend.
 *
 * @param ownControl - SCAFFOLD's control variate of this party; empty for other optimisers.
 */
export async function trainLocally({ question }: LocalTask, { rows, features, party, backend }: Workplace, ownControl: Float32Array): Promise<Trained> {
  const { clause, model, control } = question;
  return inTurn(async () => {
    await compute(backend);
    const inputs = inputsOf(rows, features, model);
    const descent: Descent = {
      rate: clause.localRate, decay: clause.weightDecay, pull: clause.optimiser.kind === "fedprox" ? clause.optimiser.mu : 0,
      shift: control.map((joint, i) => joint - (ownControl[i] ?? 0)),
    };
    const trainee = openTrainee({ layers: layersOver(features, model, model.hidden), activation: model.activation, start: model.weights, descent });
    try {
      let steps = 0;
      for (let epoch = 0; epoch < clause.localEpochs; epoch++) {
        const order = shuffled(rows.rows, `rows/${clause.seed}/${party}/${model.iteration}/${epoch}`);
        steps += await pass(trainee, { inputs, labels: rows.y, order, backend }, clause);
      }
      return { weights: trainee.weights(), steps };
    } finally {
      trainee.dispose();
    }
  });
}

interface Pass {
  readonly inputs: Inputs;
  readonly labels: Uint8Array;
  readonly order: Uint32Array;
  readonly backend: Backend;
}

async function pass(trainee: Trainee, { inputs, labels, order, backend }: Pass, { batchSize }: Pick<NetworkClause, "batchSize">): Promise<number> {
  const [x, y] = [new Float32Array(batchSize * inputs.columns), new Float32Array(batchSize)];
  const pause = breathing();
  let steps = 0;
  for (let first = 0; first < order.length; first += batchSize) {
    const taken = order.subarray(first, first + batchSize);
    inputs.fill(x, taken);
    taken.forEach((row, i) => { y[i] = labels[row] ?? 0; });
    trainee.step(x.subarray(0, taken.length * inputs.columns), y.subarray(0, taken.length));
    steps += 1;
    // Somebody else may have made another backend the one that computes.
    if (await pause()) await compute(backend);
  }
  return steps;
}

async function compute(backend: Backend): Promise<void> {
  if (!(await readyBackend(backend))) throw new Error(`the tensor backend ${backend} is gone`);
}

let last: Promise<unknown> = Promise.resolve();

/** The engine has one backend and one memory, so trainings take turns. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work, work);
  last = mine.catch(() => undefined);
  return mine;
}
