import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { NetworkClause, Optimiser } from "@cohortium/protocol/charter/network-clause";
import { trainUnderKills } from "./kill-often.js";
import { onceEach, tracesOf } from "./released-once.js";
import { foundTiny, NO_STEPS, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
const KILLS = { times: 4, strideMin: 6, strideSpread: 20 };
/** More local training than talk in every round, so that kills meet it in the middle. */
const network = (optimiser: Optimiser): Omit<NetworkClause, "privacy"> => ({
  kind: "network", hidden: [16, 8], activation: "tanh", optimiser, rounds: 8, localEpochs: 15, batchSize: 16, localRate: 0.02, weightDecay: 0.0001, clip: 2,
  rowsCap: 300, seed: 3, stopping: { kind: "rounds" }, strips: "shown",
});

let tiny: TinyConsortium;
beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  await tiny.consortium.enrol(NO_STEPS);
});
afterAll(async () => tiny.end());

describe.each<Optimiser>([{ kind: "scaffold", serverRate: 1 }, { kind: "fedadam", serverRate: 0.05, beta1: 0.9, beta2: 0.99, tau: 0.001 }])("a network trained with $kind", (optimiser) => {
  let charter: string;
  let undisturbed: TrainingView;
  beforeAll(async () => {
    charter = await tiny.consortium.agree(tinyDraft(NAMES, { name: `tiny-${optimiser.kind}`, model: { ...network(optimiser) } }));
    undisturbed = await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined);
  });

  test("ranks held-out rows, and an audit follows it from the sums", async () => {
    expect(undisturbed).toMatchObject({ state: "done", evaluation: { kind: "evaluated" } });
    expect((undisturbed.evaluation as { readonly auc: number }).auc).toBeGreaterThan(0.7);
    expect(undisturbed.rounds.map(({ kind }) => kind)).toEqual(["moments", ...Array.from({ length: 8 }, () => "update"), "evaluation"]);
    expect(await tracesOf(tiny, undisturbed.session)).toEqual(onceEach(NAMES.length, 10));
  });

  test.each([{ seed: 1, who: "any process" }, { seed: 2, who: "one node" }, { seed: 3, who: "the coordinator" }])(
    "is the same to the last bit after processes were killed in the middle, and nothing is released twice (seed $seed, kills $who)", async ({ seed, who }) => {
      const { consortium } = tiny;
      const victims = who === "the coordinator" ? [consortium.coordinator] : who === "one node" ? [consortium.node("birch")] : [consortium.coordinator, ...consortium.nodes];
      const { view, killed } = await trainUnderKills(tiny, charter, { seed, victims, ...KILLS });
      expect(killed).toHaveLength(KILLS.times);
      expect({ state: view.state, model: view.model, rounds: view.rounds }).toEqual({ state: "done", model: undisturbed.model, rounds: undisturbed.rounds });
      expect(await tracesOf(tiny, view.session)).toEqual(onceEach(NAMES.length, view.rounds.length));
    });
});
