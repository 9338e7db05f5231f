import { beforeEach, describe, expect, test } from "@jest/globals";
import { leafHash, MerkleTree } from "@cohortium/crypto/merkle";
import { Secret } from "@cohortium/crypto/secret";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { createLogger } from "@cohortium/protocol/host/logger";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import { logVerifierKey, signCheckpoint } from "@cohortium/protocol/log/checkpoint";
import { signEntry, type Entry } from "@cohortium/protocol/log/entry";
import type { Evidence } from "@cohortium/protocol/log/proof";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { sealEnvelope } from "@cohortium/protocol/wire/envelope";
import { encodeToNode } from "@cohortium/protocol/wire/to-node";
import { scratchFolder } from "../../protocol/test/host/scratch-folder.js";
import { CohortiumNode } from "../src/node.js";
import { openNodeDatabase } from "../src/database.js";
import { CHARTER_WORDS } from "../src/data/recipe/own-words.js";
import { NO_NODE } from "../src/data/import-rows.js";
import { DEFAULT_GATE } from "../src/rows/session-rows.js";

const [SELF, HUB] = ["alder", "hub"] as [PartyId, PartyId];
const key = (byte: number) => signerFromSeed(new Uint8Array(32).fill(byte));
const ORIGIN = "cohortium.log/circle";
const LOG = { origin: ORIGIN, signer: key(3) };

let node: CohortiumNode;
let cosigned: string[];

beforeEach(() => {
  cosigned = [];
  node = new CohortiumNode({
    self: SELF, signer: key(1), agreementSecret: new Secret(new Uint8Array(32).fill(9)),
    coordinator: { name: HUB, signingKey: key(2).publicKey, logKey: logVerifierKey(ORIGIN, LOG.signer.publicKey) },
    database: openNodeDatabase(":memory:"), spool: scratchFolder(),
    feed: { rows: { path: "", delimiter: ",", quote: "\"", keyColumn: null }, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE },
    logger: createLogger("node", "silent", { kind: "stdout" }), metrics: createMetrics(), nowMs: () => 1_800_000_000_000,
    kick: () => undefined, cosign: (line) => cosigned.push(line),
  });
});

/** A statement that the coordinator signed; what it says does not matter here. */
const entry = (name: string): Entry => signEntry({ v: 1, type: "charter", actor: HUB, at: "2026-11-22T00:00:00.000Z", charter: "ab".repeat(32), session: "-", round: 0, body: { name } }, key(2));
const letter = (seq: number, proposal: Entry) =>
  sealEnvelope({ from: HUB, to: SELF, session: "-", charter: "-", seq, payload: encodeToNode({ kind: "charter-proposed", to: SELF, proposal }) }, key(2));

/** Shows `shown` in a log of `entries`, to somebody who has seen the first `seen` of them. */
function evidence(entries: readonly Entry[], shown: Entry, seen: number, identity = LOG): Evidence {
  const tree = new MerkleTree();
  for (const { bytes } of entries) tree.append(leafHash(bytes));
  const index = entries.indexOf(shown);
  return {
    checkpoint: signCheckpoint({ origin: identity.origin, size: tree.size, root: tree.root() }, identity.signer),
    items: [{ index, proof: tree.inclusionProof({ index, size: tree.size }) }], consistency: tree.consistencyProof(seen),
  };
}

describe("a letter of the coordinator's that cites the log", () => {
  const [one, two, other] = [entry("one"), entry("two"), entry("other")];

  test("is taken when the log shows its entry, and the checkpoint is cosigned; control for all below", async () => {
    expect(await node.receive(HUB, letter(1, one), evidence([two, one], one, 0))).toEqual({ kind: "received", seq: 1 });
    expect({ distrust: node.distrust, size: node.witness.seen.size, received: node.lastSeqReceived(HUB), cosigned: cosigned.length }).toEqual({ distrust: null, size: 2, received: 1, cosigned: 1 });
  });

  test.each<{ readonly what: string; readonly shown: Evidence | null; readonly because: RegExp }>([
    { what: "no proof at all", shown: null, because: /shows no proof/ },
    { what: "a proof of another entry", shown: evidence([two, other], other, 0), because: /not shown to be in the log/ },
    { what: "a checkpoint by another key", shown: evidence([two, one], one, 0, { ...LOG, signer: key(4) }), because: /./ },
    { what: "a checkpoint of another log", shown: evidence([two, one], one, 0, { ...LOG, origin: "cohortium.log/other" }), because: /./ },
    { what: "no item for the entry", shown: { ...evidence([two, one], one, 0), items: [] }, because: /0 proofs for 1 entries/ },
  ])("is refused with $what: nothing is kept, nothing cosigned, and the status says why", async ({ shown, because }) => {
    expect(await node.receive(HUB, letter(1, one), shown)).toMatchObject({ kind: "refused", code: "LOG_EVIDENCE", detail: expect.stringMatching(because) });
    expect(node.distrust).toMatch(because);
    expect({ size: node.witness.seen.size, received: node.lastSeqReceived(HUB), charters: node.charters.views(), cosigned }).toEqual({ size: 0, received: 0, charters: [], cosigned: [] });
  });

  test("is refused when the log no longer holds what this node saw, and the checkpoint of before is kept as evidence", async () => {
    await node.receive(HUB, letter(1, one), evidence([two, one], one, 0));
    const { checkpoint } = node.witness.seen;
    for (const entries of [[other, two, one], [one]]) {
      const shown = { ...evidence(entries, one, 0), consistency: [] };
      expect(await node.receive(HUB, letter(2, one), shown)).toMatchObject({ kind: "refused", code: "LOG_EVIDENCE", detail: expect.stringMatching(/does not continue|shrank from 2 to 1/) });
    }
    expect({ checkpoint: node.witness.seen.checkpoint, received: node.lastSeqReceived(HUB) }).toEqual({ checkpoint, received: 1 });
  });

  test("ends the distrust when it is good again", async () => {
    await node.receive(HUB, letter(1, one), null);
    await node.receive(HUB, letter(1, one), evidence([two, one], one, 0));
    expect(node.distrust).toBeNull();
  });
});

describe("a Hello", () => {
  const one = entry("one");

  test("with a log shorter than the one this node saw is refused; with the same or a longer one it is not", async () => {
    await node.receive(HUB, letter(1, one), evidence([entry("two"), one], one, 0));
    expect([1, 2, 3].map((size) => node.doubt(HUB, size)?.code ?? null)).toEqual(["LOG_EVIDENCE", null, null]);
    expect(node.distrust).toBe("the log shrank from 2 to 1 entries");
  });
});
