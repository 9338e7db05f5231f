import { expect } from "@jest/globals";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { LocalProcess } from "../../src/consortium/processes.js";
import { killedAt, makeMortal, revive, type Moment } from "./kill-at.js";
import { onceEach, tracesOf } from "./released-once.js";
import { foundTiny, trainedOnce, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

export const NAMES = ["alder", "birch", "cedar"];
/** Coarse, because the kills are in round 2: what follows only has to show that the training goes on. */
const MODEL = { kind: "logistic", ridge: 1, gradientTolerance: 1e-2, iterationsMax: 15 };

/** Three companies that have trained once without a disturbance. */
export interface KillStage {
  readonly tiny: TinyConsortium;
  readonly charter: string;
  readonly undisturbed: TrainingView;
}

/** @param victimsOf - Those that are going to be killed. */
export async function killStage(victimsOf: (tiny: TinyConsortium) => readonly LocalProcess[]): Promise<KillStage> {
  const tiny = await foundTiny(NAMES);
  const trained = await trainedOnce(tiny, tinyDraft(NAMES, { model: MODEL }));
  expect(trained.undisturbed.rounds.length).toBeGreaterThan(2);
  for (const victim of victimsOf(tiny)) await makeMortal(victim);
  return { tiny, ...trained };
}

/** Before and after each event, which is the nth of its name. */
export function casesOf(events: Readonly<Record<string, number>>): readonly (readonly [Moment["when"], string, number])[] {
  return Object.entries(events).flatMap(([event, nth]) => (["before", "after"] as const).map((when) => [when, event, nth] as const));
}

/** Each node at each event; before and after it in turn, so that every event has both. */
export function casesOfNodes(events: Readonly<Record<string, number>>): readonly (readonly [string, Moment["when"], string, number])[] {
  return casesOf(events).flatMap(([when, event, nth], i) => nodesFor(i).map((name) => [name, when, event, nth] as const));
}

/** Of the cases `before` and `after` of one event, one has one node and the other the other two. */
function nodesFor(index: number): readonly string[] {
  const first = Math.floor(index / 2) % NAMES.length;
  return NAMES.filter((_, i) => (i === first) === (index % 2 === 0));
}

/** Killed at that moment of a training and started again, they end it with the same model, and nothing was released twice. */
export async function expectSameModel({ tiny, charter, undisturbed }: KillStage, victims: readonly LocalProcess[], moment: Moment): Promise<void> {
  const { consortium } = tiny;
  const session = await killedAt(victims, moment, () => consortium.launch(charter));
  await revive(victims);
  const view = await consortium.follow(session, () => undefined);
  expect({ state: view.state, model: view.model, rounds: view.rounds }).toEqual({ state: "done", model: undisturbed.model, rounds: undisturbed.rounds });
  expect(await tracesOf(tiny, session)).toEqual(onceEach(NAMES.length, view.rounds.length));
}
