import { afterAll, beforeAll, describe, test } from "@jest/globals";
import { casesOf, expectSameModel, killStage, type KillStage } from "./every-kill.js";

/** Every event of the coordinator's journal in a training. What three nodes say stands there three times a round, so the fifth is in the middle of round 2. */
const EVENTS = { joined: 2, encapsulated: 2, shared: 2, uploaded: 5, agreed: 5, unmasked: 5, summed: 2 };

let stage: KillStage;
beforeAll(async () => { stage = await killStage(({ consortium }) => [consortium.coordinator]); });
afterAll(async () => stage.tiny.end());

describe("killed with -9 as it journals an event, and started again, a training ends with the same model and nothing released twice:", () => {
  test.each(casesOf(EVENTS))("the coordinator, %s %s", async (when, event, nth) => {
    await expectSameModel(stage, [stage.tiny.consortium.coordinator], { event, nth, when });
  });
});
