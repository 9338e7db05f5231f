import { describe, expect, test } from "@jest/globals";
import type { CharterAnswered } from "@cohortium/protocol/session/membership";
import type { Digest, PartyId } from "@cohortium/protocol/session/ids";
import type { Json } from "@cohortium/crypto/canonical-json";
import { encodeEvent } from "@cohortium/protocol/session/codec";
import { Charters } from "../src/charters.js";
import { CENTRE, draft, HARBOUR, MILL, office, PARTIES, QUARRY, statement } from "./stage.js";

const fresh = (enrolled?: readonly PartyId[]) => {
  const stage = office(enrolled);
  return { stage, charters: new Charters(stage) };
};
const proposed = () => {
  const { stage, charters } = fresh();
  return { stage, charters, digest: charters.propose(draft()) };
};
const admit = (work: () => void) => (work(), true);
const answers = (charters: Charters, message: CharterAnswered, admitted: (work: () => void) => boolean = admit) => charters.answered(message, admitted);
const signature = (from: PartyId, digest: string): CharterAnswered => ({ kind: "charter-answered", from, answer: statement(from, "charter.signature", { digest }, digest), atMs: 0 });
const refusal = (from: PartyId, digest: string, body: Json = { digest, reason: "too broad" }): CharterAnswered =>
  ({ kind: "charter-answered", from, answer: statement(from, "charter.refusal", body, digest), atMs: 0 });
const signAll = (charters: Charters, digest: string, names = PARTIES) => names.forEach((name) => answers(charters, signature(name, digest)));
const types = (stage: ReturnType<typeof office>) => stage.log.map(({ statement: { type, actor } }) => `${type} by ${actor}`);

describe("a draft", () => {
  test("can be looked at before it is proposed, and nothing happens", () => {
    const { stage, charters } = fresh();
    const plan = charters.plan(draft());
    expect(plan).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), changes: [], charter: { operator: { name: CENTRE } } });
    expect([stage.log, stage.posted, charters.views()]).toEqual([[], [], []]);
  });

  test("is compared with the charter of that name in force", () => {
    const { charters, digest } = proposed();
    expect(charters.plan(draft({ quorum: 3, purpose: "something else" })).changes).toEqual([]);
    signAll(charters, digest);
    expect(charters.plan(draft({ purpose: "something else" })).changes).toHaveLength(1);
    expect(charters.plan(draft({ name: "another" })).changes).toEqual([]);
  });

  test.each([
    ["is another consortium's", { consortium: "elsewhere" }, "CHARTER_CONSORTIUM"], ["has ended before anybody signed it", { notBefore: "2026-01-01T00:00:00Z", expires: "2026-12-15T10:00:00Z" }, "CHARTER_EXPIRED"],
  ])("that %s is refused before anybody sees it", (_, change, code) => {
    const { stage, charters } = fresh();
    expect(() => charters.propose(draft(change))).toThrow(expect.objectContaining({ code, exitCode: 4 }));
    expect([stage.log, stage.posted]).toEqual([[], []]);
  });

  test.each([
    ["breaks a rule", PARTIES, draft({ minimumParties: 2 })], ["is no draft", PARTIES, 7], ["names somebody who is not enrolled", [HARBOUR, MILL], draft()],
  ] as const)("that %s is refused with what to do, and not logged", (_, enrolled, json) => {
    const { stage, charters } = fresh(enrolled);
    expect(() => charters.propose(json)).toThrow(expect.objectContaining({ code: "CHARTER_REFUSED", detail: expect.stringContaining("to do:") }));
    expect([stage.log, stage.posted]).toEqual([[], []]);
  });

  test("with a revoked party is refused", () => {
    const { stage, charters } = fresh();
    stage.parties.revoke(MILL);
    expect(() => charters.propose(draft())).toThrow(expect.objectContaining({ code: "CHARTER_REFUSED" }));
  });
});

describe("a proposal", () => {
  test("is signed by the operator, logged, and sent to every party", () => {
    const { stage, charters, digest } = proposed();
    expect(types(stage)).toEqual([`charter by ${CENTRE}`]);
    expect(stage.posted.map(({ message, key, charter }) => [message.kind, message.to, key, charter])).toEqual(PARTIES.map((name) => ["charter-proposed", name, `charter/${digest}/proposed`, digest]));
    expect(charters.views()).toMatchObject([{ digest, name: "tiny", state: "proposed", signatures: [], refusals: [] }]);
    expect(charters.inForce(digest)).toBeNull();
  });

  test("made again is the same one", () => {
    const { stage, charters, digest } = proposed();
    expect(charters.propose(draft())).toBe(digest);
    expect([stage.log.length, charters.views().length]).toEqual([1, 1]);
  });
});

describe("an answer", () => {
  test("is kept and logged; the last signature puts the charter in force, and every party gets all of them", () => {
    const { stage, charters, digest } = proposed();
    signAll(charters, digest, [HARBOUR, MILL]);
    expect([charters.inForce(digest), charters.view(digest).signatures]).toEqual([null, [HARBOUR, MILL]]);
    signAll(charters, digest, [QUARRY]);
    expect(charters.inForce(digest)?.name).toBe("tiny");
    const inForce = stage.posted.flatMap(({ message }) => (message.kind === "charter-in-force" ? [[message.to, message.signatures.map((entry) => entry.statement.actor)]] : []));
    expect(inForce).toEqual(PARTIES.map((name) => [name, PARTIES]));
    expect(types(stage)).toEqual([`charter by ${CENTRE}`, ...PARTIES.map((name) => `charter.signature by ${name}`)]);
  });

  test("that refuses ends the charter for good, with its reason", () => {
    const { charters, digest } = proposed();
    answers(charters, refusal(MILL, digest));
    expect(charters.view(digest)).toMatchObject({ state: "refused", refusals: [{ party: MILL, reason: "too broad" }] });
    signAll(charters, digest, [HARBOUR, QUARRY]);
    answers(charters, signature(MILL, digest));
    expect([charters.inForce(digest), charters.view(digest).state]).toEqual([null, "refused"]);
  });

  test("that refuses at length is shown short", () => {
    const { charters, digest } = proposed();
    answers(charters, refusal(MILL, digest, { digest, reason: "x".repeat(900) }));
    expect(charters.view(digest).refusals).toEqual([{ party: MILL, reason: "x".repeat(500) }]);
  });

  test.each([
    ["about a charter nobody proposed", () => signature(MILL, "00".repeat(32))],
    ["of a party that the charter does not name", (digest: string) => signature("tower" as PartyId, digest)],
    ["that another party signed", (digest: string) => ({ ...signature(QUARRY, digest), from: MILL })],
    ["in another's name", (digest: string) => ({ ...signature(MILL, digest), answer: { ...signature(MILL, digest).answer, sig: signature(QUARRY, digest).answer.sig } })],
    ["that refuses in a form no auditor can read", (digest: string) => refusal(MILL, digest, { digest, reason: 7 })],
    ["that is another kind of statement", (digest: string) => ({ ...signature(MILL, digest), answer: statement(MILL, "session.offer", { digest }, digest) })],
  ])("%s changes nothing, but is taken off the link", (_, make) => {
    const { stage, charters, digest } = proposed();
    let taken = 0;
    answers(charters, make(digest), (work) => (taken++, work(), true));
    expect([taken, charters.view(digest).signatures, stage.log.length]).toEqual([1, [], 1]);
    expect(stage.lines.join()).toContain("not acceptable");
  });

  test("comes once a party: a second one does not replace the first", () => {
    const { charters, digest } = proposed();
    signAll(charters, digest, [MILL]);
    answers(charters, refusal(MILL, digest));
    expect(charters.view(digest)).toMatchObject({ state: "proposed", signatures: [MILL], refusals: [] });
  });
});

test("after a restart everything is said again, under the same keys and with the same entries", () => {
  const { stage, charters, digest } = proposed();
  signAll(charters, digest);
  const before = new Map(stage.posted.map((letter) => [`${letter.key} to ${letter.message.to}`, letter.message]));
  stage.posted.length = 0;
  new Charters(stage).recover();
  expect(new Map(stage.posted.map((letter) => [`${letter.key} to ${letter.message.to}`, letter.message]))).toEqual(before);
});

describe("a charter kept under older rules that breaks a newer one", () => {
  const old = "0d".repeat(32);
  const kept = () => {
    const { stage, charters, digest } = proposed();
    signAll(charters, digest);
    const { charter } = charters.view(digest);
    const narrow = { ...(charter as { readonly [member: string]: Json }), quorum: 2 };
    stage.database.prepare("INSERT INTO charters VALUES (?, 'in-force', ?, ?, ?)").run(old, encodeEvent(narrow), statement(CENTRE, "charter", { digest: old, charter: narrow }, old).bytes, 1);
    return { stage, digest, restarted: new Charters(stage) };
  };

  test("lets a restart go on with all others, and the process's log says which charter it is and which rule it breaks", () => {
    const { stage, digest, restarted } = kept();
    restarted.recover();
    expect([restarted.views().map((view) => view.digest), restarted.inForce(digest) === null]).toEqual([[digest], false]);
    expect(stage.lines.filter((line) => line.includes("newer than it"))).toEqual([expect.stringMatching(new RegExp(`${old}.*quorum\\.range at /quorum`))]);
  });

  test("is in force no more: nobody is party to it, and whoever asks for it is told the rule", () => {
    const { restarted, digest } = kept();
    expect([restarted.inForce(old), restarted.isParty(MILL, old), restarted.outdated(digest)]).toEqual([null, false, null]);
    expect(restarted.outdated(old)).toMatchObject({ code: "CHARTER_OUTDATED", rule: "quorum.range", exitCode: 4 });
    expect(() => restarted.view(old)).toThrow(expect.objectContaining({ code: "CHARTER_OUTDATED" }));
    answers(restarted, signature(MILL, old));
    expect(restarted.inForce(old)).toBeNull();
  });
});

test("a charter nobody knows is not there", () => {
  const { charters } = fresh();
  expect(() => charters.view("00".repeat(32))).toThrow(expect.objectContaining({ code: "CHARTER_UNKNOWN" }));
  expect(charters.inForce("00".repeat(32) as Digest)).toBeNull();
});
