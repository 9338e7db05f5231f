import type { TrainingPlan } from "@cohortium/protocol/training/plan";
import { movedFrom, type FederatedTerms, type LocalTask, type NetworkContributor } from "@cohortium/protocol/training/network/fit";
import type { NetworkClause } from "@cohortium/protocol/charter/network-clause";
import type { NetworkScene } from "@cohortium/protocol/training/network/script";
import type { LocalRows } from "../../data/local-rows.js";
import type { SessionRows } from "../../rows/session-rows.js";
import { momentsOf } from "../logistic.js";
import { histogramOf } from "../score-histogram.js";
import { backendOfProcess } from "./backends.js";
import type { Workplace } from "./local-training.js";
import type { NetworkMemory } from "./memory.js";
import { networkScores } from "./scores.js";
import { loadBackend, type Backend } from "./tensors.js";
import { localUpdate } from "./update.js";

/** Who trains: its name enters the order of its rows, its memory holds what a session's rounds hand on. */
export interface Desk {
  readonly party: string;
  readonly memory: NetworkMemory;
  /** Of the session: under noise, which rows enter a step follows from it. */
  readonly entropy: Uint8Array;
  say(note: string): void;
}

/** The moments are asked first, then the updates one by one. */
const FIRST_UPDATE_ROUND = 2;

/** This party's answer to any round of a network's training. */
export async function networkAnswer(scene: NetworkScene, { train, counted }: SessionRows, { features, evaluation }: Pick<TrainingPlan, "features" | "evaluation">, desk: Desk): Promise<Float64Array> {
  if (scene.model === null) return momentsOf(train, features);
  const { question, model, before } = scene;
  switch (question.kind) {
    case "update": return updateAnswer({ question, moved: movedFrom(before, model) }, { rows: train, features }, desk);
    case "evaluation": return histogramOf(networkScores(counted, features, model), counted, evaluation.scoreBins);
  }
}

async function updateAnswer(task: LocalTask, over: Pick<Workplace, "rows" | "features">, { party, memory, say }: Desk): Promise<Float64Array> {
  const { model, control: joint } = task.question;
  // A session ends on the backend it began on: its weights would not be the same to the last bit on another.
  const backend = memory.backend(await backendOfProcess(say));
  if (!(await loadBackend(backend))) say(`the training began on the tensor backend ${backend}, which is gone: install it again and restart this node, or cancel the training`);
  const round = FIRST_UPDATE_ROUND + model.iteration;
  const { values, control } = await localUpdate(task, { ...over, party, backend }, memory.controlBefore(round, joint.length));
  if (control.length > 0) memory.keepControl(round, control);
  return values;
}

/** These rows as training in the clear asks about them. It remembers its control variate for as long as it lives. */
export function networkContributor(rows: LocalRows, { features }: Pick<TrainingPlan, "features">, party: string, backend: Backend): NetworkContributor {
  let own: Float32Array | null = null;
  return {
    moments: () => momentsOf(rows, features),
    update: async (task) => {
      const { values, control } = await localUpdate(task, { rows, features, party, backend }, own ?? new Float32Array(task.question.control.length));
      own = control;
      return values;
    },
  };
}

/** The terms by which one party trains on its own rows: the charter's, for a company of one. */
export function aloneTerms({ features, categoryRowsMin }: Pick<TrainingPlan, "features" | "categoryRowsMin">, model: NetworkClause): FederatedTerms {
  return { features, categoryRowsMin, model, parties: 1, rowsMinJoint: 1 };
}
