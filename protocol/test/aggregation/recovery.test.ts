import { describe, expect, test } from "@jest/globals";
import { toBase64 } from "@cohortium/crypto/bytes";
import { recoverMasks } from "../../src/aggregation/recovery.js";
import { maskKey, pairSeed, selfSeed } from "../../src/aggregation/keys.js";
import { sealBoxes } from "../../src/aggregation/seed-shares.js";
import type { MemberEpoch } from "../../src/aggregation/setup-member.js";
import type { Unmasked } from "../../src/aggregation/messages.js";
import type { PartyId } from "../../src/session/ids.js";
import { seedOf } from "../../src/testing/world.js";
import { ADA, BOB, CENTRE, DOT, EVE, FIVE, ofFive, playedFive, playedRound, setUp, speaker } from "./stage.js";

const SEVEN = [...FIVE, "fay", "gus"] as PartyId[];
/** eve dropped, and dot fell silent after agreeing. */
const seven = setUp(SEVEN);
const played = playedRound(seven, SEVEN.filter((name) => name !== EVE));
const survivors = SEVEN.filter((name) => name !== EVE);
const context = played.round.offer.id;
const round = { speaker: speaker(CENTRE), epoch: seven.epoch, round: 1, context, parties: SEVEN, survivors };
const answers = (silent: readonly PartyId[]) => [...played.unmasked.values()].filter(({ from }) => !silent.includes(from));

describe("recovered masks", () => {
  test("are none when every survivor answered", () => {
    expect(recoverMasks(round, answers([]))).toEqual({ self: {}, orphans: { } });
  });

  test("are the silent survivor's own mask, and its pair mask with the dropped one", () => {
    const pairOfDotAndEve = seven.parts.get(DOT)?.pairs.get(EVE) ?? new Uint8Array();
    expect(recoverMasks(round, answers([DOT]))).toEqual({
      self: { dot: toBase64(selfSeed(seedOf(DOT, "session"), 1)) },
      orphans: { eve: { dot: toBase64(maskKey(pairSeed(pairOfDotAndEve, 1), context, "pair")) } },
    });
  });

  test("are no pair masks when nobody dropped", () => {
    const five = playedFive();
    const full = { ...round, epoch: ofFive().epoch, parties: FIVE, survivors: FIVE, context: five.round.offer.id };
    const recovered = recoverMasks(full, [...five.unmasked.values()].filter(({ from }) => from !== DOT));
    expect(recovered?.orphans).toEqual({});
    expect(Object.keys(recovered?.self ?? {})).toEqual(["dot"]);
  });
});

describe("nothing is recovered", () => {
  const without = (answer: Unmasked, which: "selfShares" | "boxShares", owner: PartyId): Unmasked =>
    ({ ...answer, [which]: Object.fromEntries(Object.entries(answer[which]).filter(([name]) => name !== owner)) });

  test("from fewer answers than the threshold", () => expect(recoverMasks(round, answers([DOT, ADA, BOB]))).toBeNull());

  test.each([["selfShares", DOT], ["boxShares", EVE]] as const)("when one of the last %s is missing", (which, owner) => {
    expect(recoverMasks(round, answers([DOT]).map((answer) => (answer.from === ADA ? without(answer, which, owner) : answer)))).toBeNull();
  });

  test.each([["selfShares", DOT], ["boxShares", EVE]] as const)("when one of the %s is wrong", (which, owner) => {
    const bent = answers([DOT]).map((answer) => (answer.from === ADA ? { ...answer, [which]: { ...answer[which], [owner]: new Uint8Array(32) } } : answer));
    expect(recoverMasks(round, bent)).toBeNull();
  });

  test("against a commitment or a box that is not there", () => {
    expect(recoverMasks({ ...round, epoch: { ...seven.epoch, commitments: {} } }, answers([DOT]))).toBeNull();
    expect(recoverMasks({ ...round, epoch: { ...seven.epoch, boxes: {} } }, answers([DOT]))).toBeNull();
  });

  test("when the dropped one's box holds no seed of the silent one", () => {
    const { sharing, pairs } = seven.parts.get(EVE) as MemberEpoch;
    const box = (keyed: ReadonlyMap<PartyId, Uint8Array>) => ({ ...seven.epoch.boxes, [EVE]: sealBoxes(sharing, EVE, seedOf(EVE, "session"), keyed) });
    const withoutDot = new Map([...pairs].filter(([name]) => name !== DOT));
    expect(recoverMasks({ ...round, epoch: { ...seven.epoch, boxes: box(pairs) } }, answers([DOT]))).not.toBeNull();
    expect(recoverMasks({ ...round, epoch: { ...seven.epoch, boxes: box(withoutDot) } }, answers([DOT]))).toBeNull();
  });
});
