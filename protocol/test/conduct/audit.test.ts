import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { LoggedOffer, LoggedRound } from "../../src/log/audit-milestones.js";
import type { EntryType } from "../../src/log/entry.js";
import { sessionAuditor } from "../../src/conduct/audit.js";
import { contextDigest } from "../../src/training/plan.js";
import { loggedTraining, tell, type Told } from "./logged-training.js";
import { tinyWords } from "../training/tiny-rows.js";

const { told: HONEST, check, plan: PLAN } = loggedTraining(["ada", "bob", "cleo", "dot"]);

type Body = Readonly<Record<string, Json>>;
const codesOf = (told: readonly Told[]) => check(told).findings.map(({ entry, code }) => [entry, code]);
const indexOf = (told: readonly Told[], type: EntryType, round = 0) => told.findIndex(({ statement }) => statement.type === type && statement.round === round);
const countOf = (type: EntryType) => HONEST.filter(({ statement }) => statement.type === type).length;
const LAST = countOf("round.offer");

/** The honest log with one statement's body changed. */
const changed = (index: number, change: Body) =>
  HONEST.map((one, i) => (i === index ? { ...one, statement: { ...one.statement, body: { ...(one.statement.body as Body), ...change } } } : one));

/** A whole round of the coordinator's own making, up to the agreements: it holds what it needs to open the sum, and logs no more. */
function crafted(round: number, change: Body): readonly Told[] {
  const offer = HONEST[indexOf(HONEST, "round.offer", round)];
  const parties = (offer?.statement.body as { parties: string[] }).parties;
  const uploads = HONEST.filter(({ statement }) => statement.type === "round.upload" && statement.round === round);
  const asks = tell("round.offer", "coordinator", { ...(offer?.statement.body as Body), ...change }, { round, at: "2026-11-22T11:00:00Z" });
  const answers = uploads.map(({ statement }) => tell("round.upload", statement.actor, { ...(statement.body as Body), offer: asks.id }, { round }));
  const lists = tell("round.survivors", "coordinator", { offer: asks.id, uploads: Object.fromEntries(answers.map(({ id, statement }) => [statement.actor, id])) }, { round });
  return [asks, ...answers, lists, ...parties.map((name) => tell("round.agree", name, { survivors: lists.id }, { round }))];
}

/** The honest log with statements before an index, and the rounds behind it counted on. */
const insertedRound = (index: number, round: readonly Told[]) => [
  ...HONEST.slice(0, index), ...round,
  ...HONEST.slice(index).map((one) => ({ ...one, statement: { ...one.statement, round: one.statement.round === 0 ? 0 : one.statement.round + 1 } })),
];

describe("an honest training", () => {
  test("is followed from the first question to the release", () => {
    expect(LAST).toBeGreaterThan(4);
    const report = check(HONEST);
    expect(report).toMatchObject({ verified: true, findings: [], sumsRecomputed: LAST });
    expect(report.checks.find(({ name }) => name === "models")).toEqual({ name: "models", count: LAST + countOf("model") + 1, ok: true });
  });

  test("is followed where companies drop out and fall silent, over fewer and fewer", () => {
    const silences = new Map([["fay", 2], ["gus", 4]]);
    const lossy = loggedTraining(["ada", "bob", "cleo", "dot", "eve", "fay", "gus"], {
      silentWhen: (party, message) => message.kind === "round" && message.offer.statement.round === silences.get(party),
    });
    const asked = lossy.told.filter(({ statement }) => statement.type === "round.offer").map(({ statement }) => (statement.body as { parties: string[] }).parties.length);
    expect(asked.slice(0, 5)).toEqual([7, 7, 6, 6, 5]);
    expect(lossy.check(lossy.told)).toMatchObject({ verified: true, findings: [], sumsRecomputed: asked.length });
  });
});

test.each([1, 2])("a sum whose guard does not count its survivors is a finding where it is logged, and nothing follows from it (round %i)", (round) => {
  const noisy = loggedTraining(["ada", "bob", "cleo", "dot"], {
    answer: (party, ask) => {
      const words = tinyWords(party, ask, PLAN);
      // ada counts itself twice, as if a mask had not cancelled.
      if (party === "ada" && ask.round === round) words[0] = (words instanceof Uint32Array ? 2 : 2n);
      return words;
    },
  }, "abort");
  const entry = indexOf(noisy.told, "round.result", round);
  expect(noisy.check(noisy.told)).toMatchObject({ verified: false, sumsRecomputed: round, findings: [{ entry, code: "SUM_GUARD", says: expect.stringContaining("4 survivors") }] });
});

describe("an offer is judged whether or not its sum is logged", () => {
  const third = indexOf(HONEST, "round.offer", 3);
  const next = third + crafted(3, {}).length;

  test.each([
    ["another model", { model: "ab".repeat(32) }, "what the round shows does not follow from the sums before it"],
    ["another plan", { plan: "cd".repeat(32) }, "the round's plan is not the one that follows from the charter"],
    ["another question", { kind: "evaluation" }, "the round asks for evaluation where the sums before it lead to newton"],
  ])("%s is named at the offer, and the missing result at the next", (_, change, says) => {
    const { findings } = check(insertedRound(third, crafted(3, change)));
    expect(findings.slice(0, 2)).toMatchObject([{ entry: third, code: "MODEL_DIFFERS", says }, { entry: next, code: "ROUND_ORDER" }]);
  });

  test("a round more than the training has is named, also as the last before the close", () => {
    const close = indexOf(HONEST, "session.close");
    const extra = crafted(LAST, {}).map((one) => ({ ...one, statement: { ...one.statement, round: LAST + 1 } }));
    expect(codesOf(insertedRound(close, extra))).toEqual([[close, "MODEL_DIFFERS"], [close + extra.length, "ROUND_ORDER"]]);
  });

  test.each([
    ["of other words than its question has", { words: 2 ** 50 }],
    ["in another ring than its question's", { ring: 32 }],
  ])("one %s is named, and nothing is thrown", (_, change) => {
    expect(codesOf(changed(third, change))[0]).toEqual([third, "MODEL_DIFFERS"]);
  });

  test("every later one is named too, because nothing can follow from what was not asked", () => {
    const codes = codesOf(changed(third, { model: "ab".repeat(32) }));
    const offers = HONEST.flatMap(({ statement }, i) => (statement.type === "round.offer" && i >= third ? [i] : []));
    expect(codes.filter(([entry]) => offers.includes(entry as number))).toEqual(offers.map((i) => [i, "MODEL_DIFFERS"]));
  });
});

describe("whoever was asked for numbers has stated the charter's columns", () => {
  const statementOf = (party: string) => HONEST.findIndex(({ statement }) => statement.type === "session.data" && statement.actor === party);
  const offers = HONEST.flatMap(({ statement }, i) => (statement.type === "round.offer" ? [i] : []));
  type Sources = readonly { readonly column: string }[];
  const sources = (party: string) => (HONEST[statementOf(party)]?.statement.body as unknown as { sources: Sources }).sources;
  const inMonths = (party: string) => changed(statementOf(party), {
    sources: sources(party).map((source) => (source.column === "age" ? { ...source, contract: { logicalType: "number", unit: "months" } } : source)),
  });

  test("each statement is counted", () => {
    expect(check(HONEST).checks.find(({ name }) => name === "schemas")).toEqual({ name: "schemas", count: 4, ok: true });
  });

  test("a coordinator that passed over what a company said is found at every round it asked", () => {
    const { findings } = check(inMonths("bob"));
    expect(findings.map(({ entry, code }) => [entry, code])).toEqual(offers.map((entry) => [entry, "SCHEMA_DIFFERS"]));
    expect(findings[0]?.says).toBe("a round over columns that do not mean the same: bob says age is in months, the charter says years");
  });

  test("so is one that let a company compute its columns in another way", () => {
    expect(codesOf(changed(statementOf("bob"), { recipe: "ab".repeat(32) }))[0]).toEqual([offers[0], "SCHEMA_DIFFERS"]);
  });

  test("a statement that cannot be read is none", () => {
    expect(check(changed(statementOf("bob"), { features: "all" })).findings[0]).toMatchObject({ entry: offers[0], code: "SCHEMA_DIFFERS" });
  });

  test("a difference that ended the training is evidence, not an offence", () => {
    const told = inMonths("bob").slice(0, offers[0]);
    const ended = [...told, tell("session.abort", "coordinator", { code: "TRAINING_SCHEMA", detail: { because: "bob says age is in months, the charter says years" } })];
    expect(check(ended)).toMatchObject({ verified: true, findings: [] });
  });
});

describe("what a coordinator keeps and releases is what the sums led to", () => {
  const close = indexOf(HONEST, "session.close");

  test.each([
    ["another model", { model: "ab".repeat(32) }, "the released model is not the one that was evaluated"],
    ["another evaluation", { evaluation: contextDigest({ auc: 0.99 }) }, "the released evaluation is not the one that follows from the sums"],
  ])("releasing %s is named at the close", (_, change, says) => {
    expect(check(changed(close, change))).toMatchObject({ verified: false, findings: [{ entry: close, code: "CLOSE_DIFFERS", says }] });
  });

  test("so is a release without an evaluation", () => {
    const unevaluated = HONEST.filter(({ statement }) => statement.round !== LAST);
    expect(check(unevaluated)).toMatchObject({
      findings: [{ entry: indexOf(unevaluated, "session.close"), code: "CLOSE_DIFFERS", says: "the session is closed before its last sum" }],
    });
  });

  test.each([["hash", { hash: "ab".repeat(32) }], ["number", { iteration: 7 }], ["kind", { kind: "forest" }]])("a model of another %s is named where it is kept", (_, change) => {
    const kept = indexOf(HONEST, "model", 3);
    expect(codesOf(changed(kept, change))).toEqual([[kept, "MODEL_DIFFERS"]]);
  });

  test("a model kept before there is any is named", () => {
    const first = indexOf(HONEST, "round.offer", 1);
    const early = tell("model", "coordinator", { kind: "logistic", hash: "ab".repeat(32), iteration: 2 });
    expect(codesOf(HONEST.toSpliced(first, 0, early))).toEqual([[first, "MODEL_DIFFERS"]]);
  });

  test("nothing is released from a sum that does not come out", () => {
    const codes = codesOf(changed(indexOf(HONEST, "round.result", LAST), { root: "ef".repeat(32) }));
    expect(codes).toEqual([[indexOf(HONEST, "round.result", LAST), "SUM_DIFFERS"], [close, "CLOSE_DIFFERS"]]);
  });
});

describe("the auditor of trainings, by itself", () => {
  const source = { read: () => null };
  const at = { session: "5e".repeat(16), charter: null, charterDigest: "c4".repeat(32), offered: { question: "propensity.train", without: "", query: null }, entry: 9 };
  const offer: LoggedOffer = { ...at, kind: "offered", round: 1, asked: { kind: "round.offer", purpose: "moments", model: "ab".repeat(32), plan: "cd".repeat(32), ring: 64, words: 7, parties: [] } };
  const round: LoggedRound = { ...at, kind: "completed", scheme: "masked", ring: 64, words: 2 ** 50, uploads: [{ party: "ada", entry: 8, root: "ef".repeat(32) }], masks: [], root: "ef".repeat(32) };

  test("objects to questions under a charter that allows no training", () => {
    expect(sessionAuditor()(offer, source)).toMatchObject({ follows: null, findings: [{ entry: 9, code: "MODEL_DIFFERS" }] });
  });

  test("takes no memory for a sum whose uploads are not there", () => {
    expect(sessionAuditor()(round, source)).toMatchObject({ sum: false, findings: [{ entry: 8, code: "UPLOAD_MISSING" }] });
    expect(sessionAuditor()({ ...round, uploads: [] }, source)).toMatchObject({ sum: false, findings: [{ entry: 9, code: "SUM_DIFFERS" }] });
  });
});
