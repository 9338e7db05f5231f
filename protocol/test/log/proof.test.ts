import { describe, expect, test } from "@jest/globals";
import { toBase64, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { leafHash, MerkleTree } from "@cohortium/crypto/merkle";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { logVerifierKey, signCheckpoint } from "../../src/log/checkpoint.js";
import { checkEvidence, checkProof, formatProof, parseProof, type Evidence } from "../../src/log/proof.js";

const ORIGIN = "log.example/consortium";
const signer = signerFromSeed(new Uint8Array(32).fill(7));
const LOG_KEY = logVerifierKey(ORIGIN, signer.publicKey);
const entry = (i: number) => utf8(`entry ${i}`);

function logOf(size: number, prefix = "entry") {
  const tree = new MerkleTree();
  for (let i = 0; i < size; i++) tree.append(leafHash(utf8(`${prefix} ${i}`)));
  const checkpoint = signCheckpoint({ origin: ORIGIN, size, root: tree.root() }, signer);
  const evidence = (indices: readonly number[], seenSize: number): Evidence => ({
    checkpoint,
    items: indices.map((index) => ({ index, proof: tree.inclusionProof({ index, size }) })),
    consistency: tree.consistencyProof(seenSize),
  });
  return { tree, checkpoint, evidence, head: (at: number) => ({ size: at, root: tree.root(at) }) };
}

describe("evidence", () => {
  const log = logOf(21);
  const good = log.evidence([4, 17], 9);

  test("that holds gives the tree the node remembers from now on", () => {
    expect(checkEvidence(good, [entry(4), entry(17)], log.head(9), LOG_KEY)).toEqual({ ok: true, ...log.head(21) });
  });

  test("needs no consistency for a node that has seen nothing, nor for one that has seen it all", () => {
    expect(checkEvidence(log.evidence([4], 0), [entry(4)], { size: 0, root: new Uint8Array() }, LOG_KEY).ok).toBe(true);
    expect(checkEvidence(log.evidence([4], 21), [entry(4)], log.head(21), LOG_KEY).ok).toBe(true);
  });

  const other = logOf(21, "other");
  test.each([
    { what: "a tree smaller than the one seen", evidence: log.evidence([4, 17], 21), seen: { ...logOf(22).head(22) }, because: "the log shrank from 22 to 21 entries" },
    { what: "another tree of the size seen", evidence: log.evidence([4, 17], 21), seen: other.head(21), because: "the log of 21 entries does not continue the one of 21 this node saw" },
    { what: "a tree that does not continue the one seen", evidence: good, seen: other.head(9), because: "the log of 21 entries does not continue the one of 9 this node saw" },
    { what: "consistency cut short", evidence: { ...good, consistency: good.consistency.slice(1) }, seen: log.head(9), because: "the log of 21 entries does not continue the one of 9 this node saw" },
    { what: "consistency nobody asked for", evidence: good, seen: log.head(0), because: "the log of 21 entries does not continue the one of 0 this node saw" },
    { what: "fewer proofs than entries", evidence: { ...good, items: good.items.slice(1) }, seen: log.head(9), because: "1 proofs for 2 entries" },
    { what: "proofs in another order", evidence: { ...good, items: good.items.toReversed() }, seen: log.head(9), because: "entry 1 of 2 is not shown to be in the log" },
    { what: "a proof for another place", evidence: { ...good, items: [good.items[0]!, { ...good.items[1]!, index: 16 }] }, seen: log.head(9), because: "entry 2 of 2 is not shown to be in the log" },
    { what: "a note that is not signed", evidence: { ...good, checkpoint: good.checkpoint.replace("21", "22") }, seen: log.head(9), because: `the signature of ${ORIGIN} does not verify` },
    { what: "an endless proof", evidence: { ...good, consistency: Array.from({ length: 55 }, () => new Uint8Array(32)) }, seen: log.head(9), because: "the evidence is too long" },
  ])("with $what is refused", ({ evidence, seen, because }) => {
    expect(checkEvidence(evidence, [entry(4), entry(17)], seen, LOG_KEY)).toEqual({ ok: false, because });
  });

  test("for other bytes than those logged, or under another log's key, is refused", () => {
    expect(checkEvidence(good, [entry(4), entry(16)], log.head(9), LOG_KEY).ok).toBe(false);
    const stranger = logVerifierKey(ORIGIN, signerFromSeed(new Uint8Array(32).fill(8)).publicKey);
    expect(checkEvidence(good, [entry(4), entry(17)], log.head(9), stranger)).toEqual({ ok: false, because: "no signature of a known key" });
  });
});

describe("a .tlog-proof file", () => {
  const [h1, h2] = [sha256(utf8("hash1")), sha256(utf8("hash2"))];

  // From the tests of github.com/transparency-dev/formats.
  test.each([
    { proof: { index: 5, proof: [h1, h2], checkpoint: "test checkpoint\n" }, text: `c2sp.org/tlog-proof@v1\nindex 5\n${toBase64(h1)}\n${toBase64(h2)}\n\ntest checkpoint\n` },
    {
      proof: { index: 10, proof: [h1], checkpoint: "checkpoint data\n", extra: utf8("extra information") },
      text: `c2sp.org/tlog-proof@v1\nextra ${toBase64(utf8("extra information"))}\nindex 10\n${toBase64(h1)}\n\ncheckpoint data\n`,
    },
    { proof: { index: 0, proof: [], checkpoint: "checkpoint\n" }, text: "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n" },
  ])("with index $proof.index is written and read as others do", ({ proof, text }) => {
    expect(formatProof(proof)).toBe(text);
    expect(parseProof(text)).toEqual(proof);
  });

  test("shows offline that an entry is in the log, and nothing about another entry", () => {
    const log = logOf(21);
    const text = formatProof({ index: 17, proof: log.tree.inclusionProof({ index: 17, size: 21 }), checkpoint: log.checkpoint });
    expect(checkProof(parseProof(text), entry(17), LOG_KEY)).toEqual({ ok: true, ...log.head(21) });
    expect(checkProof(parseProof(text), entry(18), LOG_KEY).ok).toBe(false);
  });

  test.each([
    "wrong-header\nindex 0\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\n\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\nindex notanumber\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\nindex -5\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\nindex 05\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\nindex 9007199254740992\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\ncheckpoint\n",
    `c2sp.org/tlog-proof@v1\nindex 0\n${toBase64(new Uint8Array(64))}\n\ncheckpoint\n`,
    `c2sp.org/tlog-proof@v1\nindex 0\n${`${toBase64(new Uint8Array(32))}\n`.repeat(55)}\ncheckpoint\n`,
    "c2sp.org/tlog-proof@v1\nindex 0\ncheckpoint\n",
    "",
  ])("is not %j", (text) => expect(() => parseProof(text)).toThrow(RangeError));
});
