import { describe, expect, test } from "@jest/globals";
import { leafHash, MerkleTree } from "@cohortium/crypto/merkle";
import { Secret } from "@cohortium/crypto/secret";
import { Journal } from "@cohortium/protocol/host/journal";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import { signCheckpoint } from "@cohortium/protocol/log/checkpoint";
import { signEntry, type Entry } from "@cohortium/protocol/log/entry";
import type { Evidence } from "@cohortium/protocol/log/proof";
import type { Digest, SessionId } from "@cohortium/protocol/session/ids";
import type { MembershipToNode } from "@cohortium/protocol/session/membership";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import type { RouteRequest } from "@cohortium/protocol/host/http-route";
import { citedEntries } from "@cohortium/protocol/conduct/cited";
import type { ToNode } from "@cohortium/protocol/conduct/messages";
import { sealEnvelope } from "@cohortium/protocol/wire/envelope";
import { encodeToNode } from "@cohortium/protocol/wire/to-node";
import { scratchFolder } from "../../protocol/test/host/scratch-folder.js";
import { CohortiumNode } from "../src/node.js";
import { openNodeDatabase } from "../src/database.js";
import { CENTRE, CHARTER, COORDINATOR, DIGEST, MILL, NOW_MS, ORIGIN, proposalOf, QUARRY, recordingLogger, seedOf, SELF, SESSION, signerOf, statement } from "./stage.js";
import { CHARTER_WORDS } from "../src/data/recipe/own-words.js";
import { NO_NODE } from "../src/data/import-rows.js";
import { DEFAULT_GATE } from "../src/rows/session-rows.js";
import { NO_SETTINGS, type PrivacySettings } from "../src/budget/limits.js";
import { nodeAdminRoutes } from "../src/desks/admin-api.js";
import { NOISY } from "./sessions/statistic-stage.js";

/** A node and a coordinator's end of the link: numbered letters with evidence from an honest log. */
const fresh = (privacy: PrivacySettings = NO_SETTINGS) => {
  const [logger, cosigned, tree, logged] = [recordingLogger(), [] as string[], new MerkleTree(), [] as Entry[]];
  let kicks = 0;
  const node = new CohortiumNode({
    self: SELF, signer: signerOf(SELF), agreementSecret: new Secret(seedOf(SELF, "agreement")), coordinator: COORDINATOR, database: openNodeDatabase(":memory:"), spool: scratchFolder(),
    feed: { rows: { path: "/nowhere.csv", delimiter: ";", quote: '"', keyColumn: null }, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE }, privacy, logger, metrics: createMetrics(), nowMs: () => NOW_MS,
    kick: () => void kicks++, cosign: (line) => void cosigned.push(line),
  });
  const evidenceFor = (entries: readonly Entry[]): Evidence => {
    const seenSize = node.logSize();
    for (const entry of entries) if (!logged.some(({ id }) => id === entry.id)) {
      logged.push(entry);
      tree.append(leafHash(entry.bytes));
    }
    const items = entries.map((entry) => {
      const index = logged.findIndex(({ id }) => id === entry.id);
      return { index, proof: tree.inclusionProof({ index, size: tree.size }) };
    });
    return { checkpoint: signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, signerOf("log")), items, consistency: tree.consistencyProof(seenSize) };
  };
  let seq = 0;
  const envelope = (message: ToNode | MembershipToNode, more: { session?: SessionId | "-"; charter?: Digest | "-"; seq?: number } = {}) =>
    sealEnvelope({ from: CENTRE, to: SELF, session: "-", charter: DIGEST, seq: ++seq, payload: encodeToNode(message), ...more }, signerOf(CENTRE));
  const tell = (message: ToNode | MembershipToNode, more: Parameters<typeof envelope>[1] = {}) => {
    const cited = citedEntries(message);
    return node.receive(CENTRE, envelope(message, more), cited.length === 0 ? null : evidenceFor(cited));
  };
  return { node, logger, cosigned, envelope, evidenceFor, tell, kicks: () => kicks };
};
const PROPOSED: MembershipToNode = { kind: "charter-proposed", to: SELF, proposal: proposalOf(CHARTER) };
const IN_FORCE: MembershipToNode = {
  kind: "charter-in-force", to: SELF, proposal: PROPOSED.proposal, signatures: [SELF, MILL, QUARRY].map((name) => statement(name, "charter.signature", { digest: DIGEST })),
};
const offer = signEntry({ ...statement(CENTRE, "session.offer", { question: "propensity.train", plan: "00".repeat(32) }).statement, session: SESSION }, signerOf(CENTRE));
const OFFER: ToNode = { kind: "offer", to: SELF, offer };

describe("a letter", () => {
  test("whose entries the log shows is acted on, and the log is cosigned", async () => {
    const { node, tell, cosigned } = fresh();
    expect(await tell(PROPOSED)).toEqual({ kind: "received", seq: 1 });
    expect(node.charters.views()).toHaveLength(1);
    expect([cosigned.length, node.logSize(), node.lastSeqReceived(CENTRE)]).toEqual([1, 1, 1]);
  });

  test("a message whose entries are not shown to be in the log is not acted on", async () => {
    const { node, envelope, logger, tell } = fresh();
    expect(await node.receive(CENTRE, envelope(PROPOSED), null)).toMatchObject({ kind: "refused", code: "LOG_EVIDENCE" });
    expect([node.charters.views(), node.lastSeqReceived(CENTRE), node.distrust]).toEqual([[], 0, "the message cites the log and shows no proof"]);
    expect(logger.lines.join()).toContain("LOG_EVIDENCE");
    expect(await tell(PROPOSED, { seq: 1 })).toEqual({ kind: "received", seq: 1 });
    expect(node.distrust).toBeNull();
  });

  test("that comes again is acknowledged again, and nothing else", async () => {
    const { node, envelope, evidenceFor } = fresh();
    const bytes = envelope(PROPOSED);
    await node.receive(CENTRE, bytes, evidenceFor([PROPOSED.proposal]));
    node.charters.sign(DIGEST);
    expect(await node.receive(CENTRE, bytes, evidenceFor([PROPOSED.proposal]))).toEqual({ kind: "received", seq: 1 });
    expect(node.charters.view(DIGEST).state).toBe("signed");
  });

  test.each([
    ["out of its turn", { seq: 3 }, "WIRE_SEQUENCE"],
    ["of a training without a session", {}, "WIRE_MALFORMED"],
  ])("%s is refused", async (_, more, code) => {
    expect(await fresh().tell(code === "WIRE_SEQUENCE" ? PROPOSED : OFFER, more)).toMatchObject({ kind: "refused", code });
  });

  test("that is no message, or another's, is refused", async () => {
    const { node } = fresh();
    const sealed = (from: typeof MILL, payload: Uint8Array) => sealEnvelope({ from, to: SELF, session: "-", charter: "-", seq: 1, payload }, signerOf(from));
    expect(await node.receive(CENTRE, sealed(CENTRE, new Uint8Array([1, 2, 3])), null)).toMatchObject({ kind: "refused", code: "WIRE_MALFORMED" });
    expect(await node.receive(CENTRE, sealed(MILL, encodeToNode(PROPOSED)), null)).toMatchObject({ kind: "refused", code: "WIRE_SENDER" });
    expect(node.lastSeqReceived(CENTRE)).toBe(0);
  });
});

describe("a charter that wants noise", () => {
  const fitOf = async ({ node }: ReturnType<typeof fresh>, digest: string) => {
    const routes = nodeAdminRoutes({
      node, facts: { party: SELF, coordinator: CENTRE, feed: { rows: null, holdout: null } }, deletions: { marksOf: () => [] }, link: () => ({ kind: "connected" }), nowMs: () => NOW_MS,
    });
    return routes.find(({ path }) => path === "/v1/charters/:digest/fit")?.handle({ params: { digest }, query: {}, body: null } as unknown as RouteRequest);
  };

  test("is shown, before anybody signs it, with what rows without a key mean under it; control: not one of exact sums", async () => {
    const stage = fresh();
    await stage.tell(PROPOSED);
    await stage.tell({ kind: "charter-proposed", to: SELF, proposal: proposalOf(NOISY) }, { charter: charterDigest(NOISY) });
    expect(await fitOf(stage, charterDigest(NOISY))).toMatchObject({ body: { problems: [{ code: "DATA_FILE_MISSING" }], unheldRows: { code: "DATA_KEY_UNSET", side: expect.stringContaining("yours") } } });
    expect(await fitOf(stage, DIGEST)).toMatchObject({ body: { unheldRows: null } });
  });
});

describe("a node's own ceiling", () => {
  const ceiling = { epsilon: 1, delta: 1e-6 };
  const said = ({ node, logger }: ReturnType<typeof fresh>, sums: number) => {
    for (let round = 1; round <= sums; round++) node.egress.ledger.keepRelease({ session: SESSION, round, charter: DIGEST, question: "moments", model: "m", root: "r", words: 1, bytes: 8, path: "p" });
    node.recover();
    return logger.lines;
  };

  test("is said at the start not to count exact sums that have left; controls: none left, or there is no ceiling", () => {
    expect(said(fresh({ ...NO_SETTINGS, ceiling }), 2)).toEqual([expect.stringMatching(/^privacy\.epsilonMax does not count the exact sums that have left this node .*"exactSums":2/)]);
    expect([said(fresh({ ...NO_SETTINGS, ceiling }), 0), said(fresh(), 2)]).toEqual([[], []]);
  });
});

describe("what this node answers", () => {
  test("is in its ledger before it is in the outbox, and the link is told", async () => {
    const { node, tell, kicks } = fresh();
    await tell(PROPOSED);
    expect(node.pending(CENTRE, 0)).toEqual([]);
    node.charters.sign(DIGEST);
    expect(node.pending(CENTRE, 0).map(({ seq }) => seq)).toEqual([1]);
    expect(node.egress.ledger.lines(null, null)).toMatchObject([{ kind: "charter-answered", recipient: CENTRE, session: "-", atMs: NOW_MS }]);
    expect([kicks(), node.highestSeq(CENTRE)]).toEqual([1, 1]);
    node.acknowledged(CENTRE, 1);
    expect(node.pending(CENTRE, 0)).toEqual([]);
  });
});

describe("a training", () => {
  const inForce = async () => {
    const stage = fresh();
    await stage.tell(PROPOSED);
    stage.node.charters.sign(DIGEST);
    await stage.tell(IN_FORCE);
    return stage;
  };

  test("under a charter that is not in force here is not begun, and a person can read why", async () => {
    const { node, tell, logger } = fresh();
    await tell(PROPOSED);
    expect(await tell(OFFER, { session: SESSION })).toMatchObject({ kind: "received" });
    expect(node.trainings.statuses()).toEqual([]);
    expect(logger.lines.join()).toContain("not in force here");
    expect(node.pending(CENTRE, 0)).toEqual([]);
  });

  test("with another plan than the charter's is declined before any row is read", async () => {
    const { node, tell } = await inForce();
    await tell(OFFER, { session: SESSION });
    expect(node.egress.ledger.lines(SESSION, null)).toMatchObject([{ kind: "declined", meaning: "this node refuses, by rule TRAINING_PLAN" }]);
  });

  test.each([
    ["that the charter does not allow", { kind: "categories", cohort: [], dimension: "job", top: 3, nanoRho: 0 }], ["that cannot be read", { kind: "everything" }], ["that is missing", null],
  ])("is declined for a query %s: nothing follows from it that this node could take part in", async (_, query) => {
    const { node, tell, logger } = await inForce();
    const body = { question: "statistics.ask", plan: "00".repeat(32), ...(query === null ? {} : { query }) };
    const asks = signEntry({ ...statement(CENTRE, "session.offer", body).statement, session: SESSION }, signerOf(CENTRE));
    expect(await tell({ kind: "offer", to: SELF, offer: asks }, { session: SESSION })).toMatchObject({ kind: "received" });
    expect(node.egress.ledger.lines(SESSION, null)).toMatchObject([{ kind: "declined", meaning: "this node refuses, by rule NODE_REFUSED" }]);
    expect(node.trainings.statuses()).toEqual([]);
    expect(logger.lines.join()).toContain("request.query");
    // The session is over here, and what comes in it changes nothing.
    node.recover();
    expect(node.egress.ledger.lines(SESSION, null)).toHaveLength(1);
  });

  test("is under one charter: a letter in it that names another is refused", async () => {
    const { tell } = await inForce();
    await tell(OFFER, { session: SESSION });
    const about = { session: SESSION, charter: "00".repeat(32) as Digest };
    expect(await tell({ kind: "ciphertexts", to: SELF, present: [], ciphertexts: {} }, about)).toMatchObject({ kind: "refused", code: "WIRE_CHARTER" });
  });

  test("that cannot be taken up after a restart keeps no other from going on", async () => {
    const { node, logger } = await inForce();
    const journal = new Journal(node.store.database, () => NOW_MS);
    journal.openSession("11".repeat(16), "training.participant", { open: { charter: "no digest", offer: offer.bytes, atMs: NOW_MS }, secret: seedOf("first") });
    journal.openSession(SESSION, "training.participant", { open: { charter: DIGEST, offer: offer.bytes, atMs: NOW_MS }, secret: seedOf("second") });
    node.recover();
    expect(node.egress.ledger.lines(SESSION, null)).toMatchObject([{ kind: "declined" }]);
    expect(logger.lines.filter((line) => line.includes("could not be taken up"))).toEqual([expect.stringContaining("11".repeat(16))]);
  });

  test("that this node never heard of is nobody's business", async () => {
    const { tell, node } = await inForce();
    expect(await tell({ kind: "ciphertexts", to: SELF, present: [], ciphertexts: {} }, { session: "77".repeat(16) as SessionId })).toMatchObject({ kind: "received" });
    expect(node.trainings.statuses()).toEqual([]);
  });
});
