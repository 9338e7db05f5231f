import { describe, expect, test } from "@jest/globals";
import { fromUtf8, toBase64, toHex, utf8 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { applyMasks } from "@cohortium/crypto/masking";
import { bytesOfWords } from "@cohortium/crypto/words";
import { audit, type AuditOptions } from "../../src/log/audit.js";
import { recomputeSum } from "../../src/log/audit-sums.js";
import { cosign } from "../../src/log/cosignature.js";
import { maskKey } from "../../src/log/mask-key.js";
import type { Entry, EntryType } from "../../src/log/entry.js";
import { at, codesUnder, digestOf, HONEST, retold, under } from "./retold.js";
import { CHARTER, filesOf, keyText, LOG_KEY, pairKey, PARTIES, say, selfSeed, signerOf, sourceOf, wordsOf, type Files } from "./small-log.js";

// Logs a coordinator could write by itself, or with the answers of nodes that cannot know better, in which every signature and sum is right.
const FULL: AuditOptions = { logKey: LOG_KEY, rounds: recomputeSum };

const run = (files: Files) => audit(sourceOf(files), FULL);
const codesOf = (files: Files) => run(files).findings.map(({ entry, code }) => [entry, code]);

const withoutAll = (gone: (entry: Entry) => boolean) => HONEST.filter((entry) => !gone(entry));
const inRound = (round: number, ...types: EntryType[]) => ({ statement }: Entry) => statement.round === round && types.includes(statement.type);
const indexIn = (entries: readonly Entry[], type: EntryType, round = 0) => entries.findIndex(({ statement }) => statement.type === type && statement.round === round);

test("telling the honest log again is no change", () => {
  expect(run(filesOf(under(CHARTER)))).toMatchObject({ verified: true, sumsRecomputed: 3 });
});

describe("a sum that is taken but not logged", () => {
  test("is missed at the next offer", () => {
    const hidden = withoutAll(inRound(2, "round.unmask", "round.result"));
    expect(codesOf(filesOf(hidden))).toEqual([[indexIn(hidden, "round.offer", 3), "ROUND_ORDER"]]);
  });

  test("is missed at the close", () => {
    const hidden = withoutAll(inRound(3, "round.unmask", "round.result"));
    expect(codesOf(filesOf(hidden))).toEqual([[indexIn(hidden, "session.close"), "ROUND_ORDER"]]);
  });

  test("is missed by its number", () => {
    const hidden = withoutAll(({ statement }) => statement.round === 2);
    expect(codesOf(filesOf(hidden))[0]).toEqual([indexIn(hidden, "round.offer", 3), "ROUND_ORDER"]);
  });

  test("is nothing to object to where the log ends, or the training was given up", () => {
    const cut = HONEST.slice(0, at("round.unmask", "harbour", 2));
    expect(run(filesOf(cut)).verified).toBe(true);
    expect(run(filesOf([...cut, say("hub", "session.abort", { code: "SESSION_CANCELLED" })])).verified).toBe(true);
  });
});

describe("a session", () => {
  test.each([
    ["has no round after its close", say("hub", "round.offer", (HONEST[at("round.offer", "hub", 3)] as Entry).statement.body, { round: 4 })],
    ["is closed once", say("hub", "session.close", { model: "ab".repeat(32), evaluation: "cd".repeat(32) })],
    ["keeps no model after its close", say("hub", "model", { kind: "newton", hash: "ab".repeat(32), iteration: 7 })],
  ])("%s", (_, entry) => expect(codesOf(filesOf([...HONEST, entry]))).toContainEqual([HONEST.length, "ROUND_ORDER"]));

  test("is over with its abort", () => {
    const early = at("round.offer", "hub", 3);
    const aborted = HONEST.toSpliced(early, 0, say("hub", "session.abort", { code: "SESSION_CANCELLED" }));
    expect(codesOf(filesOf(aborted))[0]).toEqual([early + 1, "ROUND_ORDER"]);
  });

  test("is offered, and once", () => {
    const offer = at("session.offer");
    expect(codesOf(filesOf(HONEST.toSpliced(offer, 1)))[0]).toEqual([offer, "ROUND_ORDER"]);
    const again = say("hub", "session.offer", (HONEST[offer] as Entry).statement.body, { at: "2026-11-22T11:00:00Z" });
    expect(codesOf(filesOf(HONEST.toSpliced(30, 0, again)))).toEqual([[30, "ROUND_SECOND"]]);
  });

  test("stays under the charter it was offered under", () => {
    const other: Json = { ...(CHARTER as object), quorum: 4 };
    const proposed = say("hub", "charter", { digest: digestOf(other), charter: other }, { charter: digestOf(other), session: "-" });
    const model = HONEST.findIndex(({ statement }) => statement.type === "model");
    const moved = say("hub", "model", (HONEST[model] as Entry).statement.body, { round: 1, charter: digestOf(other) });
    expect(codesOf(filesOf(HONEST.with(model, moved).toSpliced(10, 0, proposed)))).toEqual([[model + 1, "CHARTER_OTHER"]]);
  });
});

describe("an offer", () => {
  const offer = (round: number, parties: readonly string[]) => filesOf(retold(at("round.offer", "hub", round), (body) => ({ ...body, parties })));

  test("takes nobody in again who dropped out of the round before", () => {
    expect(codesOf(offer(3, PARTIES))).toContainEqual([at("round.offer", "hub", 3), "ROUND_PARTY"]);
  });

  test("asks in the first round everybody who is ready", () => {
    expect(codesOf(offer(1, PARTIES.slice(0, 3)))).toContainEqual([at("round.offer", "hub", 1), "ROUND_PARTY"]);
  });

  test("asks all survivors again where the charter ends a training with a dropout, and needs all of them", () => {
    const ending: Json = { ...(CHARTER as object), aggregation: { dropouts: "end" } };
    expect(codesUnder(ending)).toEqual([[at("round.survivors", "hub", 2), "ROUND_TOO_FEW"]]);
    const third = at("round.offer", "hub", 3);
    const fewer = under(ending, third, (body) => ({ ...body, parties: ["harbour", "mill"] }));
    expect(codesOf(filesOf(fewer))).toContainEqual([third, "ROUND_PARTY"]);
  });
});

describe("the masks of a round", () => {
  test("are between the parties its offer names: a key shared with another is not needed", () => {
    const orphans = { quarry: toBase64(pairKey("harbour", "quarry", 3)) };
    const unmask = at("round.unmask", "harbour", 3);
    expect(codesOf(filesOf(retold(unmask, (body) => ({ ...body, orphans }))))).toEqual([[unmask, "ROUND_KEYS"]]);
  });

  test("are recovered for survivors only", () => {
    const result = at("round.result", "hub", 2);
    const orphans = { quarry: { orchard: toBase64(pairKey("orchard", "quarry", 2)), zebra: toBase64(pairKey("zebra", "quarry", 2)) } };
    const recovered = { self: { orchard: toBase64(selfSeed("orchard", 2)) }, orphans };
    expect(codesOf(filesOf(retold(result, (body) => ({ ...body, recovered }))))).toEqual([[result, "ROUND_KEYS"]]);
  });
});

describe("a coordinator that makes up the seed of a silent party", () => {
  const result = at("round.result", "hub", 2);
  const [genuine, madeUp] = [selfSeed("orchard", 2), new Uint8Array(32).fill(7)];
  const offer = HONEST[at("round.offer", "hub", 2)]?.id ?? "";
  /** The true sum, with the mask that was there put back and another taken away. */
  const sum = wordsOf(64, [17, 11, 19, 13, 17]);
  applyMasks(sum, [{ key: maskKey(genuine, offer, "self"), sign: 1 }, { key: maskKey(madeUp, offer, "self"), sign: -1 }], 0);
  const said = (body: { [member: string]: Json }): Json =>
    ({ ...body, root: toHex(chunkRoot(bytesOfWords(sum))), recovered: { ...(body["recovered"] as object), self: { orchard: toBase64(madeUp) } } });

  test("is found by what that party committed to, though the sum it then logs is that of the uploads", () => {
    expect(codesOf(filesOf(retold(result, said)))).toEqual([[result, "ROUND_KEYS"]]);
  });

  test("control: were the commitment the coordinator's to say, the sum it chose would be verified", () => {
    const commits = at("shares", "orchard");
    const [one, , three] = [1, 2, 3].map((round) => toHex(sha256(selfSeed("orchard", round))));
    const complicit = retold(commits, () => ({ selfSeeds: [one ?? "", toHex(sha256(madeUp)), three ?? ""] }));
    const { type, body, actor, ...frame } = (complicit[result] as Entry).statement;
    expect(codesOf(filesOf(complicit.with(result, say(actor, type, said(body as { [member: string]: Json }), frame))))).toEqual([]);
  });
});

describe("a coordinator that enrols a key of its own for a party", () => {
  const own = say("hub", "enrolment", { party: "mill", signingKey: keyText("mallory"), agreementKey: keyText("mallory"), certificate: "cd".repeat(32) }, { charter: "-", session: "-" });
  const signature = at("charter.signature", "mill");

  test("cannot sign a charter for it", () => {
    const forged = say("mill", "charter.signature", (HONEST[signature] as Entry).statement.body, { session: "-", signer: "mallory" });
    expect(codesOf(filesOf(HONEST.with(signature, forged).toSpliced(signature, 0, own)))).toEqual([[signature + 1, "ENTRY_SIGNATURE"]]);
  });

  test("cannot answer for it in a round", () => {
    const agree = at("round.agree", "mill", 1);
    const forged = say("mill", "round.agree", (HONEST[agree] as Entry).statement.body, { round: 1, signer: "mallory" });
    expect(codesOf(filesOf(HONEST.with(agree, forged).toSpliced(signature, 0, own)))).toEqual([[agree + 1, "ENTRY_SIGNATURE"]]);
  });

  test("cannot be its own witness under that name", () => {
    const files = filesOf([...HONEST, own]);
    const note = fromUtf8(files.get("checkpoint") as Uint8Array);
    const lines = [["mill", "mallory"], ["quarry", "quarry"]].map(([name = "", key = ""], i) => cosign(note, { name, signer: signerOf(key) }, 1_795_000_000 + i));
    files.set("checkpoint", utf8(`${note}${lines.join("\n")}\n`));
    expect(run(files)).toMatchObject({ verified: true, checks: expect.arrayContaining([{ name: "witnesses", count: 1, ok: true }]) });
  });

  test("changes nothing about what the party signed and signs with the key in the charter", () => {
    expect(run(filesOf(HONEST.toSpliced(signature, 0, own))).verified).toBe(true);
  });
});

describe("a roster", () => {
  const roster = at("roster");
  const changed = (change: object) => codesOf(filesOf(retold(roster, (body) => ({ ...body, ...change }))));

  test.each([
    ["lets two of four open a sum", { threshold: 2 }],
    ["is content with fewer survivors than the charter", { minimum: 2 }],
    ["asks for more survivors than the charter", { minimum: 4 }],
  ])("that %s is named", (_, change) => expect(changed(change)).toEqual([[roster, "ROUND_TOO_FEW"]]));

  test("may ask for more helpers than are due", () => {
    // Then it is the second round that has too few.
    expect(changed({ threshold: 4 })[0]).toEqual([at("round.survivors", "hub", 2), "ROUND_TOO_FEW"]);
  });

  test("is held to the charter's quorum", () => {
    const strict: Json = { ...(CHARTER as object), quorum: 4 };
    expect(codesUnder(strict)).toEqual([[roster, "ROUND_TOO_FEW"]]);
  });

  test("names nobody from outside the charter, whatever other charter it comes from", () => {
    const other: Json = { ...(CHARTER as object), parties: [...PARTIES, "zebra"].map((name) => ({ name, signingKey: keyText(name), agreementKey: keyText(name) })) };
    const proposed = say("hub", "charter", { digest: digestOf(other), charter: other }, { charter: digestOf(other), session: "-" });
    const bundle = say("zebra", "bundle", { x25519: keyText("zebra"), mlkem: "ab".repeat(32) }, { charter: digestOf(other) });
    const bundles = (body: { [member: string]: Json }) => ({ ...(body["bundles"] as object), zebra: bundle.id });
    const files = filesOf(retold(roster, (body) => ({ ...body, threshold: 4, parties: [...PARTIES, "zebra"], bundles: bundles(body) })).toSpliced(roster, 0, proposed, bundle));
    expect(codesOf(files).slice(0, 2)).toEqual([[roster + 1, "CHARTER_OTHER"], [roster + 2, "ROUND_PARTY"]]);
  });
});
