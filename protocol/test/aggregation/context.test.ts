import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { abort, inOrder, isStatementBy, say, tooFew } from "../../src/aggregation/context.js";
import { survivorsNeeded, thresholdFor } from "../../src/log/sum-terms.js";
import { signEntry } from "../../src/log/entry.js";
import type { Declined } from "../../src/aggregation/messages.js";
import type { PartyId } from "../../src/session/ids.js";
import { ADA, BOB, memberOf, NOW_MS, restated, speaker } from "./stage.js";

const UPLOAD = { type: "round.upload", round: 2 } as const;
const BODY = { root: "12".repeat(32), words: 4, offer: "34".repeat(32) };
const entry = say(speaker(ADA), { ...UPLOAD, atMs: NOW_MS }, BODY);

describe("a statement", () => {
  test("says who, what, when and where, and is the same bytes every time", () => {
    const { session, charter } = speaker(ADA);
    expect(entry.statement).toEqual({ v: 1, type: "round.upload", actor: "ada", at: "2027-01-15T08:00:00.000Z", charter, session, round: 2, body: BODY });
    expect(say(speaker(ADA), { ...UPLOAD, atMs: NOW_MS }, BODY).bytes).toEqual(entry.bytes);
  });

  test("is its author's at its place", () => {
    expect(isStatementBy(memberOf(ADA), entry, UPLOAD, speaker(BOB))).toBe(true);
  });

  test.each([
    ["of another type", { statement: { type: "round.agree", body: { survivors: "12".repeat(32) } } }],
    ["of another round", { statement: { round: 3 } }],
    ["of another session", { statement: { session: "ff".repeat(16) } }],
    ["under another charter", { statement: { charter: "ff".repeat(32) } }],
    ["in another's name", { statement: { actor: "bob" } }],
    ["with a body that is none", { statement: { body: [] } }],
    ["with a root that is none", { body: { root: "%%%" } }],
    ["with words that are no count", { body: { words: -1 } }],
  ])("is not a statement %s, though its author signed it", (_, change) => {
    expect(isStatementBy(memberOf(ADA), restated(entry, ADA, change), UPLOAD, speaker(ADA))).toBe(false);
  });

  test("is nobody's if the key is another's, though the name is right", () => {
    expect(isStatementBy({ name: ADA, signingKey: memberOf(BOB).signingKey }, entry, UPLOAD, speaker(ADA))).toBe(false);
    const forged = signEntry(entry.statement, signerFromSeed(new Uint8Array(32).fill(9)));
    expect(isStatementBy(memberOf(ADA), forged, UPLOAD, speaker(ADA))).toBe(false);
  });
});

describe("the threshold", () => {
  test.each([[3, 3], [4, 3], [5, 4], [6, 5], [7, 5], [9, 7], [10, 7], [64, 43]])("of %i parties is %i", (parties, threshold) => {
    expect(thresholdFor(parties, 2)).toBe(threshold);
  });

  test("is the quorum where the charter asks for more", () => expect(thresholdFor(5, 5)).toBe(5));

  test("makes any two groups of helpers share an honest one while fewer than a third collude", () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 255 }), (parties) => {
      const threshold = thresholdFor(parties, 1);
      const colludersMax = Math.ceil(parties / 3) - 1;
      // Two groups of t of n share at least 2t − n.
      expect(2 * threshold - parties).toBeGreaterThan(colludersMax);
      expect(threshold).toBeLessThanOrEqual(parties);
    }));
  });
});

describe("a sum needs", () => {
  const terms = { scheme: "masked", minimumParties: 4, quorum: 3, deadlineMs: 1, dropouts: "end" } as const;
  test.each([
    ["three parties, whatever the charter says", { ...terms, minimumParties: 1 }, 2, { number: 1, asked: 7 }, 3],
    ["the charter's minimum", terms, 3, { number: 1, asked: 7 }, 4],
    ["the threshold", terms, 5, { number: 1, asked: 7 }, 5],
    ["everybody who was asked, once a first sum was read", terms, 5, { number: 2, asked: 7 }, 7],
    ["the threshold all the same, if fewer were asked", terms, 5, { number: 2, asked: 4 }, 5],
    ["no more than the threshold where a training may go on", { ...terms, dropouts: "continue" }, 5, { number: 2, asked: 7 }, 5],
  ] as const)("%s", (_, charter, threshold, round, needed) => expect(survivorsNeeded(charter, threshold, round)).toBe(needed));
});

test("the order of parties is that of code units, whatever the locale and the order they come in", () => {
  const names = ["zoe", "a-b", "a1", "ab", "aa"] as PartyId[];
  expect(inOrder(names)).toEqual(["a-b", "a1", "aa", "ab", "zoe"]);
  expect(inOrder([...names, "ab" as PartyId].reverse())).toEqual(["a-b", "a1", "aa", "ab", "ab", "zoe"]);
  expect(names[0]).toBe("zoe");
});

test("a bad end carries its code and counts, and nothing to send", () => {
  expect(abort("AGGREGATION_GUARD", { survivors: 3 })).toEqual({ kind: "abort", fault: { code: "AGGREGATION_GUARD", detail: { survivors: 3 } }, log: [], send: [] });
});

test("too few parties: the first refusal is named, because a person can act on it; otherwise who was missing", () => {
  const counts = { heard: 2, needed: 3, round: 1 };
  const declined = (from: PartyId): Declined => ({ kind: "declined", from, code: "DATA_REFUSED", clause: `${from}'s rule`, atMs: 0 });
  expect(tooFew(counts, [], []).fault).toEqual({ code: "AGGREGATION_TOO_FEW", detail: counts });
  expect(tooFew(counts, [], [BOB, ADA]).fault).toEqual({ code: "AGGREGATION_TOO_FEW", detail: { ...counts, missing: "bob and ada" } });
  expect(tooFew(counts, [declined(BOB), declined(ADA)], [ADA]).fault).toEqual({ code: "NODE_REFUSED", detail: { ...counts, party: "bob", refusal: "DATA_REFUSED", clause: "bob's rule" } });
});
