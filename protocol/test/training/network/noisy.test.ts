import { describe, expect, jest, test } from "@jest/globals";
import { orderWithin } from "../../../src/budget/concentrated.js";
import { rhoOfSampled } from "../../../src/budget/sampled-charge.js";
import { budgetOf } from "../../../src/charter/privacy-budget.js";
import { networkPrice, sampledStepNanoRho, stepNoiseNanoRho } from "../../../src/charter/sampled-price.js";
import { gridsOf, layoutOf, noiseOf, type Question } from "../../../src/training/layout.js";
import { modelJson } from "../../../src/training/model.js";
import { advanceNoisyNetwork, packGradient } from "../../../src/training/network/noisy-advance.js";
import { initialModel, type NetworkProgress } from "../../../src/training/network/progress.js";
import { updateContext } from "../../../src/training/network/script.js";
import { packNoisyMoments } from "../../../src/training/noisy-moments.js";
import { layoutTerms, planDigest, planOf, type TrainingPlan } from "../../../src/training/plan.js";
import { chargeOfQuestion, chargesInTurn, priceOfTraining } from "../../../src/training/price.js";
import { firstOf } from "../../../src/training/progress.js";
import { mayFollow, readScene } from "../../../src/training/script.js";
import { bent, NOISY_NETWORK, sound } from "../../charter/fixture.js";

const CHARTER = sound(NOISY_NETWORK);
const PLAN = planOf(CHARTER);
const CLAUSE = PLAN.model.kind === "network" ? PLAN.model : undefined;
if (CLAUSE?.privacy === undefined || CHARTER.privacy.mechanism === "none") throw new Error("another charter");
const { privacy } = CLAUSE;
const promised = CHARTER.privacy.budget;
const MOMENTS = packNoisyMoments({ negatives: 2_300, positives: 700, sums: Float64Array.of(-300), squares: Float64Array.of(700), missing: new Float64Array(), counts: Float64Array.of(1_500, 900, 600) });

/** Whose last bits an engine may choose (ECMA-262, 21.3.2). */
const TRANSCENDENTAL = ["exp", "expm1", "log", "log1p", "log2", "log10", "pow", "sinh", "cosh", "tanh", "atanh"] as const;

function started(plan: TrainingPlan = PLAN): Extract<NetworkProgress, { readonly model: object }> {
  const next = advanceNoisyNetwork(MOMENTS, 3, firstOf(plan) as NetworkProgress, plan);
  if (next.kind !== "next" || next.progress.kind !== "network" || next.progress.model === null) throw new Error("no beginning");
  return next.progress;
}

describe("the price of a network under noise", () => {
  test("is that of its moments and of its steps on samples, each a whole number", () => {
    const update: Question = started().question;
    const step = chargeOfQuestion(update, PLAN, 0);
    expect([Number.isSafeInteger(step), step]).toEqual([true, sampledStepNanoRho(privacy, promised)]);
    const before = chargeOfQuestion({ kind: "moments" }, PLAN, 0) + CLAUSE.rounds * step;
    expect([before, chargeOfQuestion({ kind: "evaluation" }, PLAN, before)]).toEqual([priceOfTraining(PLAN), 0]);
    const inTurn = chargesInTurn(PLAN);
    expect([inTurn.length, inTurn[1], inTurn.reduce((sum, each) => sum + each)]).toEqual([CLAUSE.rounds + 2, step, priceOfTraining(PLAN)]);
    expect(priceOfTraining(PLAN)).toBe(networkPrice(CLAUSE, privacy, promised));
  });

  test("is never less in all, in whatever order it was asked: who is evaluated pays what is left of it", () => {
    const [price, step] = [priceOfTraining(PLAN), chargeOfQuestion(started().question, PLAN, 0)];
    for (const paid of [0, privacy.momentsNanoRho, privacy.momentsNanoRho + step, price]) expect(paid + chargeOfQuestion({ kind: "evaluation" }, PLAN, paid)).toBe(price);
    expect(chargeOfQuestion({ kind: "evaluation" }, PLAN, price + 1)).toBe(0);
    expect(chargeOfQuestion({ kind: "evaluation" }, PLAN, Number.NaN)).toBeNaN();
  });

  test("is far below that of steps on all rows", () => {
    expect(sampledStepNanoRho(privacy, promised)).toBeLessThan(stepNoiseNanoRho(privacy) / 100);
    for (const sampleRate of [1e-9, 1e-8, 1e-7]) expect(sampledStepNanoRho({ ...privacy, sampleRate, noiseMultiplier: 100 }, promised)).toBeGreaterThanOrEqual(1);
  });

  test("is another where ε is read off at another order", () => {
    expect(orderWithin(8, 1e-6)).toBeLessThan(orderWithin(3, 1e-6));
    expect(sampledStepNanoRho(privacy, { epsilon: 8, delta: 1e-6, reserveShare: 0 })).not.toBe(sampledStepNanoRho(privacy, promised));
  });

  test.each([0, 0.2, 0.5])("is enough at both orders at which ε is read off where %d of it is kept in reserve: with the reserve, and without", (reserveShare) => {
    const [epsilon, delta] = [3, 1e-6];
    const noisier = { ...privacy, sampleRate: 0.1 };
    const price = sampledStepNanoRho(noisier, { epsilon, delta, reserveShare });
    const costs = [epsilon, epsilon * (1 - reserveShare)].map((part) => Math.ceil(1e9 * rhoOfSampled({ q: 0.1, rho: stepNoiseNanoRho(noisier) / 1e9 }, orderWithin(part, delta))));
    expect(price).toBe(Math.max(...costs));
    // The smaller promise is read off at the higher order, where a sample tells more.
    expect(costs[1]).toBeGreaterThanOrEqual(costs[0] ?? Infinity);
    if (reserveShare > 0) expect(price).toBeGreaterThan(costs[0] ?? Infinity);
  });

  test("and its plan are the same whatever an engine's exponential and logarithms are, and so are what the charter allows and the noise of each sum", () => {
    const all = () => {
      const plan = planOf(CHARTER);
      const questions: readonly Question[] = [{ kind: "moments" }, started(plan).question, { kind: "evaluation" }];
      return [planDigest(plan), budgetOf(CHARTER), priceOfTraining(plan), questions.map((question) => [noiseOf(question, layoutTerms(plan)), layoutOf(question, layoutTerms(plan))])];
    };
    const due = all();
    const spies = TRANSCENDENTAL.map((name) => jest.spyOn(Math, name).mockImplementation(() => { throw new Error(`Math.${name} is the engine's own`); }));
    try {
      expect(all()).toEqual(due);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  test("of another kind of question, or without a word on privacy, is none", () => {
    expect(() => chargeOfQuestion({ kind: "newton" } as Question, PLAN, 0)).toThrow("no such question");
    expect(() => priceOfTraining({ ...PLAN, model: { ...CLAUSE, privacy: undefined } })).toThrow("does not say");
  });
});

describe("a noisy step of a network", () => {
  test("lies in the ring as the guard and one number for each weight, with noise for the multiplier", () => {
    const { question, model } = started();
    expect(layoutOf(question, layoutTerms(PLAN)).segments.map(({ name, length }) => [name, length])).toEqual([["parties", 1], ["gradient", model.weights.length]]);
    const [grid] = gridsOf(question, layoutTerms(PLAN));
    const deviation = Math.sqrt((2 * Number(grid?.variance.numerator)) / Number(grid?.variance.denominator)) / 2 ** (grid?.segment.scaleBits ?? 0);
    // Two honest companies of the quorum of three; rounding adds a little to what one row can change.
    expect(deviation / (privacy.gradientNorm * privacy.noiseMultiplier)).toBeCloseTo(1, 4);
    expect(deviation).toBeGreaterThan(privacy.gradientNorm * privacy.noiseMultiplier);
  });

  test("goes down the mean over as many rows as a sample is expected to have", () => {
    const plain = planOf(sound(bent("/questions/0/model/optimiser", { kind: "fedavg", serverRate: 1 }, NOISY_NETWORK)));
    const at = started(plain);
    const gradient = Float64Array.from(at.model.weights, (_, i) => (i === 5 ? 6 : 0));
    const next = advanceNoisyNetwork(packGradient(gradient), 3, at, plain);
    if (next.kind !== "next" || next.progress.model === null) throw new Error("no step");
    expect(next).toMatchObject({ rows: 3_000, measure: { what: "gradient norm", value: expect.closeTo(0.1, 12) }, progress: { model: { iteration: 1 } } });
    const moved = next.progress.model.kind === "network" ? next.progress.model.weights.map((weight, i) => weight - (at.model.weights[i] ?? 0)) : [];
    // 6 / (0.02 · 3000) times the rate of 0.05; what else moves is the weights' own decay.
    expect(moved[5]).toBeCloseTo(-0.005, 5);
    expect(Math.max(...[...moved].filter((_, i) => i !== 5).map(Math.abs))).toBeLessThan(1e-5);
  });

  test("is taken as often as the charter says, and then judged; numbers that are none end the training", () => {
    const last = { ...started(), model: { ...started().model, iteration: 99 } };
    expect(advanceNoisyNetwork(packGradient(new Float64Array(last.model.weights.length)), 3, last, PLAN)).toMatchObject({ kind: "next", progress: { kind: "evaluation", model: { iteration: 100 } } });
    expect(advanceNoisyNetwork(packGradient(new Float64Array(last.model.weights.length).fill(Number.NaN)), 3, last, PLAN)).toMatchObject({ kind: "failed", code: "TRAINING_DIVERGED" });
  });
});

test("the script of a noisy network bounds how many steps are asked, and not how far noise carries them", () => {
  const [{ question, model }, moments] = [started(), readScene("moments", null, PLAN, null)];
  const scene = (iteration: number, weights = model.weights) => readScene("update", updateContext({ ...question, model: { ...model, iteration, weights } }), PLAN, moments);
  const first = scene(0);
  if (moments === null || first === null) throw new Error("no questions");
  const far = readScene("update", updateContext({ ...question, model: { ...model, iteration: 1, weights: model.weights.map((weight) => weight + 50) } }), PLAN, first);
  expect([mayFollow(moments, first), far !== null && mayFollow(first, far), scene(100)]).toEqual([true, true, null]);
  // The evaluation costs nothing more once every step has been charged, and is not to be had before.
  const evaluation = (iteration: number) => readScene("evaluation", modelJson({ ...model, iteration }), PLAN, first);
  expect([1, 99, 100].map((iteration) => evaluation(iteration) !== null)).toEqual([false, false, true]);
  expect(modelJson(initialModel(model, PLAN, CLAUSE))).toEqual(modelJson(model));
});
