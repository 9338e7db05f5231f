import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Digest } from "@cohortium/protocol/session/ids";
import { Circle } from "./circle.js";
import { HARBOUR, PARTIES } from "./stage.js";

/** Whole trainings, on a machine that may be busy. */
jest.setTimeout(60_000);

let circle: Circle;
let before: Digest;
beforeAll(async () => {
  circle = await Circle.assembled(PARTIES);
  before = await circle.agree("first");
  circle.coordinator.enrolments.revoke(HARBOUR, "lost its folder");
  await circle.disconnect(HARBOUR);
});

describe("a node that lost its folder", () => {
  test("is refused with new keys until the old ones are replaced: the coordinator counts what the old node said", async () => {
    circle.start(HARBOUR, "harbour anew");
    circle.connect(HARBOUR);
    expect(await circle.refusal(HARBOUR)).toBe("WIRE_SEQUENCE");
  });

  test("enrols again with new keys, and nothing is counted of the old ones", async () => {
    expect(circle.coordinator.lastSeqReceived(HARBOUR)).toBeGreaterThan(0);
    await circle.enrol(HARBOUR, "harbour anew");
    expect([circle.coordinator.lastSeqReceived(HARBOUR), circle.coordinator.highestSeq(HARBOUR)]).toEqual([0, 0]);
  });

  test("signs a new charter with the others and trains under it", async () => {
    circle.start(HARBOUR, "harbour anew");
    circle.connect(HARBOUR);
    const after = await circle.agree("second");
    expect(after).not.toBe(before);
    const view = await circle.ended(circle.coordinator.launch(after));
    expect(view).toMatchObject({ state: "done" });
    expect(view.rounds[0]?.survivors).toEqual([...PARTIES].sort());
  });

  test("is a stranger to the charters of its old keys, and is not sent them again after a restart", async () => {
    const { charters } = circle.coordinator;
    expect([charters.isParty(HARBOUR, before), charters.isParty(PARTIES[1] ?? HARBOUR, before)]).toEqual([false, true]);
    const sent = circle.coordinator.highestSeq(HARBOUR);
    circle.coordinator.recover();
    expect(circle.coordinator.highestSeq(HARBOUR)).toBe(sent);
  });
});
