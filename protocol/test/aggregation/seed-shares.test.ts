import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { concat, utf8 } from "@cohortium/crypto/bytes";
import { seal } from "@cohortium/crypto/aead";
import { boxKey, boxSecret, pairSeed, selfSeed } from "../../src/aggregation/keys.js";
import { openShares, rebuildPairSeeds, rebuildSelfSeed, sealBoxes, sealShares, selfSeedCommitments, sharesOfRound, type HeldShare, type Sharing } from "../../src/aggregation/seed-shares.js";
import type { PartyId, SessionId } from "../../src/session/ids.js";
import { SESSION } from "../../src/testing/world.js";
import { ADA, BOB, CLEO, DOT, EVE, FIVE } from "./stage.js";

const SHARING: Sharing = { session: SESSION, roster: FIVE, threshold: 4, rounds: 3 };
const ENTROPY = new Uint8Array(32).fill(5);
const pairOf = (name: PartyId) => new Uint8Array(32).fill(name.charCodeAt(0));
const PAIRS = new Map(FIVE.filter((name) => name !== ADA).map((name) => [name, pairOf(name)]));
const sealed = sealShares(SHARING, ADA, ENTROPY, PAIRS);
const boxes = sealBoxes(SHARING, ADA, ENTROPY, PAIRS);
const commitments = selfSeedCommitments(SHARING, ENTROPY);

const opened = (holder: PartyId) => openShares(SHARING, { from: ADA, to: holder }, pairOf(holder), sealed[holder] ?? new Uint8Array());
const held = (holders: readonly PartyId[], round: number, which: "self" | "box"): HeldShare[] =>
  holders.map((holder) => ({ holder, bytes: sharesOfRound(opened(holder) ?? new Uint8Array(), round)[which] }));
const OTHERS = [BOB, CLEO, DOT, EVE];

describe("sealed shares", () => {
  test("go to the peers there are keys for, and to nobody else", () => {
    expect(Object.keys(sealed)).toEqual(OTHERS);
    expect(Object.keys(sealShares(SHARING, ADA, ENTROPY, new Map([[BOB, pairOf(BOB)], ["zed" as PartyId, pairOf(BOB)]])))).toEqual([BOB]);
  });

  test("hold 64 bytes a round for their addressee", () => {
    expect(opened(BOB)).toHaveLength(3 * 64);
    expect(opened(BOB)).not.toEqual(opened(CLEO));
  });

  test.each([
    ["another session", { ...SHARING, session: "ff".repeat(16) as SessionId }, { from: ADA, to: BOB }, pairOf(BOB)],
    ["another sender", SHARING, { from: CLEO, to: BOB }, pairOf(BOB)],
    ["another addressee", SHARING, { from: ADA, to: CLEO }, pairOf(BOB)],
    ["the way back", SHARING, { from: BOB, to: ADA }, pairOf(BOB)],
    ["another pair's key", SHARING, { from: ADA, to: BOB }, pairOf(CLEO)],
    ["another number of rounds", { ...SHARING, rounds: 4 }, { from: ADA, to: BOB }, pairOf(BOB)],
  ])("do not open as those of %s", (_, sharing, parties, pair) => {
    expect(openShares(sharing, parties, pair, sealed[BOB] ?? new Uint8Array())).toBeNull();
  });

  test("do not open with a bit changed, cut short or missing", () => {
    const bytes = sealed[BOB] ?? new Uint8Array();
    const bent = bytes.slice();
    bent[40] = (bent[40] ?? 0) ^ 1;
    for (const wrong of [bent, bytes.slice(1), new Uint8Array()]) expect(openShares(SHARING, { from: ADA, to: BOB }, pairOf(BOB), wrong)).toBeNull();
  });
});

describe("a silent party's self seed", () => {
  test("comes back from any four of five, in any order, in every round", () => {
    fc.assert(fc.property(fc.shuffledSubarray(OTHERS, { minLength: 4 }), fc.integer({ min: 1, max: 3 }), (holders, round) => {
      expect(rebuildSelfSeed(SHARING, held(holders, round, "self"), commitments[round - 1] ?? "")).toEqual(selfSeed(ENTROPY, round));
    }), { numRuns: 30 });
  });

  test("does not come back from three, nor from four of which one is of no use", () => {
    expect(rebuildSelfSeed(SHARING, held(OTHERS.slice(1), 1, "self"), commitments[0] ?? "")).toBeNull();
    const short = held(OTHERS, 1, "self").map((share, i) => (i === 0 ? { ...share, bytes: share.bytes.slice(1) } : share));
    expect(rebuildSelfSeed(SHARING, short, commitments[0] ?? "")).toBeNull();
  });

  test("is not taken for another: a wrong share, another round's shares or box shares do not fit the commitment", () => {
    const wrong = held(OTHERS, 1, "self").map((share, i) => (i === 0 ? { ...share, bytes: share.bytes.map((byte) => byte ^ 1) } : share));
    for (const shares of [wrong, held(OTHERS, 2, "self"), held(OTHERS, 1, "box")]) expect(rebuildSelfSeed(SHARING, shares, commitments[0] ?? "")).toBeNull();
    expect(rebuildSelfSeed(SHARING, held(OTHERS, 1, "self"), "")).toBeNull();
  });

  test("three shares say nothing: every seed fits them equally well", () => {
    // With three of the four values fixed, the fourth decides the secret, and each of its 256 values gives another.
    const three = held(OTHERS.slice(0, 3), 1, "self");
    const secrets = new Set(Array.from({ length: 256 }, (_, byte) => {
      const guess = [...three, { holder: EVE, bytes: new Uint8Array(32).fill(byte) }];
      return rebuildBare(guess)[0];
    }));
    expect(secrets.size).toBe(256);
  });
});

describe("a dropped party's box", () => {
  const box = boxes[0] ?? new Uint8Array();

  test("opens with the threshold's shares and holds its pair seed with each peer", () => {
    const seeds = rebuildPairSeeds(SHARING, { name: ADA, box, round: 1 }, held(OTHERS, 1, "box"));
    expect([...(seeds ?? new Map<string, Uint8Array>())]).toEqual(OTHERS.map((name) => [name, pairSeed(pairOf(name), 1)]));
  });

  test.each([
    ["too few shares", { name: ADA, box, round: 1 }, held(OTHERS.slice(1), 1, "box")],
    ["shares of another round", { name: ADA, box, round: 1 }, held(OTHERS, 2, "box")],
    ["self shares", { name: ADA, box, round: 1 }, held(OTHERS, 1, "self")],
    ["another round's label", { name: ADA, box, round: 2 }, held(OTHERS, 1, "box")],
    ["another owner's label", { name: BOB, box, round: 1 }, held(OTHERS, 1, "box")],
    ["another box", { name: ADA, box: boxes[1] ?? box, round: 1 }, held(OTHERS, 1, "box")],
    ["no box", { name: ADA, box: new Uint8Array(), round: 1 }, held(OTHERS, 1, "box")],
  ])("stays shut to %s", (_, dropped, shares) => expect(rebuildPairSeeds(SHARING, dropped, shares)).toBeNull());

  test("of its own owner's making, but of a length that is none, stays shut", () => {
    const odd = seal(boxKey(boxSecret(ENTROPY, 1)), concat(new Uint8Array(65)), utf8(`cohortium/box/v1\n${SESSION}\nada\n1`));
    expect(rebuildPairSeeds(SHARING, { name: ADA, box: odd, round: 1 }, held(OTHERS, 1, "box"))).toBeNull();
  });
});

/** What the shares interpolate to, whatever a commitment says. */
function rebuildBare(shares: readonly HeldShare[]): Uint8Array {
  const product = (a: number, b: number): number => {
    let [sum, power] = [0, a];
    for (let bits = b; bits > 0; bits >>= 1, power = (power << 1) ^ (power & 0x80 ? 0x11b : 0)) if (bits & 1) sum ^= power;
    return sum & 0xff;
  };
  const inverse = (a: number) => Array.from({ length: 256 }, (_, b) => b).find((b) => product(a, b) === 1) ?? 0;
  const xs = shares.map(({ holder }) => FIVE.indexOf(holder) + 1);
  const weights = xs.map((x) => xs.filter((other) => other !== x).reduce((weight, other) => product(weight, product(other, inverse(other ^ x))), 1));
  return Uint8Array.from({ length: 32 }, (_, i) => shares.reduce((sum, { bytes }, k) => sum ^ product(bytes[i] ?? 0, weights[k] ?? 0), 0));
}
