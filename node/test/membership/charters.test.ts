import { describe, expect, test } from "@jest/globals";
import { toBase64 } from "@cohortium/crypto/bytes";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import type { Entry } from "@cohortium/protocol/log/entry";
import { entrySignedBy, signEntry } from "@cohortium/protocol/log/entry";
import { logVerifierKey } from "@cohortium/protocol/log/checkpoint";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import type { CharterAnswered } from "@cohortium/protocol/session/membership";
import { Charters } from "../../src/membership/charters.js";
import { NodeStore } from "../../src/store/node-store.js";
import { openNodeDatabase } from "../../src/database.js";
import { CENTRE, CHARTER, CHARTER_JSON, charterOf, COORDINATOR, DIGEST, MILL, NOW_MS, ORIGIN, proposalOf, QUARRY, recordingLogger, seedOf, SELF, signerOf, statement } from "../stage.js";

const admit = (work: () => void) => (work(), true);
const fresh = () => {
  const posted: CharterAnswered[] = [];
  const store = new NodeStore(openNodeDatabase(":memory:"));
  const logger = recordingLogger();
  const charters = new Charters({
    self: SELF, signer: signerOf(SELF), agreementPublic: x25519PublicKey(seedOf(SELF, "agreement")), coordinator: COORDINATOR, store, logger, nowMs: () => NOW_MS,
    post: (_, message) => void posted.push(message),
  });
  return { charters, posted, store, logger };
};
const PROPOSAL = proposalOf(CHARTER);
const signature = (party: string, charter: string = DIGEST) => statement(party, "charter.signature", { digest: charter }, charter);
const ALL = [SELF, MILL, QUARRY].map((name) => signature(name));
const propose = (charters: Charters, proposal: Entry = PROPOSAL) => charters.proposed({ kind: "charter-proposed", to: SELF, proposal }, admit);
const inForce = (charters: Charters, signatures: readonly Entry[] = ALL, proposal: Entry = PROPOSAL) =>
  charters.inForce({ kind: "charter-in-force", to: SELF, proposal, signatures }, admit);
const signed = () => {
  const stage = fresh();
  propose(stage.charters);
  stage.charters.sign(DIGEST);
  return stage;
};

describe("a proposal", () => {
  test("is kept for a person to decide, in words; nothing is answered by itself", () => {
    const { charters, posted } = fresh();
    expect(propose(charters)).toBeNull();
    expect(charters.views()).toMatchObject([{ digest: DIGEST, name: "tiny", state: "proposed", reason: "" }]);
    expect(charters.view(DIGEST).words.join(" ")).toContain("harbour");
    expect([posted, charters.charterInForce(DIGEST)]).toEqual([[], null]);
  });

  test("that comes again keeps its state", () => {
    const { charters } = signed();
    expect(propose(charters)).toBeNull();
    expect(charters.view(DIGEST).state).toBe("signed");
  });

  const parties = (change: object) => charterOf({ ...CHARTER_JSON, parties: CHARTER_JSON.parties.map((party) => (party.name === SELF ? { ...party, ...change } : party)) });
  const otherLog = { ...CHARTER_JSON.operator, logKey: logVerifierKey(`${ORIGIN}/2`, signerOf("log").publicKey) };
  test.each([
    ["by somebody else than the operator", proposalOf(CHARTER, MILL), "it is not the operator's"],
    ["that is another kind of statement", statement(CENTRE, "charter.signature", { digest: DIGEST }), "it is not the operator's"],
    ["that breaks the rules of charters", statement(CENTRE, "charter", { digest: DIGEST, charter: { ...CHARTER_JSON, minimumParties: 2 } }), "it breaks "],
    ["without a charter", statement(CENTRE, "charter", { digest: DIGEST }), "it breaks "],
    ["whose body is no object", statement(CENTRE, "charter", [1]), "it breaks "],
    ["under another digest than its own", statement(CENTRE, "charter", { digest: DIGEST, charter: CHARTER_JSON }, "00".repeat(32)), "its digest is not its own"],
    ["that names another log", proposalOf(charterOf({ ...CHARTER_JSON, operator: otherLog })), "it names another operator or log than this node enrolled with"],
    ["that names another operator's key", proposalOf(charterOf({ ...CHARTER_JSON, operator: { ...CHARTER_JSON.operator, signingKey: toBase64(signerOf("x").publicKey) } })), "it names another operator or log than this node enrolled with"],
    ["with a foreign signing key under this node's name", proposalOf(parties({ signingKey: toBase64(signerOf("x").publicKey) })), "it does not name this node with its own keys"],
    ["with a foreign agreement key under this node's name", proposalOf(parties({ agreementKey: toBase64(x25519PublicKey(seedOf("x"))) })), "it does not name this node with its own keys"],
    ["without this node", proposalOf(parties({ name: "harbor" })), "it does not name this node with its own keys"],
  ])("%s is set aside, and nothing of it is kept", (_, proposal, because) => {
    const { charters } = fresh();
    expect(propose(charters, proposal)).toEqual(expect.stringContaining(because));
    expect(charters.views()).toEqual([]);
  });
});

describe("a person's decision", () => {
  test("to sign is a signature that the log and the other parties can check", () => {
    const { posted } = signed();
    expect(posted).toMatchObject([{ kind: "charter-answered", from: SELF, answer: { statement: { type: "charter.signature", actor: SELF, charter: DIGEST, body: { digest: DIGEST } } } }]);
    expect(entrySignedBy(posted[0]?.answer as Entry, signerOf(SELF).publicKey)).toBe(true);
  });

  test("to refuse is said with its reason, and is final", () => {
    const { charters, posted } = fresh();
    propose(charters);
    expect(charters.refuse(DIGEST, "too broad")).toMatchObject({ state: "refused", reason: "too broad" });
    expect(posted).toMatchObject([{ answer: { statement: { type: "charter.refusal", body: { digest: DIGEST, reason: "too broad" } } } }]);
    expect(() => charters.sign(DIGEST)).toThrow(expect.objectContaining({ code: "CHARTER_DECIDED" }));
    expect(posted).toHaveLength(1);
  });

  test("is taken once, and only about a charter this node knows", () => {
    const { charters } = signed();
    for (const again of [() => charters.sign(DIGEST), () => charters.refuse(DIGEST, "no")]) expect(again).toThrow(expect.objectContaining({ code: "CHARTER_DECIDED" }));
    for (const unknown of [() => charters.sign("00".repeat(32)), () => charters.view("00".repeat(32))]) expect(unknown).toThrow(expect.objectContaining({ code: "CHARTER_UNKNOWN" }));
  });

  test("to sign comes too late once the charter's time is over; to refuse never does", () => {
    const store = new NodeStore(openNodeDatabase(":memory:"));
    const charters = new Charters({
      self: SELF, signer: signerOf(SELF), agreementPublic: x25519PublicKey(seedOf(SELF, "agreement")), coordinator: COORDINATOR, store, logger: recordingLogger(),
      nowMs: () => Date.parse(CHARTER.expires), post: () => undefined,
    });
    propose(charters);
    expect(() => charters.sign(DIGEST)).toThrow(expect.objectContaining({ code: "CHARTER_EXPIRED", exitCode: 4 }));
    expect(charters.view(DIGEST).state).toBe("proposed");
    expect(charters.refuse(DIGEST, "too late")).toMatchObject({ state: "refused" });
  });

  test("that cannot be posted was not taken", () => {
    const store = new NodeStore(openNodeDatabase(":memory:"));
    const charters = new Charters({
      self: SELF, signer: signerOf(SELF), agreementPublic: x25519PublicKey(seedOf(SELF, "agreement")), coordinator: COORDINATOR, store, logger: recordingLogger(), nowMs: () => NOW_MS,
      post: () => { throw new Error("the disk is full"); },
    });
    propose(charters);
    expect(() => charters.sign(DIGEST)).toThrow("the disk is full");
    expect(charters.view(DIGEST).state).toBe("proposed");
  });
});

describe("a charter is in force", () => {
  test("once this node signed it and every party's signature is there", () => {
    const { charters } = signed();
    expect(inForce(charters)).toBeNull();
    expect(charters.charterInForce(DIGEST)).toEqual(CHARTER);
    expect(charters.view(DIGEST).state).toBe("in-force");
    expect(inForce(charters)).toBeNull();
  });

  const ofOther = signEntry({ ...signature(MILL).statement, body: { digest: DIGEST } }, signerOf(QUARRY));
  test.each([
    ["mill's signature missing", [signature(SELF), signature(QUARRY)]],
    ["mill's signature by another key", [signature(SELF), ofOther, signature(QUARRY)]],
    ["mill's signature of another charter", [signature(SELF), signature(MILL, "00".repeat(32)), signature(QUARRY)]],
    ["mill's refusal in its place", [signature(SELF), statement(MILL, "charter.refusal", { digest: DIGEST, reason: "" }), signature(QUARRY)]],
    ["quarry's signature twice", [signature(SELF), signature(QUARRY), signature(QUARRY)]],
  ])("not with %s", (_, signatures) => {
    const { charters } = signed();
    expect(inForce(charters, signatures)).toBe("the signature of mill is missing or not its own");
    expect(charters.charterInForce(DIGEST)).toBeNull();
  });

  test("not without this node's own signature among them", () => {
    expect(inForce(signed().charters, [signature(MILL), signature(QUARRY)])).toBe(`the signature of ${SELF} is missing or not its own`);
  });

  test("not if this node has not signed, has refused, or does not know it, whatever signatures are shown", () => {
    const { charters } = fresh();
    expect(inForce(charters)).toBe("this node does not know the charter");
    propose(charters);
    expect(inForce(charters)).toBe("this node has not signed it");
    charters.refuse(DIGEST, "no");
    expect(inForce(charters)).toBe("this node has not signed it");
    expect(charters.charterInForce(DIGEST)).toBeNull();
  });

  test("under its digest alone: a second charter does not lean on the first one's signatures", () => {
    const { charters } = signed();
    const other = charterOf({ ...CHARTER_JSON, name: "other" });
    propose(charters, proposalOf(other));
    charters.sign(charterDigest(other));
    expect(inForce(charters, ALL, proposalOf(other))).toContain("missing or not its own");
  });
});

test("a charter kept under older rules that breaks a newer one is of no use, whoever asks is told the rule, and nothing else stops", () => {
  const { charters, store, logger } = signed();
  const old = "0d".repeat(32);
  store.propose(old, statement(CENTRE, "charter", { digest: old, charter: { ...CHARTER_JSON, quorum: 2 } }, old));
  charters.recover();
  expect(logger.lines.filter((line) => line.includes("newer than it"))).toEqual([expect.stringMatching(new RegExp(`${old}.*quorum\\.range at /quorum`))]);
  expect(charters.charterInForce(old)).toBeNull();
  expect(charters.views().map(({ digest }) => digest)).toEqual([DIGEST]);
  for (const use of [() => charters.view(old), () => charters.sign(old), () => charters.refuse(old, "no"), () => charters.text(old)]) {
    expect(use).toThrow(expect.objectContaining({ code: "CHARTER_OUTDATED", rule: "quorum.range", exitCode: 4 }));
  }
  expect(inForce(charters, ALL)).toBeNull();
});
