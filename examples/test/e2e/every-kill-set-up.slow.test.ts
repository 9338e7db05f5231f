import { afterAll, beforeAll, describe, test } from "@jest/globals";
import { casesOfNodes, expectSameModel, killStage, type KillStage } from "./every-kill.js";

/** Every event of a node's journal in the set-up of a training. */
const EVENTS = { "admitted": 1, "heard roster": 1, "heard ciphertexts": 1, "heard shares": 1 };

let stage: KillStage;
beforeAll(async () => { stage = await killStage(({ consortium }) => consortium.nodes); });
afterAll(async () => stage.tiny.end());

describe("killed with -9 as it journals an event of the set-up, and started again, a training ends with the same model and nothing released twice:", () => {
  test.each(casesOfNodes(EVENTS))("%s, %s %s", async (name, when, event, nth) => {
    await expectSameModel(stage, [stage.tiny.consortium.node(name)], { event, nth, when });
  });
});
