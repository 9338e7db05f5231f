import { describe, expect, test } from "@jest/globals";
import { leafHash, MerkleTree } from "@cohortium/crypto/merkle";
import { signCheckpoint } from "@cohortium/protocol/log/checkpoint";
import { cosignatureVerifier } from "@cohortium/protocol/log/cosignature";
import type { Entry } from "@cohortium/protocol/log/entry";
import { parseNote, parseSignatureLine } from "@cohortium/protocol/log/note";
import type { Evidence } from "@cohortium/protocol/log/proof";
import { openNodeDatabase } from "../../src/database.js";
import { LogWitness } from "../../src/log/witness.js";
import { LOG_KEY, ORIGIN, SELF, signerOf, statement } from "../stage.js";

const AT_SEC = 1_800_000_000;
const entryOf = (n: number | string) => statement("centre", "session.offer", { n });

/** A log that shows whatever it is told to: the honest one, and its forks. */
class Log {
  readonly #tree = new MerkleTree();
  readonly #entries: Entry[] = [];

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) {
      this.#tree.append(leafHash(entry.bytes));
      this.#entries.push(entry);
    }
  }

  evidence(entries: readonly Entry[], seenSize: number, signer = signerOf("log")): Evidence {
    const { size } = this.#tree;
    const items = entries.map((entry) => {
      const index = this.#entries.indexOf(entry);
      return { index, proof: this.#tree.inclusionProof({ index, size }) };
    });
    return { checkpoint: signCheckpoint({ origin: ORIGIN, size, root: this.#tree.root() }, signer), items, consistency: this.#tree.consistencyProof(seenSize) };
  }
}

const ENTRIES = Array.from({ length: 9 }, (_, n) => entryOf(n));
const [first, second, third] = ENTRIES as [Entry, Entry, Entry];
const logOf = (size: number) => new Log(ENTRIES.slice(0, size));
const fresh = (db = openNodeDatabase(":memory:")) => new LogWitness(db, LOG_KEY, { name: SELF, signer: signerOf(SELF) });
/** A witness that has seen the log of three entries. */
const seenThree = () => {
  const witness = fresh();
  expect(witness.check(logOf(3).evidence([first], 0), [first], AT_SEC).ok).toBe(true);
  return witness;
};
const NO = { ok: false, because: expect.any(String) };

describe("a message that cites the log", () => {
  test("is believed if the log shows its entries; the tree is then remembered, and cosigned once", () => {
    const witness = fresh();
    const evidence = logOf(3).evidence([first, third], 0);
    const verdict = witness.check(evidence, [first, third], AT_SEC);
    expect(witness.seen).toMatchObject({ size: 3, checkpoint: evidence.checkpoint });
    const line = parseSignatureLine(verdict.ok ? verdict.cosignature ?? "" : "");
    expect(cosignatureVerifier(witness.verifierKey).accepts(parseNote(evidence.checkpoint).text, line.payload)).toBe(true);
    expect(witness.check(logOf(3).evidence([second], 3), [second], AT_SEC)).toEqual({ ok: true, cosignature: null });
  });

  test("is not believed without evidence; one that cites nothing needs none", () => {
    expect(fresh().check(null, [first], AT_SEC)).toEqual({ ok: false, because: "the message cites the log and shows no proof" });
    expect(fresh().check(null, [], AT_SEC)).toEqual({ ok: true, cosignature: null });
  });

  test.each([
    ["an entry that is not in the log", () => seenThree().check(logOf(4).evidence([ENTRIES[3] as Entry], 3), [ENTRIES[5] as Entry], AT_SEC)],
    ["fewer proofs than entries", () => seenThree().check(logOf(4).evidence([first], 3), [first, second], AT_SEC)],
    ["a checkpoint by another key", () => seenThree().check(logOf(4).evidence([first], 3, signerOf("centre")), [first], AT_SEC)],
    ["a log that shrank", () => seenThree().check(logOf(2).evidence([first], 2), [first], AT_SEC)],
    ["a fork of the same size", () => seenThree().check(new Log([first, second, entryOf("other")]).evidence([first], 3), [first], AT_SEC)],
    ["a longer fork", () => seenThree().check(new Log([entryOf("other"), second, third, first]).evidence([first], 3), [first], AT_SEC)],
    ["a longer log without the proof that it continues", () => seenThree().check({ ...logOf(5).evidence([first], 3), consistency: [] }, [first], AT_SEC)],
  ])("is not believed with %s", (_, check) => expect(check()).toEqual(NO));
});

describe("the memory of a witness", () => {
  test("is not moved by evidence it does not believe", () => {
    const witness = seenThree();
    const before = witness.seen;
    witness.check(new Log([entryOf("other"), second, third, first]).evidence([first], 3), [first], AT_SEC);
    expect(witness.seen).toEqual(before);
  });

  test("grows with the log", () => {
    const witness = seenThree();
    expect(witness.check(logOf(9).evidence([second], 3), [second], AT_SEC)).toMatchObject({ ok: true, cosignature: expect.stringContaining(SELF) });
    expect(witness.seen.size).toBe(9);
    expect(witness.check(logOf(3).evidence([first], 3), [first], AT_SEC)).toEqual(NO);
  });

  test("outlives the process, so that a rollback while this node was away is found", () => {
    const db = openNodeDatabase(":memory:");
    fresh(db).check(logOf(9).evidence([first], 0), [first], AT_SEC);
    expect(fresh(db).check(logOf(8).evidence([first], 8), [first], AT_SEC)).toEqual({ ok: false, because: "the log shrank from 9 to 8 entries" });
  });
});
