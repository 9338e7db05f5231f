import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { trainUnderKills } from "./kill-often.js";
import { onceEach, tracesOf } from "./released-once.js";
import { foundTiny, modelOf, trainedOnce, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
const KILLS = 4;

let tiny: TinyConsortium;
let charter: string;
let undisturbed: TrainingView;
let model: LogisticModel;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  ({ charter, undisturbed } = await trainedOnce(tiny, tinyDraft(NAMES)));
  model = await modelOf(tiny.consortium, undisturbed);
});
afterAll(async () => tiny.end());

describe("a training during which processes are killed and started again", () => {
  test.each([
    { seed: 1, who: "any process" }, { seed: 2, who: "any process" }, { seed: 3, who: "the coordinator" }, { seed: 4, who: "one node" },
  ])("ends with the coefficients of the undisturbed one and releases nothing twice (seed $seed, kills $who)", async ({ seed, who }) => {
    const { consortium } = tiny;
    const victims = who === "the coordinator" ? [consortium.coordinator] : who === "one node" ? [consortium.node("birch")] : [consortium.coordinator, ...consortium.nodes];
    // A training of these rows leaves some 112 entries; killing every 5 to 25 of them meets every phase sooner or later.
    const { view, killed } = await trainUnderKills(tiny, charter, { seed, victims, times: KILLS, strideMin: 5, strideSpread: 20 });

    expect(killed).toHaveLength(KILLS);
    expect({ state: view.state, model: view.model, rounds: view.rounds }).toEqual({ state: "done", model: undisturbed.model, rounds: undisturbed.rounds });
    expect((await modelOf(consortium, view)).coefficients).toEqual(model.coefficients);
    expect(await tracesOf(tiny, view.session)).toEqual(onceEach(NAMES.length, view.rounds.length));
  });
});
