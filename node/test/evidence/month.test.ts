import { describe, expect, test } from "@jest/globals";
import { Secret } from "@cohortium/crypto/secret";
import type { Json } from "@cohortium/crypto/canonical-json";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import { checkDocument } from "@cohortium/protocol/session/signed-document";
import { signEntry } from "@cohortium/protocol/log/entry";
import { encodeFromNode } from "@cohortium/protocol/wire/from-node";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { NO_NODE } from "../../src/data/import-rows.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import { EgressAccount } from "../../src/evidence/egress-account.js";
import { evidenceRoutes } from "../../src/evidence/evidence-api.js";
import { monthOf } from "../../src/evidence/month.js";
import { keepNotes } from "../../src/store/session-notes.js";
import { CohortiumNode } from "../../src/node.js";
import { DEFAULT_GATE } from "../../src/rows/session-rows.js";
import { openNodeDatabase } from "../../src/database.js";
import { CENTRE, CHARTER, COORDINATOR, DIGEST, MILL, NOW_MS, proposalOf, QUARRY, recordingLogger, seedOf, SELF, SESSION, signerOf, statement } from "../stage.js";

const DECEMBER = "2026-12";

function place() {
  const node = new CohortiumNode({
    self: SELF, signer: signerOf(SELF), agreementSecret: new Secret(seedOf(SELF, "agreement")), coordinator: COORDINATOR, database: openNodeDatabase(":memory:"), spool: scratchFolder(),
    feed: { rows: { path: "/nowhere.csv", delimiter: ";", quote: '"', keyColumn: null }, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE },
    logger: recordingLogger(), metrics: createMetrics(), nowMs: () => NOW_MS, kick: () => undefined, cosign: () => undefined,
  });
  const signer = signerOf(SELF);
  const routes = evidenceRoutes({
    party: SELF, signer, signingKey: signer.publicKey, node, account: new EgressAccount(node.store.database), versions: { protocol: "1" }, nowMs: () => NOW_MS,
    deletions: { receipts: () => [{ id: "0a".repeat(16), atMs: NOW_MS, receipt: { v: 1, kind: "deletion-receipt", signingKey: "", sig: "", rowsNow: 2, commitment: "ab" } }, { id: "0b".repeat(16), atMs: 5, receipt: { v: 1, kind: "deletion-receipt", signingKey: "", sig: "" } }], marksOf: (session) => (session === SESSION ? [NOW_MS] : []) },
  });
  const call = async (method: "GET" | "POST", query: Readonly<Record<string, string>>, body: unknown = undefined): Promise<Json> => {
    const route = routes.find((one) => one.method === method);
    const reply = await route?.handle({ params: {}, query, headers: {}, body, signal: new AbortController().signal });
    if (reply?.kind !== "json") throw new Error("JSON is answered");
    return reply.body as Json;
  };
  return { node, call };
}

function say(node: CohortiumNode, key: string, atMs: number, session: string, clause = "QUALITY_NULLS"): void {
  const message = { kind: "declined", from: SELF, code: "DATA_REFUSED", clause, atMs } as const;
  node.egress.letter({ key, message, payload: encodeFromNode(message) }, { recipient: CENTRE, session, atMs, perPartner: "own" }, () => undefined);
}

describe("a month's evidence", () => {
  test("tells what ended or left in that month, under which charter, who signed it, and what was refused, removed and left out", async () => {
    const { node, call } = place();
    const admit = (work: () => void) => (work(), true);
    node.charters.proposed({ kind: "charter-proposed", to: SELF, proposal: proposalOf(CHARTER) }, admit);
    node.charters.sign(DIGEST);
    node.charters.inForce({ kind: "charter-in-force", to: SELF, proposal: proposalOf(CHARTER), signatures: [SELF, MILL, QUARRY].map((name) => (name === SELF ? ownSignature(node) : statement(name, "charter.signature", { digest: DIGEST }))) }, admit);
    say(node, "a", NOW_MS, SESSION);
    say(node, "old", Date.UTC(2026, 10, 30), "77".repeat(16));
    node.store.keepTraining({ session: SESSION, charter: DIGEST, endedMs: NOW_MS + 5, outcome: { kind: "aborted", code: "X", because: "a node refused" } });
    keepNotes(node.store.database, SESSION, [{ code: "DATA_NO_CONSENT", column: "optin", rule: "only people who agreed", count: 12 }], NOW_MS);
    expect(await call("GET", { month: DECEMBER })).toMatchObject({
      party: SELF, month: DECEMBER, isWhole: false, from: "2026-12-01T00:00:00.000Z", to: "2027-01-01T00:00:00.000Z",
      charters: [{ digest: DIGEST, name: "tiny", purpose: "to be tested", mechanism: "none", ownAnswerLine: 1, signatures: [{ party: SELF }, { party: MILL }, { party: QUARRY }] }],
      sessions: [{ session: SESSION, charter: DIGEST, asked: expect.stringMatching(/^the training \S+, of a model of kind logistic$/), outcome: "aborted", says: "a node refused", result: null, vectors: 0, madeBeforeDeletions: ["2026-12-15T10:00:00.000Z"] }],
      egress: { messages: 2, kinds: [{ kind: "charter-answered", messages: 1 }, { kind: "declined", messages: 1 }], recipients: [{ recipient: CENTRE, messages: 2 }], days: [{ day: "2026-12-15", messages: 2 }], firstLine: 1, lastLine: 2 },
      refusals: [{ line: 2, session: SESSION, says: "this node refuses, by rule DATA_REFUSED" }],
      deletions: [{ id: "0a".repeat(16), rowsThen: 2 }], leftOut: [{ session: SESSION, code: "DATA_NO_CONSENT", column: "optin", count: 12 }],
      versions: { protocol: "1" },
    });
    expect(JSON.stringify(await call("GET", { month: DECEMBER }))).not.toContain("commitment");
  });

  test("of a month in which nothing happened is empty, and whole once it is over", async () => {
    expect(await place().call("GET", { month: "2026-09" })).toMatchObject({ isWhole: true, sessions: [], charters: [], egress: { messages: 0, firstLine: null }, refusals: [], deletions: [] });
  });

  test.each(["2026-13", "2026", "", "November"])("of %j is refused", async (month) => {
    await expect(place().call("GET", { month })).rejects.toMatchObject({ code: "REQUEST_MONTH" });
    expect(monthOf(month)).toBeNull();
  });

  test("is signed by the node's key, as evidence and nothing else", async () => {
    const signed = await place().call("POST", {}, { month: DECEMBER, form: "html", sha256: "ab".repeat(32) });
    expect(checkDocument(signed, "evidence-report", signerOf(SELF).publicKey)).toMatchObject({ kind: "good", document: { month: DECEMBER, sha256: "ab".repeat(32), at: "2026-12-15T10:00:00.000Z" } });
    expect(checkDocument(signed, "deletion-receipt", signerOf(SELF).publicKey).kind).toBe("unsound");
    await expect(place().call("POST", {}, { month: DECEMBER, form: "html", sha256: "no digest" })).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });
});

test("a month begins and ends in UTC, also December and February", () => {
  expect(monthOf("2026-12")).toEqual({ name: "2026-12", fromMs: Date.UTC(2026, 11, 1), toMs: Date.UTC(2027, 0, 1) });
  expect((monthOf("2028-02")?.toMs ?? 0) - (monthOf("2028-02")?.fromMs ?? 0)).toBe(29 * 86_400_000);
});

/** What this node itself said, so that the line of its ledger can be named. */
function ownSignature(node: CohortiumNode) {
  const at = "2026-12-15T10:00:00.000Z";
  expect(node.charters.view(DIGEST).state).toBe("signed");
  return signEntry({ v: 1, type: "charter.signature", actor: SELF, at, charter: DIGEST, session: "-", round: 0, body: { digest: DIGEST } }, signerOf(SELF));
}
