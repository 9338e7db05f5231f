import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { seededUniform } from "../../src/bank-marketing/seeded.js";
import { logSizeOf } from "./published-log.js";
import { onceEach, tracesOf } from "./released-once.js";
import { crash, foundTiny, modelOf, NO_STEPS, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
const KILLS = 4;
/** A training of these rows leaves some 112 entries; killing every 5 to 25 of them meets every phase sooner or later. */
const [STRIDE_MIN, STRIDE_SPREAD] = [5, 20];

let tiny: TinyConsortium;
let charter: string;
let undisturbed: TrainingView;
let model: LogisticModel;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  await tiny.consortium.enrol(NO_STEPS);
  charter = await tiny.consortium.agree(tinyDraft(NAMES));
  const session = await tiny.consortium.launch(charter);
  undisturbed = await tiny.consortium.follow(session, () => undefined);
  model = await modelOf(tiny.consortium, undisturbed);
});
afterAll(async () => tiny.end());

describe("a training during which processes are killed and started again", () => {
  test.each([
    { seed: 1, who: "any process" }, { seed: 2, who: "any process" }, { seed: 3, who: "the coordinator" }, { seed: 4, who: "one node" },
  ])("ends with the coefficients of the undisturbed one and releases nothing twice (seed $seed, kills $who)", async ({ seed, who }) => {
    const { consortium } = tiny;
    const uniform = seededUniform(seed);
    const victims = who === "the coordinator" ? [consortium.coordinator] : who === "one node" ? [consortium.node("birch")] : [consortium.coordinator, ...consortium.nodes];
    const session = await consortium.launch(charter);
    const killed: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      if (!(await untilGrown(session, STRIDE_MIN + Math.floor(STRIDE_SPREAD * uniform())))) break;
      await sleep(30 * uniform());
      const victim = victims[Math.floor(victims.length * uniform())] ?? consortium.coordinator;
      const before = logSizeOf(tiny.published);
      await crash(victim);
      killed.push(`${victim.name} at ${before}`);
    }
    const view = await consortium.follow(session, () => undefined);

    expect(killed).toHaveLength(KILLS);
    expect({ state: view.state, model: view.model, rounds: view.rounds }).toEqual({ state: "done", model: undisturbed.model, rounds: undisturbed.rounds });
    expect((await modelOf(consortium, view)).coefficients).toEqual(model.coefficients);
    expect(await tracesOf(tiny, session)).toEqual(onceEach(NAMES.length, view.rounds.length));
  });
});

/** Waits until the log has so many more entries; false if the training ended before. */
async function untilGrown(session: string, entries: number): Promise<boolean> {
  const goal = logSizeOf(tiny.published) + entries;
  while (logSizeOf(tiny.published) < goal) {
    const view = await tiny.consortium.view(session).catch(() => null);
    if (view !== null && view.state !== "running") return false;
    await sleep(2);
  }
  return true;
}
