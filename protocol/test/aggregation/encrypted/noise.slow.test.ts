import { beforeAll, describe, expect, test } from "@jest/globals";
import { coinsOf } from "@cohortium/crypto/dp/coins";
import { discreteGaussian } from "@cohortium/crypto/dp/discrete-noise";
import { openSeal, type Seal } from "@cohortium/crypto/seal";
import { addWordsInto } from "@cohortium/crypto/masking";
import type { Words } from "@cohortium/crypto/words";
import type { AnswerAsked } from "../../../src/conduct/participant.js";
import type { EntryType } from "../../../src/log/entry.js";
import type { PartyId } from "../../../src/session/ids.js";
import { statisticNoise } from "../../../src/statistics/layout.js";
import { statisticPlanOf, type SegmentNoise, type StatisticPlan } from "../../../src/statistics/plan.js";
import type { Query } from "../../../src/statistics/query.js";
import { seedOf } from "../../../src/testing/world.js";
import { noiseOf } from "../../../src/training/layout.js";
import { layoutTerms, type TrainingPlan } from "../../../src/training/plan.js";
import { loggedStatistics } from "../../conduct/logged-statistics.js";
import { loggedTraining, type LoggedTraining, type Told } from "../../conduct/logged-training.js";
import { NOISY_CLAUSES, noisyWords } from "../../conduct/noisy-words.js";
import { askedWorld, charterOfStatistics, OPEN_CLAUSES, PROFILE, RFM, THREE, tinyAnswer, TOWNS } from "../../conduct/tiny-statistics.js";

const ALL_OPEN = [["/quorum", 3], ["/aggregation/dropouts", "end"]] as const;
const under = (scheme: "masked" | "encrypted") => [...ALL_OPEN, ["/aggregation/scheme", scheme]] as const;

let seal: Seal;
beforeAll(async () => { seal = await openSeal(); });

/** What a node adds before it masks or encrypts: noise that follows from its session's entropy. */
function withNoise(words: Words, party: PartyId, { round }: AnswerAsked, segments: readonly SegmentNoise[] | null): Words {
  if (segments === null) return words;
  const coins = coinsOf(seedOf(party, "session"), `world/${round}`);
  const noise = segments.flatMap(({ length, variance }) => Array.from({ length }, () => (variance === null ? 0n : discreteGaussian(coins, variance))));
  addWordsInto(words, BigUint64Array.from(noise, (part) => BigInt.asUintN(64, part)));
  return words;
}

const noisyAnswer = (plan: StatisticPlan, adds: (party: PartyId) => boolean = () => true) => (party: PartyId, ask: AnswerAsked): Words => {
  if (ask.scene.kind !== "statistic") throw new Error("a question of statistics was to be asked");
  return withNoise(tinyAnswer(party, ask, plan), party, ask, adds(party) ? statisticNoise(ask.scene.question, plan) : null);
};
const noisyTraining = (adds: (party: PartyId) => boolean = () => true) => (party: PartyId, ask: AnswerAsked, plan: TrainingPlan): Words => {
  if (ask.scene.kind === "statistic") throw new Error("a training was to be asked");
  return withNoise(noisyWords(party, ask, plan), party, ask, adds(party) ? noiseOf(ask.scene.question, layoutTerms(plan)) : null);
};

const bodies = (told: readonly Told[], type: EntryType) => told.filter(({ statement }) => statement.type === type).map(({ statement }) => statement.body as Record<string, unknown>);
const sums = (told: readonly Told[]) => bodies(told, "round.result").map(({ root, words }) => [root, words]);

describe.each<[string, Query]>([
  ["a profile", { ...PROFILE, nanoRho: 40_000_000 }], ["fifths, which take two sums", { ...RFM, nanoRho: 100_000_001 }], ["words that nobody has listed", TOWNS],
])("a question under noise: %s", (_, query) => {
  const asked = (scheme: "masked" | "encrypted", crashChance: number, adds?: (party: PartyId) => boolean) => {
    const charter = charterOfStatistics(THREE, "noisy", [...OPEN_CLAUSES, ...under(scheme)]);
    const plan = statisticPlanOf(charter, query);
    const run = askedWorld(charter, query, { seal, answer: noisyAnswer(plan, adds), crashChance, guarded: crashChance > 0 });
    const step = run.run();
    if (step.kind !== "done" || step.result.kind !== "answer") throw new Error(JSON.stringify(step.kind === "abort" ? step.fault : step.kind));
    return { answer: step.result.answer, sums: sums(run.log), crashes: run.crashes };
  };

  test("has under encrypted sums the sums of the masked ones, bit for bit, and the same answer, whoever crashes in between", () => {
    const [masked, encrypted] = [asked("masked", 0), asked("encrypted", 0.2)];
    expect(encrypted.sums).toEqual(masked.sums);
    expect(encrypted.answer).toEqual(masked.answer);
    expect(encrypted.crashes).toBeGreaterThan(3);
  });

  test("control: where one company adds none the sums are others, and where none does they are exact", () => {
    const [all, some, none] = [asked("encrypted", 0), asked("encrypted", 0, (party) => party !== "bob"), asked("encrypted", 0, () => false)];
    expect(some.sums[0]).not.toEqual(all.sums[0]);
    expect(none.sums[0]).not.toEqual(some.sums[0]);
    const charter = charterOfStatistics(THREE, "noisy", [...OPEN_CLAUSES, ...under("masked")]);
    const exact = askedWorld(charter, query);
    exact.run();
    expect(none.sums).toEqual(sums(exact.log));
  });
});

test("questions under noise are verified by an auditor who has the published files alone, sums, answers and charges", () => {
  const charter = charterOfStatistics(THREE, "noisy", under("encrypted"));
  const queries: readonly Query[] = [{ ...PROFILE, nanoRho: 20_000_000 }, { ...RFM, nanoRho: 30_000_001 }];
  const logged = loggedStatistics(charter, queries, { seal });
  const report = logged.check(logged.told);
  expect(report).toMatchObject({ verified: true, findings: [], sumsRecomputed: 3 });
  expect(report.checks.filter(({ name }) => ["sums", "answers", "budgets"].includes(name)).map(({ name, count, ok }) => [name, count, ok])).toEqual([["sums", 3, true], ["answers", 5, true], ["budgets", 9, true]]);
  expect(report.privacy).toMatchObject([{ chargedNanoRho: 50_000_001, answers: 2 }]);
});

describe("a training under noise", () => {
  let masked: LoggedTraining;
  let encrypted: LoggedTraining;
  beforeAll(() => {
    [masked, encrypted] = [under("masked"), under("encrypted")].map((clauses) =>
      loggedTraining(THREE, { seal }, "done", { clauses: [...NOISY_CLAUSES, ["/privacy/budget/epsilon", 20], ...clauses], answer: noisyTraining() })) as [LoggedTraining, LoggedTraining];
  });

  test("has under encrypted sums the sums of the masked ones, bit for bit, and the same model", () => {
    expect(sums(encrypted.told)).toEqual(sums(masked.told));
    expect(sums(encrypted.told)).toHaveLength(5);
    const models = [masked, encrypted].map(({ told }) => bodies(told, "session.close").map(({ model }) => model));
    expect(models[1]).toEqual(models[0]);
  });

  test("is verified by an auditor who has the published files alone, and costs what it costs under masks", () => {
    const [one, other] = [masked, encrypted].map((training) => training.check(training.told));
    expect(other).toMatchObject({ verified: true, findings: [], sumsRecomputed: 5 });
    const spent = ({ privacy }: NonNullable<typeof one>) => privacy.map(({ charter: _, ...account }) => account);
    expect(spent(other!)).toEqual(spent(one!));
    expect(spent(other!)).toMatchObject([{ chargedNanoRho: 10_000_003 }]);
  });

  test("is charged for as soon as a company has committed to its ciphertext, also if the sum is never opened", () => {
    const first = encrypted.told.findIndex(({ statement: { type, actor, round } }) => type === "round.sealed" && actor === "cleo" && round === 1);
    const { findings, privacy } = encrypted.check(encrypted.told.slice(0, first + 1));
    expect(findings).toEqual([]);
    expect(privacy).toMatchObject([{ chargedNanoRho: 2_000_000 }]);
    expect(encrypted.check(encrypted.told.slice(0, first - 2)).privacy).toMatchObject([{ chargedNanoRho: 0 }]);
  });

  test("control: without the noise of any company it has the sums of exact answers, under either scheme", () => {
    const bare = loggedTraining(THREE, { seal }, "done", { clauses: [...NOISY_CLAUSES, ["/privacy/budget/epsilon", 20], ...under("encrypted")], answer: noisyTraining(() => false) });
    const exact = loggedTraining(THREE, {}, "done", { clauses: [...NOISY_CLAUSES, ["/privacy/budget/epsilon", 20], ...under("masked")], answer: noisyWords });
    expect(sums(bare.told)).toEqual(sums(exact.told));
    expect(sums(bare.told)[0]).not.toEqual(sums(encrypted.told)[0]);
  });
});
