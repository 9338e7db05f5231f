import { describe, expect, test } from "@jest/globals";
import { openSeal } from "@cohortium/crypto/seal";
import { jsonDigest } from "../../src/session/json-digest.js";
import type { PartyId } from "../../src/session/ids.js";
import type { ProfileAnswer, RfmAnswer, WordsAnswer } from "../../src/statistics/answer.js";
import { queryJson } from "../../src/statistics/query-schema.js";
import { statisticPlanDigest } from "../../src/statistics/plan.js";
import type { World, WorldGiven } from "../../src/testing/world.js";
import type { ToNode } from "../../src/conduct/messages.js";
import { askedWorld, charterOfStatistics, FIVE, OPEN_CLAUSES, PROFILE, RFM, THREE, tinyCustomers, TOWNS } from "../conduct/tiny-statistics.js";
import { expectSound } from "./invariants.js";

const answerOf = <A>(run: World): A => {
  const step = run.run();
  if (step.kind !== "done") throw new Error(JSON.stringify(step.kind === "abort" ? step.fault : step.kind));
  if (step.result.kind !== "answer") throw new Error("a question was to be answered");
  return step.result.answer as unknown as A;
};
const customersOf = (names: readonly string[]) => names.flatMap((name) => tinyCustomers(name));
const countOf = (names: readonly string[], country: string) => customersOf(names).filter((customer) => customer.country === country).length;
const exactly = (value: number) => ({ value, low: value, high: value });
const faultOf = (run: World) => {
  const step = run.run();
  return step.kind === "abort" ? step.fault : step.kind;
};
const profile = (names: readonly PartyId[] = THREE, more: Partial<WorldGiven> = {}) => askedWorld(charterOfStatistics(names, "exact", [["/statistics/cellRows", 10]]), PROFILE, more);
const BY_COUNTRY = { ...PROFILE, by: ["country"], cohort: [] };
const wordsIn = ({ dimensions }: ProfileAnswer) => Object.fromEntries((dimensions[0]?.words ?? []).map(({ word, base }) => [word, base]));
const silentAt = (name: string, kind: ToNode["kind"]): Pick<WorldGiven, "silentWhen"> => ({ silentWhen: (party, message) => party === name && message.kind === kind });

describe("a question to three companies", () => {
  test("is answered by what their rows together say, exactly, and everybody has the answer", () => {
    const run = profile();
    const answer = answerOf<ProfileAnswer>(run);
    const germans = customersOf(THREE).filter(({ country }) => country === "Germany");
    expect(answer).toMatchObject({ kind: "profile", firms: 3, rows: exactly(germans.length), base: exactly(customersOf(THREE).length) });
    expect(answer.measures[0]).toMatchObject({ measure: "spend", sum: exactly(germans.reduce((sum, { spend }) => sum + spend, 0)) });
    for (const { step } of run.nodes.values()) expect(step).toMatchObject({ kind: "done", result: { kind: "answer", answer, answered: 1 } });
    expectSound(run);
  });

  test("stands word for word in the log before anybody answers, and its answer's digest at the end", () => {
    const run = profile();
    const answer = answerOf<ProfileAnswer>(run);
    const { plan } = run.coordinator.given;
    if (plan.question !== "statistics.ask") throw new Error("a question was to be asked");
    expect(run.log[0]?.statement).toMatchObject({ type: "session.offer", body: { question: "statistics.ask", plan: statisticPlanDigest(plan), query: queryJson(PROFILE) } });
    expect(run.log.at(-1)?.statement).toMatchObject({ type: "session.close", body: { answer: jsonDigest(answer as never) } });
    expect(Object.keys(run.log.at(-1)?.statement.body as object)).toEqual(["answer"]);
    expect(run.log.filter(({ statement }) => statement.type === "model")).toEqual([]);
  });

  test("withholds a cell below what the charter asks for, and more where one company asks for more", () => {
    const spaniards = countOf(THREE, "Spain");
    expect(spaniards).toBeGreaterThan(2);
    const [few, shown, strict] = [countOf(THREE, "Spain") + 1, spaniards, spaniards + 1];
    const under = (cellRows: number, own?: number) => wordsIn(answerOf<ProfileAnswer>(
      askedWorld(charterOfStatistics(THREE, "exact", [["/statistics/cellRows", cellRows]]), BY_COUNTRY, { cellRows: (party) => (party === "bob" ? own : undefined) })));
    expect(under(few)["Spain"]).toEqual({ withheld: `k = ${few}` });
    expect(under(shown)["Spain"]).toEqual(exactly(spaniards));
    expect(under(shown, strict)["Spain"]).toEqual({ withheld: `k = ${strict}` });
    expect(under(few, 2)["Spain"]).toEqual({ withheld: `k = ${few}` });
  });

  test.each([[Number.MAX_SAFE_INTEGER, 100], [3_001, 100], [101, 100]])("is not asked, and nobody has sent a sum, where a company wants cells below %d rows withheld", (cellRows, most) => {
    const run = askedWorld(charterOfStatistics(THREE, "exact", [["/statistics/cellRows", 10]]), BY_COUNTRY, { cellRows: (party) => (party === "bob" ? cellRows : undefined) });
    expect(faultOf(run)).toMatchObject({ code: "TRAINING_SCHEMA", detail: { parties: "bob", because: `bob wants cells below ${cellRows} rows withheld, and ${most} is the most it may` } });
    expect(run.log.filter(({ statement }) => statement.type === "round.upload")).toEqual([]);
  });

  test("is answered where a company asks for ten times the charter's rows to a cell, and no more than all rows there may be", () => {
    const under = (clauses: Parameters<typeof charterOfStatistics>[2], cellRows: number) => askedWorld(charterOfStatistics(THREE, "exact", clauses), BY_COUNTRY, { cellRows: (party) => (party === "bob" ? cellRows : undefined) });
    expect(answerOf<ProfileAnswer>(under([["/statistics/cellRows", 10]], 100)).cellRows).toBe(100);
    const few: Parameters<typeof charterOfStatistics>[2] = [["/statistics/cellRows", 400]];
    expect(faultOf(under(few, 3_001))).toMatchObject({ code: "TRAINING_SCHEMA", detail: { because: expect.stringContaining("3000 is the most it may") } });
  });

  test("of two sums asks the second by what the first one found, and ends after it", () => {
    const run = askedWorld(charterOfStatistics(THREE), RFM);
    const answer = answerOf<RfmAnswer>(run);
    const offers = run.log.filter(({ statement }) => statement.type === "round.offer");
    expect(offers.map(({ statement }) => statement.body)).toMatchObject([{ kind: "statistic" }, { kind: "statistic" }]);
    expect(answer).toMatchObject({ kind: "rfm", firms: 3, rows: exactly(customersOf(THREE).length) });
    for (const { step } of run.nodes.values()) expect(step).toMatchObject({ kind: "done", result: { kind: "answer", answer, answered: 2 } });
    expectSound(run);
  });

  test("spells out the words that enough of all rows together hold, and no company's statement or answer says whose they are", () => {
    const run = askedWorld(charterOfStatistics(THREE, "noisy", OPEN_CLAUSES), TOWNS, { crashChance: 0.2 });
    const answer = answerOf<WordsAnswer>(run);
    const held = (town: string) => customersOf(THREE).filter((customer) => customer.town === town).length;
    // What only one company's few rows hold stays there.
    expect(answer.words.map(({ word, rows }) => [word, "value" in rows ? rows.value : rows])).toEqual(["bern", "basel"].map((town) => [town, held(town)]));
    expect(answer.others.rows).toMatchObject({ value: customersOf(THREE).length - held("bern") - held("basel") });
    expect(run.log.filter(({ statement }) => statement.type === "session.data").map(({ statement }) => JSON.stringify(statement.body)).join("")).not.toMatch(/bern|basel/);
    for (const { step } of run.nodes.values()) expect(step).toMatchObject({ kind: "done", result: { kind: "answer", answer, answered: TOWNS.length } });
    expectSound(run);
  });

  test("hides what would tell, with an answer before it, what that one withheld", () => {
    const all = answerOf<ProfileAnswer>(askedWorld(charterOfStatistics(THREE, "exact", [["/statistics/cellRows", 20]]), BY_COUNTRY));
    expect(wordsIn(all)["Spain"]).toEqual({ withheld: "k = 20" });
    const asked = { ...BY_COUNTRY, cohort: [{ dimension: "country", words: ["France", "Germany"] }] };
    const next = (earlier?: WorldGiven["earlier"]) => answerOf<ProfileAnswer>(askedWorld(charterOfStatistics(THREE, "exact", [["/statistics/cellRows", 20]]), asked, earlier === undefined ? {} : { earlier }));
    // All rows without those of France and Germany are those of Spain.
    const cohort = exactly(countOf(THREE, "France") + countOf(THREE, "Germany"));
    expect([next().rows, next().base]).not.toEqual([cohort, exactly(customersOf(THREE).length)]);
    expect(next([{ query: BY_COUNTRY, answer: all }]).rows).toEqual({ withheld: "k = 20" });
  });
});

test("is answered under encrypted sums too, by all", async () => {
  const seal = await openSeal();
  const charter = charterOfStatistics(THREE, "exact", [["/aggregation/scheme", "encrypted"], ["/aggregation/dropouts", "end"], ["/statistics/cellRows", 10]]);
  const run = askedWorld(charter, PROFILE, { seal, crashChance: 0.2 });
  expect(answerOf<ProfileAnswer>(run)).toMatchObject({ firms: 3, base: exactly(customersOf(THREE).length) });
});

describe("bad weather", () => {
  test.each([1, 2])("changes neither the answer nor a byte that was sent, with crashes at every other step (seed %i)", (seed) => {
    const calm = answerOf<RfmAnswer>(askedWorld(charterOfStatistics(THREE), RFM, { seed }));
    const run = askedWorld(charterOfStatistics(THREE), RFM, { seed, crashChance: 0.5, guarded: true });
    expect(answerOf<RfmAnswer>(run)).toEqual(calm);
    expect(run.crashes).toBeGreaterThan(20);
    expectSound(run);
  });

  test("takes a company that falls silent before it answers out of the sum, and the answer says how many are left", () => {
    const run = profile(FIVE, silentAt("dot", "round"));
    const left = FIVE.filter((name) => name !== "dot");
    expect(answerOf<ProfileAnswer>(run)).toMatchObject({ firms: 4, base: exactly(customersOf(left).length) });
    expect(run.coordinator.step).toMatchObject({ result: { survivors: left } });
    expectSound(run);
  });

  test("leaves a company that answered and then fell silent in the sum", () => {
    const run = profile(FIVE, silentAt("dot", "unmask"));
    expect(answerOf<ProfileAnswer>(run)).toMatchObject({ firms: 5, base: exactly(customersOf(FIVE).length) });
    expectSound(run);
  });

  test("ends the question where too few are left", () => {
    expect(faultOf(profile(THREE, silentAt("cleo", "round")))).toMatchObject({ code: "AGGREGATION_TOO_FEW" });
  });
});

describe("nobody believes", () => {
  const closing = (change: (message: Extract<ToNode, { readonly kind: "closed" }>) => object): World => {
    const run = profile(THREE, { tamper: (message) => (message.kind === "closed" ? [{ ...message, ...change(message) }] : [message]) });
    run.run();
    return run;
  };
  const ends = (run: World) => [...run.nodes.values()].map(({ step }) => (step?.kind === "abort" ? step.fault.code : step?.kind));

  test("another answer than the log names", () => {
    expect(ends(closing(() => ({ released: { kind: "answer", answer: { kind: "profile" } } })))).toEqual(["TRAINING_MODEL", "TRAINING_MODEL", "TRAINING_MODEL"]);
  });

  test("a model where a question was asked", () => {
    expect(ends(closing(() => ({ released: { kind: "model", model: null, evaluation: null } })))).toEqual(["TRAINING_MODEL", "TRAINING_MODEL", "TRAINING_MODEL"]);
  });

  test("a coordinator that shows other edges than the measures have", () => {
    const run = askedWorld(charterOfStatistics(THREE), RFM, {
      tamper: (message) => (message.kind === "round" && message.offer.statement.round === 2 ? [{ ...message, context: { step: 1, edges: null } }] : [message]),
    });
    expect(faultOf(run)).toMatchObject({ code: "NODE_REFUSED" });
    expect(ends(run)).toEqual(["TRAINING_MODEL", "TRAINING_MODEL", "TRAINING_MODEL"]);
  });
});
