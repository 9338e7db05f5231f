import { describe, expect, test } from "@jest/globals";
import { utf8 } from "@cohortium/crypto/bytes";
import { Correspondence, type Posting } from "../../src/host/correspondence.js";
import { JOURNAL_SCHEMA } from "../../src/host/journal.js";
import { openDatabase, transaction } from "../../src/host/sqlite.js";
import type { Digest, SessionId } from "../../src/session/ids.js";
import { CENTRE, HARBOUR, MILL, signerOf } from "./exchange-fixture.js";

const party = (name: typeof MILL) => {
  const db = openDatabase(":memory:", [JOURNAL_SCHEMA]);
  return { db, letters: new Correspondence(db, name, signerOf(name)) };
};
const letter = (text: string, more: Partial<Posting> = {}): Posting =>
  ({ peer: CENTRE, key: text, session: "ab".repeat(16) as SessionId, charter: "cd".repeat(32) as Digest, payload: utf8(text), bulk: null, ...more });
const posted = (text: string) => {
  const mill = party(MILL).letters;
  mill.post(letter(text));
  return { mill, envelope: mill.outbox.pending(CENTRE, 0, 1)[0]?.envelope ?? new Uint8Array() };
};

describe("a letter", () => {
  test("arrives as it was posted: signed, numbered, with its session and charter", () => {
    const { envelope } = posted("hello");
    expect(party(CENTRE).letters.open(envelope, MILL, signerOf(MILL).publicKey)).toMatchObject({
      kind: "ok", envelope: { from: MILL, to: CENTRE, session: "ab".repeat(16), charter: "cd".repeat(32), seq: 1, payload: utf8("hello") },
    });
  });

  test.each([
    ["for somebody else", party(HARBOUR).letters, MILL, MILL, "WIRE_SENDER"],
    ["by somebody else than the link says", party(CENTRE).letters, HARBOUR, MILL, "WIRE_SENDER"],
    ["with another's signature", party(CENTRE).letters, MILL, HARBOUR, "WIRE_SIGNATURE"],
  ] as const)("%s is refused", (_, reader, from, signedBy, code) => {
    expect(reader.open(posted("hello").envelope, from, signerOf(signedBy).publicKey)).toMatchObject({ kind: "refused", code });
  });

  test("is numbered by itself for each peer, and kept until it is acknowledged", () => {
    const { letters } = party(MILL);
    for (const text of ["one", "two"]) letters.post(letter(text));
    letters.post(letter("elsewhere", { peer: HARBOUR }));
    expect(letters.outbox.pending(CENTRE, 0, 9).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(letters.outbox.pending(HARBOUR, 0, 9).map(({ seq }) => seq)).toEqual([1]);
    letters.outbox.acknowledge(CENTRE, 1);
    expect(letters.outbox.pending(CENTRE, 0, 9).map(({ seq }) => seq)).toEqual([2]);
  });

  test("posted again on the same occasion is the same letter; another text on it is a bug, and thrown", () => {
    const { mill, envelope } = posted("hello");
    mill.post(letter("hello"));
    expect(mill.outbox.pending(CENTRE, 0, 9).map((one) => one.envelope)).toEqual([envelope]);
    expect(() => mill.post(letter("other", { key: "hello" }))).toThrow("a replay says something else");
  });

  test("posted in a transaction that fails was never posted", () => {
    const { db, letters } = party(MILL);
    expect(() => transaction(db, () => {
      letters.post(letter("hello"));
      throw new Error("the disk is full");
    })).toThrow("the disk is full");
    expect(letters.outbox.highest(CENTRE)).toBe(0);
  });
});

test("what this side posted can be read back; what it did not is a bug, and thrown", () => {
  const { mill, envelope } = posted("hello");
  expect(mill.ownPayload(envelope, CENTRE)).toEqual(utf8("hello"));
  expect(() => party(HARBOUR).letters.ownPayload(envelope, CENTRE)).toThrow("is not ours");
});

test("a peer that begins anew is counted from 1 in both directions, and others' letters stay; in a transaction that fails nothing is forgotten", () => {
  const { db, letters } = party(CENTRE);
  const digest = "11".repeat(32) as Digest;
  for (const peer of [MILL, HARBOUR]) {
    for (const text of ["one", "two"]) letters.post(letter(text, { peer }));
    letters.outbox.acknowledge(peer, 1);
    letters.accept(peer, 1, digest);
  }
  const counted = (peer: typeof MILL) => [letters.outbox.highest(peer), letters.inbox.lastSeq(peer)];
  expect(() => transaction(db, () => {
    letters.forget(MILL);
    throw new Error("the disk is full");
  })).toThrow("the disk is full");
  expect(counted(MILL)).toEqual([2, 1]);

  letters.forget(MILL);
  expect([counted(MILL), counted(HARBOUR)]).toEqual([[0, 0], [2, 1]]);
  expect(letters.outbox.pending(MILL, 0, 9)).toEqual([]);
  letters.post(letter("one", { peer: MILL, payload: utf8("said to the old keys before, and another thing to the new") }));
  expect([counted(MILL), letters.accept(MILL, 1, "22".repeat(32) as Digest)]).toEqual([[1, 0], "new"]);
});

test("letters are taken in order, once each", () => {
  const { letters } = party(CENTRE);
  const [first, second] = ["11".repeat(32), "22".repeat(32)] as [Digest, Digest];
  expect([letters.accept(MILL, 1, first), letters.accept(MILL, 1, first), letters.accept(MILL, 1, second), letters.accept(MILL, 3, second), letters.accept(MILL, 2, second)])
    .toEqual(["new", "repeat", "contradiction", "gap", "new"]);
});
