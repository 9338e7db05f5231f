import { writeFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { orderWithin } from "@cohortium/protocol/budget/concentrated";
import type { RecipeFeature } from "@cohortium/protocol/charter/recipe";
import { sampledStepNanoRho, stepNoiseNanoRho } from "@cohortium/protocol/charter/sampled-price";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import { layoutOf } from "@cohortium/protocol/training/layout";
import { zeroModel } from "@cohortium/protocol/training/logistic/model";
import { initialModel } from "@cohortium/protocol/training/network/progress";
import { updateContext } from "@cohortium/protocol/training/network/script";
import { modelJson } from "@cohortium/protocol/training/model";
import { contextDigest, layoutTerms, planDigest, planOf } from "@cohortium/protocol/training/plan";
import { readScene, type Scene } from "@cohortium/protocol/training/script";
import { splitOwn } from "../../src/data/holdout.js";
import { localRows, takeRows } from "../../src/data/local-rows.js";
import { NO_SETTINGS, type PrivacySettings } from "../../src/budget/limits.js";
import { holdoutCoins, privacyOf } from "../../src/sessions/training-privacy.js";
import { asked, CHARTER_JSON, charterOf, DIGEST, SESSION } from "../stage.js";
import { admit, contribution as contributionToExact, place } from "./training-stage.js";

const PRIVACY = { nanoRho: 10_000_003, rowNormMax: 3, iterations: 2 };
const [QUESTION] = CHARTER_JSON.questions;
if (QUESTION === undefined) throw new Error("no question");
const NOISY: Charter = charterOf({
  ...CHARTER_JSON, questions: [{ ...QUESTION, model: { ...QUESTION.model, privacy: PRIVACY }, evaluation: { ...QUESTION.evaluation, scoreBins: 64 } }],
  privacy: { mechanism: "discrete-gaussian", note: "Noisy.", budget: { releasesMax: 40, epsilon: 1, delta: 1e-6, reserveShare: 0 }, colluders: 1 },
});
const PLAN = planOf(NOISY);
const SCALING = { columns: ["intercept", "age", "job=student"], means: [0, 40, 0], deviations: [1, 12, 1], dropped: [] };
const ZERO = zeroModel(SCALING);
const OTHER = "0e".repeat(16);
const PARTIES = NOISY.parties.map(({ name }) => name);

/** What a coordinator asks in a round, and how its node reads it. */
function contribution(kind: "moments" | "newton" | "evaluation", round: number, iteration: number | null) {
  const context = iteration === null ? null : modelJson({ ...ZERO, iteration });
  const scene = readScene(kind, context, PLAN, null) as Scene;
  const { ring, words } = layoutOf(scene.question, layoutTerms(PLAN));
  return { ...asked({ round, question: { kind, model: contextDigest(context), plan: planDigest(PLAN), ring, words } }), scene, parties: PARTIES };
}
const ROUNDS = [contribution("moments", 1, null), contribution("newton", 2, 0), contribution("newton", 3, 1), contribution("evaluation", 4, 2)];

async function answered(at: ReturnType<typeof place>, session?: string) {
  const work = at.work({ charter: NOISY, ...(session === undefined ? {} : { session }) });
  const begun = await work.resultOf(admit);
  const results = [];
  for (const round of ROUNDS) results.push(await work.resultOf(round));
  return { begun, results };
}

describe("a training under noise", () => {
  test("is admitted with a word in this node's own log that rows are not held to one per person; control: not under exact sums", async () => {
    const [noisy, exact] = [place(), place()];
    expect(await noisy.work({ charter: NOISY }).resultOf(admit)).toMatchObject({ kind: "admitted" });
    expect(await exact.work().resultOf(admit)).toMatchObject({ kind: "admitted" });
    expect([noisy, exact].map(({ logger }) => logger.lines.filter((line) => line.includes("not held to one per person")).length)).toEqual([1, 0]);
  });

  test("charges each answer, and all of them what the charter says, exactly", async () => {
    const at = place();
    const { results } = await answered(at);
    expect(results.map(({ kind }) => kind)).toEqual(["contributed", "contributed", "contributed", "contributed"]);
    const lines = at.egress.ledger.charges.lines(DIGEST);
    expect(lines.map(({ round, kind, nanoRho }) => [round, kind, nanoRho])).toEqual([[1, "training", 2_000_000], [2, "training", 4_000_001], [3, "training", 4_000_002], [4, "training", 0]]);
    expect(at.egress.ledger.charges.under(DIGEST)).toBe(PRIVACY.nanoRho);
  });

  test("is charged its price to whoever is evaluated, also where this node answered fewer sums: all that is left of it", async () => {
    const at = place();
    const work = at.work({ charter: NOISY });
    await work.resultOf(admit);
    const [moments, , , evaluation] = ROUNDS;
    if (moments === undefined || evaluation === undefined) throw new Error("no rounds");
    for (const round of [moments, evaluation, evaluation]) expect(await work.resultOf(round)).toMatchObject({ kind: "contributed" });
    expect(at.egress.ledger.charges.lines(DIGEST).map(({ nanoRho }) => nanoRho)).toEqual([2_000_000, PRIVACY.nanoRho - 2_000_000]);
  });

  test("is charged the same again after a crash, and no more by what another session was charged", async () => {
    const at = place();
    await answered(at, OTHER);
    await answered(at);
    await answered(at);
    expect(at.egress.ledger.charges.lines(DIGEST).filter(({ round }) => round === 4).map(({ nanoRho }) => nanoRho)).toEqual([0, 0]);
    expect([at.egress.ledger.charges.besides(SESSION, 4), at.egress.ledger.charges.besides(SESSION, 1)]).toEqual([PRIVACY.nanoRho, PRIVACY.nanoRho - 2_000_000]);
  });

  test("is refused whole, before any row is read, when its price is not left", async () => {
    const at = place();
    await answered(at);
    await answered(at, OTHER);
    expect(at.egress.ledger.charges.under(DIGEST)).toBe(2 * PRIVACY.nanoRho);
    writeFileSync(at.path, "no rows at all");
    expect(await at.work({ charter: NOISY, session: "1f".repeat(16) }).resultOf(admit)).toMatchObject({ kind: "refused", code: "NODE_REFUSED", clause: "request.privacy-budget" });
  });

  test("is refused whole beyond this node's own ceiling, whatever charter the rest was spent under; control: not just within it", async () => {
    const begun = async (spent: number) => {
      const at = place();
      at.egress.ledger.charges.keep({ atMs: 1, charter: "00".repeat(32), session: OTHER, round: 1, query: "q", kind: "drift", nanoRho: spent, rowSet: "r" });
      writeFileSync(at.path, "no rows at all");
      return { at, result: await at.work({ charter: NOISY, settings: { ceiling: { epsilon: 1, delta: 1e-6 } } }).resultOf(admit) };
    };
    const left = nanoRhoFor(1, 1e-6) - PRIVACY.nanoRho;
    const { at, result } = await begun(left + 1);
    expect(result).toMatchObject({ kind: "refused", code: "BUDGET_SPENT", clause: "node.privacy-ceiling" });
    expect(at.logger.lines.join()).toContain("epsilonMax");
    expect((await begun(left)).result).toMatchObject({ kind: "refused", code: "DATA_REFUSED" });
  });

  test("says the same words again after a crash, noise and held-out rows included, and charges once", async () => {
    const at = place();
    const first = await answered(at);
    const again = await answered(at);
    expect(again.results).toEqual(first.results);
    expect(at.egress.ledger.charges.lines(DIGEST)).toHaveLength(4);
  });

  test("is answered although a company was silent in one before: both were paid for, and nothing is charged in vain", async () => {
    const at = place();
    const [moments] = ROUNDS;
    if (moments === undefined) throw new Error("no round");
    const permit = (session: string, survivors: typeof PARTIES) =>
      at.work({ charter: NOISY, session }).resultOf({ kind: "permit", round: 1, question: moments.question, survivors });
    await answered(at);
    expect([NOISY.aggregation.dropouts, await permit(SESSION, PARTIES.slice(0, -1))]).toMatchObject(["end", { kind: "permitted" }]);
    at.egress.ledger.opened(SESSION, 1);
    await answered(at, OTHER);
    expect(await permit(OTHER, PARTIES)).toMatchObject({ kind: "permitted" });
  });

  test("states nothing that was counted, and of its table a commitment that is another in every session", async () => {
    const [at, exact] = [place(), place()];
    const { begun } = await answered(at);
    const plain = await exact.work().resultOf(admit);
    expect(begun).toMatchObject({ kind: "admitted", data: { quality: null } });
    if (begun.kind !== "admitted" || plain.kind !== "admitted") throw new Error("not admitted");
    expect(begun.data.table).not.toBe(plain.data.table);
    expect(plain.data.quality).not.toBeNull();
  });
});

describe("an exact training at a node with a ceiling of its own", () => {
  const ceiling = { ceiling: { epsilon: 100, delta: 1e-6 } };

  test("is refused before a row is read: exact sums have no ε; control: without the ceiling it is not", async () => {
    const at = place();
    expect(await at.work({ settings: ceiling }).resultOf(admit)).toMatchObject({ kind: "refused", code: "BUDGET_SPENT", clause: "node.privacy-ceiling" });
    expect(at.logger.lines.join()).toContain("exact sums have no ε");
    expect(await at.work().resultOf(admit)).toMatchObject({ kind: "admitted" });
  });

  test("is answered no more once there is one, although it was admitted before", async () => {
    const at = place();
    await at.work().resultOf(admit);
    expect(await at.work({ settings: ceiling }).resultOf(contributionToExact)).toMatchObject({ kind: "refused", code: "BUDGET_SPENT", clause: "node.privacy-ceiling" });
    expect(await at.work().resultOf(contributionToExact)).toMatchObject({ kind: "contributed" });
  });
});

describe("the noise on an answer", () => {
  const [newton] = ROUNDS.slice(1);
  if (newton === undefined) throw new Error("no round");
  const work = { session: SESSION, charter: NOISY, plan: PLAN, entropy: new Uint8Array(32).fill(8), settings: NO_SETTINGS, egress: place().egress, nowMs: () => 1 };
  const ages = Array.from({ length: 40 }, (_, i) => 20 + i);
  const rowsIn = (order: readonly number[]) => localRows(Float64Array.from(order), [new Int32Array(40)], new Uint8Array(40));
  const privacy = (order: readonly number[]) => {
    const of = privacyOf(work, newton, newton.scene, rowsIn(order));
    if (of.kind === "exact" || of.noise === null) throw new Error("no noise");
    return { label: of.noise.label, rowSet: of.charge.rowSet };
  };

  test("is other noise over the same rows in another order, of which others are held out; control: they are charged as the same rows, and in the same order it is the same", () => {
    const [one, reversed] = [privacy(ages), privacy(ages.toReversed())];
    expect(reversed.label).not.toBe(one.label);
    expect(reversed.rowSet).toBe(one.rowSet);
    expect(privacy(ages)).toEqual(one);
  });
});

describe("which rows are held out under noise", () => {
  const rows = localRows(Float64Array.from({ length: 400 }, (_, i) => i), [], new Uint8Array(400));
  const held = (of: typeof rows, entropy: number) => new Set(splitOwn(of, 0.25, holdoutCoins({ noise: { honest: 2 } }, new Uint8Array(32).fill(entropy)) ?? undefined).held.x);

  test("does not depend on any other row: with one row fewer at the end, all others are where they were", () => {
    const fewer = takeRows(rows, Array.from({ length: 399 }, (_, i) => i));
    const [whole, without] = [held(rows, 5), held(fewer, 5)];
    expect([...whole].filter((value) => value < 399)).toEqual([...without]);
  });

  test("control: drawn from the digest of all rows, they would all be drawn anew", () => {
    const fewer = takeRows(rows, Array.from({ length: 399 }, (_, i) => i));
    const [whole, without] = [new Set(splitOwn(rows, 0.25).held.x), new Set(splitOwn(fewer, 0.25).held.x)];
    expect([...whole].filter((value) => value < 399 && !without.has(value)).length).toBeGreaterThan(40);
  });

  test("is drawn anew in every session, and is about the charter's share", () => {
    const [one, other] = [held(rows, 5), held(rows, 6)];
    expect([...one].filter((value) => !other.has(value)).length).toBeGreaterThan(40);
    expect(Math.abs(one.size - 100)).toBeLessThan(40);
    expect(holdoutCoins({}, new Uint8Array(32))).toBeNull();
  });
});

/** The numeric columns may be empty. */
function withMissing(features: readonly RecipeFeature[]): readonly object[] {
  return features.map((feature) => (feature.kind === "numeric" ? { ...feature, missing: "indicate" } : feature));
}

/** Forty rows, of which so many have an age. */
function mostlyEmpty(present: number): string {
  return ["age;job;answer", ...Array.from({ length: 40 }, (_, i) => `${i < present ? 30 : ""};clerk;${i % 2 === 0 ? "yes" : "no"}`)].join("\n");
}

describe("a column that is mostly empty, under noise", () => {
  const charter = charterOf({ ...NOISY, questions: NOISY.questions.map((question) => ({ ...question, features: withMissing(question.features) })) });
  const begun = async (present: number) => {
    const { work } = place(mostlyEmpty(present));
    return Promise.all([1, 2, 3, 4, 5, 6].map(async (entropy) => (await work({ charter, entropy, session: `${entropy}f`.repeat(16) }).resultOf(admit)).kind));
  };

  test("is refused or not by all rows, and so in every session alike: by those that a session's coins leave, asking again would count them", async () => {
    expect([...new Set(await begun(10))]).toEqual(["admitted"]);
    expect([...new Set(await begun(9))]).toEqual(["refused"]);
  });
});

describe("trees under noise", () => {
  const model = { kind: "trees", trees: 2, depth: 2, learningRate: 0.3, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 4, rowSample: 1, columnSample: 1, seed: 7, privacy: { nanoRho: 10_000_003 } };
  const charter = charterOf({ ...NOISY, questions: NOISY.questions.map((question) => ({ ...question, model, features: withMissing(question.features) })) });

  test("say nothing of how many values a column has: they sum none, so there is nothing to refuse, and nothing told for nothing", async () => {
    expect((await place(mostlyEmpty(9)).work({ charter }).resultOf(admit)).kind).toBe("admitted");
  });
});

describe("a network under noise", () => {
  const network = {
    kind: "network", hidden: [3], activation: "relu", optimiser: { kind: "fedavg", serverRate: 1 }, rounds: 3, localEpochs: 1, batchSize: 16, localRate: 0.1, weightDecay: 0,
    clip: 1, rowsCap: 500, seed: 7, stopping: { kind: "rounds" }, strips: "hidden", privacy: { momentsNanoRho: 1_000_000, sampleRate: 0.01, gradientNorm: 1, noiseMultiplier: 4 },
  };
  const charter = charterOf({ ...NOISY, questions: NOISY.questions.map((question) => ({ ...question, model: network })) });
  const plan = planOf(charter);
  const clause = plan.model.kind === "network" ? plan.model : undefined;
  if (clause === undefined) throw new Error("another model");
  const start = initialModel(SCALING, plan, clause);
  const moments = { kind: "moments", context: null } as const;
  const updates = [0, 1].map((iteration) => ({ kind: "update", context: updateContext({ kind: "update", clause, model: { ...start, iteration }, control: new Float32Array() }) }) as const);

  async function run(at: ReturnType<typeof place>, settings: Partial<PrivacySettings> = {}) {
    const work = at.work({ charter, settings });
    const results = [await work.resultOf(admit)];
    let last: Scene | null = null;
    for (const [i, { kind, context }] of [moments, ...updates].entries()) {
      const scene: Scene | null = readScene(kind, context, plan, last);
      if (scene === null) throw new Error("no such question");
      last = scene;
      const { ring, words } = layoutOf(scene.question, layoutTerms(plan));
      const question = { kind, model: contextDigest(context), plan: planDigest(plan), ring, words };
      results.push(await work.resultOf({ ...asked({ round: i + 1, question }), scene, parties: PARTIES }));
    }
    return results;
  }

  test("charges each step what its sample costs, and says the same words again after a crash", async () => {
    const at = place();
    const first = await run(at);
    expect(first.map(({ kind }) => kind)).toEqual(["admitted", "contributed", "contributed", "contributed"]);
    const step = plan.noise?.stepNanoRho ?? 0;
    expect(at.egress.ledger.charges.lines(DIGEST).map(({ nanoRho }) => nanoRho)).toEqual([1_000_000, step, step]);
    expect(await run(at)).toEqual(first);
    expect(at.egress.ledger.charges.under(DIGEST)).toBe(1_000_000 + 2 * step);
  });

  test("counts under a ceiling that is set later as what its steps cost at that one's order; control: at the charter's own, as what was charged", async () => {
    const at = place();
    await run(at);
    const { charges } = at.egress.ledger;
    const step = plan.noise?.stepNanoRho ?? 0;
    const { privacy } = clause;
    if (privacy === undefined) throw new Error("no noise");
    const later = { epsilon: 0.2, delta: 1e-6 };
    expect(charges.lines(DIGEST).map(({ sample }) => sample?.rate)).toEqual([undefined, 0.01, 0.01]);
    const atLater = sampledStepNanoRho(privacy, { ...later, reserveShare: 0 });
    expect(atLater).toBeGreaterThan(step);
    expect(charges.inAll(orderWithin(later.epsilon, later.delta))).toBe(1_000_000 + 2 * atLater);
    expect(charges.inAll(orderWithin(1, 1e-6))).toBe(1_000_000 + 2 * step);
    expect(charges.inAll()).toBe(1_000_000 + 2 * stepNoiseNanoRho(privacy));
    const spent = 1_000_000 + 2 * atLater;
    const limits = { charter: 1e9, own: spent, order: orderWithin(later.epsilon, later.delta) };
    expect([charges.exceeds({ charter: DIGEST, nanoRho: 0 }, limits), charges.exceeds({ charter: DIGEST, nanoRho: 1 }, limits)]).toEqual([null, "own"]);
  });

  test("is refused where this node's own ceiling is read off at an order at which the charge is too little; control: not where it is enough", async () => {
    const ceiling = (epsilon: number) => ({ ceiling: { epsilon, delta: 1e-6 } });
    expect((await run(place(), ceiling(0.2)).catch(() => [null]))[0]).toMatchObject({ kind: "refused", code: "BUDGET_SPENT", clause: "node.privacy" });
    expect((await run(place(), ceiling(1)))[0]).toMatchObject({ kind: "admitted" });
  });
});
