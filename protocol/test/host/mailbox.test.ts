import { describe, expect, test } from "@jest/globals";
import { Inbox } from "../../src/host/inbox.js";
import { JOURNAL_SCHEMA } from "../../src/host/journal.js";
import { Outbox, type Bulk } from "../../src/host/outbox.js";
import { openDatabase, transaction } from "../../src/host/sqlite.js";
import type { Digest, PartyId, SessionId } from "../../src/session/ids.js";

const [MILL, HARBOUR] = ["mill", "harbour"] as [PartyId, PartyId];
const [ONE, TWO] = ["1a".repeat(32), "2b".repeat(32)] as [Digest, Digest];
const BULK: Bulk = { path: "/tmp/upload-3", session: "0".repeat(32) as SessionId, round: 3 };
const database = () => openDatabase(":memory:", [JOURNAL_SCHEMA]);

describe("an outbox", () => {
  const open = () => {
    const outbox = new Outbox(database());
    return { outbox, say: (peer: PartyId, key: string, payloadDigest = ONE, bulk: Bulk | null = null) => outbox.enqueue({ peer, key, payloadDigest, bulk }, (seq) => Uint8Array.of(seq, 77)) };
  };

  test("numbers letters per peer from 1", () => {
    const { outbox, say } = open();
    [say(MILL, "s/1/0"), say(HARBOUR, "s/1/1"), say(MILL, "s/2/0", TWO, BULK)];
    expect(outbox.pending(MILL, 0, 10)).toEqual([
      { seq: 1, envelope: Uint8Array.of(1, 77), bulk: null }, { seq: 2, envelope: Uint8Array.of(2, 77), bulk: BULK },
    ]);
    expect(outbox.pending(HARBOUR, 0, 10)).toHaveLength(1);
    expect([outbox.highest(MILL), outbox.highest("orchard" as PartyId)]).toEqual([2, 0]);
  });

  test("hands out letters after a number, so many at a time", () => {
    const { outbox, say } = open();
    for (let n = 1; n <= 5; n++) say(MILL, `s/${n}/0`);
    expect(outbox.pending(MILL, 1, 3).map(({ seq }) => seq)).toEqual([2, 3, 4]);
  });

  test("says nothing twice, not even after the peer has acknowledged", () => {
    const { outbox, say } = open();
    say(MILL, "s/1/0");
    say(MILL, "s/1/0");
    expect(outbox.pending(MILL, 0, 10)).toHaveLength(1);
    outbox.acknowledge(MILL, 1);
    say(MILL, "s/1/0");
    expect(outbox.pending(MILL, 0, 10)).toEqual([]);
    say(MILL, "s/2/0");
    expect(outbox.highest(MILL)).toBe(2);
  });

  test("will not say two different things on one occasion", () => {
    const { say } = open();
    say(MILL, "s/1/0", ONE);
    expect(() => say(MILL, "s/1/0", TWO)).toThrow("s/1/0");
    say(HARBOUR, "s/1/0", TWO);
  });

  test("an acknowledgement covers all letters before it and gives their bulks back once", () => {
    const { outbox, say } = open();
    [say(MILL, "s/1/0", ONE, BULK), say(MILL, "s/2/0"), say(MILL, "s/3/0")];
    expect(outbox.acknowledge(MILL, 2)).toEqual([BULK]);
    expect(outbox.acknowledge(MILL, 2)).toEqual([]);
    expect(outbox.pending(MILL, 0, 10).map(({ seq }) => seq)).toEqual([3]);
  });

  test("a letter that cannot be made takes no number", () => {
    const { outbox, say } = open();
    const broken = () => outbox.enqueue({ peer: MILL, key: "s/1/0", payloadDigest: ONE, bulk: null }, () => { throw new Error("no ink"); });
    expect(broken).toThrow("no ink");
    say(MILL, "s/1/0");
    expect(outbox.highest(MILL)).toBe(1);
  });
});

describe("an inbox", () => {
  test("takes each letter once, in order", () => {
    const inbox = new Inbox(database());
    expect([inbox.accept(MILL, 1, ONE), inbox.accept(MILL, 2, TWO), inbox.accept(MILL, 2, TWO), inbox.accept(MILL, 1, ONE)]).toEqual(["new", "new", "repeat", "repeat"]);
    expect(inbox.lastSeq(MILL)).toBe(2);
  });

  test("notices missing and contradictory letters, and forgets nothing by it", () => {
    const inbox = new Inbox(database());
    inbox.accept(MILL, 1, ONE);
    expect([inbox.accept(MILL, 3, TWO), inbox.accept(MILL, 1, TWO), inbox.accept(HARBOUR, 2, ONE)]).toEqual(["gap", "contradiction", "gap"]);
    expect([inbox.lastSeq(MILL), inbox.lastSeq(HARBOUR)]).toEqual([1, 0]);
  });

  test("forgets a letter whose event was not kept", () => {
    const db = database();
    const inbox = new Inbox(db);
    expect(() => transaction(db, () => { inbox.accept(MILL, 1, ONE); throw new Error("disk full"); })).toThrow("disk full");
    expect(inbox.accept(MILL, 1, ONE)).toBe("new");
  });
});
