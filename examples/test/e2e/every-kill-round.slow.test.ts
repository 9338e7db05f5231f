import { afterAll, beforeAll, describe, test } from "@jest/globals";
import { casesOfNodes, expectSameModel, killStage, type KillStage } from "./every-kill.js";

/** Every event of a node's journal in a round, here the second, and the end. */
const EVENTS = { "heard round": 2, "contributed": 2, "heard survivors": 2, "permitted": 2, "heard unmask": 2, "heard closed": 1 };

let stage: KillStage;
beforeAll(async () => { stage = await killStage(({ consortium }) => consortium.nodes); });
afterAll(async () => stage.tiny.end());

describe("killed with -9 as it journals an event of a round, and started again, a training ends with the same model and nothing released twice:", () => {
  test.each(casesOfNodes(EVENTS))("%s, %s %s", async (name, when, event, nth) => {
    await expectSameModel(stage, [stage.tiny.consortium.node(name)], { event, nth, when });
  });

  test("all nodes, after their masked vectors were released", async () => {
    await expectSameModel(stage, stage.tiny.consortium.nodes, { event: "contributed", nth: 2, when: "after" });
  });
});
