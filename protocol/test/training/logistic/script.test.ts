import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { parseLogisticModel, type LogisticModel } from "../../../src/training/logistic/model.js";
import { modelJson } from "../../../src/training/model.js";
import { mayFollow, readScene, type Scene } from "../../../src/training/script.js";
import type { TrainingPlan } from "../../../src/training/plan.js";
import { sentTo, ADA } from "../../conduct/recorded.js";
import { SHORT_PLAN } from "../tiny-rows.js";

const ZERO = parseLogisticModel(sentTo(ADA, "round", 2).context as Readonly<Record<string, unknown>>, SHORT_PLAN.features);
const scene = (kind: string, context: Json): Scene => {
  const read = readScene(kind, context, SHORT_PLAN, null);
  if (read === null) throw new Error("no such question");
  return read;
};
const newton = (change: Partial<LogisticModel> = {}) => scene("newton", modelJson({ ...ZERO, ...change }));
const steps = (iteration: number, coefficients = [1, 2, 3, 4].slice(0, ZERO.columns.length)) => newton({ iteration, coefficients: ZERO.columns.map((_, i) => coefficients[i] ?? 1) });
/** The same under noise that pays for two steps. */
const NOISY_PLAN: TrainingPlan = { ...SHORT_PLAN, noise: { honest: 2 }, model: { ...SHORT_PLAN.model, privacy: { nanoRho: 1_000_000, rowNormMax: 3, iterations: 2 } } };
const MOMENTS = scene("moments", null);
const evaluation = (change: Partial<LogisticModel> = {}) => scene("evaluation", modelJson({ ...ZERO, ...change }));

describe("a question", () => {
  test.each([["moments", modelJson(ZERO)], ["newton", null], ["evaluation", null], ["newton", { kind: "logistic" }], ["rows", modelJson(ZERO)], [undefined, null]] as const)("%s at %j is none", (kind, context) => {
    expect(readScene(kind, context, SHORT_PLAN, null)).toBeNull();
  });

  test("is the same at the same model, and another at another", () => {
    expect(newton().digest).toBe(newton().digest);
    expect(newton({ iteration: 1 }).digest).not.toBe(newton().digest);
  });
});

describe("the script of a training", () => {
  test("begins with the moments, and asks for them once", () => {
    expect([mayFollow(null, MOMENTS), mayFollow(MOMENTS, MOMENTS), mayFollow(newton(), MOMENTS)]).toEqual([true, false, false]);
  });

  test("goes on at the zero model, and from there step by step", () => {
    expect([mayFollow(MOMENTS, newton()), mayFollow(newton(), steps(1)), mayFollow(steps(1), steps(2))]).toEqual([true, true, true]);
    expect([mayFollow(null, newton()), mayFollow(MOMENTS, steps(0)), mayFollow(MOMENTS, newton({ iteration: 1 })), mayFollow(newton(), newton()), mayFollow(newton(), steps(2))]).toEqual([false, false, false, false, false]);
  });

  const numeric = ZERO.columns.indexOf("age");
  test.each([
    ["means", { means: ZERO.means.map((mean, i) => (i === numeric ? mean + 1 : mean)) }],
    ["deviations", { deviations: ZERO.deviations.map((deviation, i) => (i === numeric ? deviation / 2 : deviation)) }],
    ["dropped columns", { dropped: [...ZERO.dropped, "age"] }],
  ])("keeps to one standardisation: no step has other %s", (_, change) => {
    expect(mayFollow(newton(), newton({ iteration: 1, ...change }))).toBe(false);
  });

  test("has one way to write a model: a dropped column has coefficient zero, and no zero is negative", () => {
    const dropped = { dropped: ["age"] };
    const written = (value: number) => newton({ ...dropped, iteration: 1, coefficients: ZERO.columns.map((_, i) => (i === numeric ? value : 1)) });
    expect([mayFollow(newton(dropped), written(0)), mayFollow(newton(dropped), written(5))]).toEqual([true, false]);
    // RFC 8785 writes both zeros as 0, so they cannot make two questions of one.
    expect(newton({ coefficients: ZERO.columns.map(() => -0) }).digest).toBe(newton().digest);
  });

  test("ends with one evaluation, at the model of the last step", () => {
    expect([mayFollow(newton(), evaluation()), mayFollow(newton(), evaluation({ iteration: 1 })), mayFollow(MOMENTS, evaluation()), mayFollow(null, evaluation())]).toEqual([true, false, false, false]);
    expect([mayFollow(evaluation(), evaluation()), mayFollow(evaluation(), steps(1))]).toEqual([false, false]);
  });
});

describe("the script of a training under noise", () => {
  const noisy = (kind: string, iteration: number | null, coefficient = 0): Scene => {
    const read = readScene(kind, iteration === null ? null : modelJson({ ...ZERO, iteration, coefficients: ZERO.columns.map(() => coefficient) }), NOISY_PLAN, null);
    if (read === null) throw new Error("no such question");
    return read;
  };
  const [moments, first, second, third] = [noisy("moments", null), noisy("newton", 0), noisy("newton", 1, 3), noisy("newton", 2, 4)];

  test("asks for as many steps as are paid for, and for no more", () => {
    expect([mayFollow(null, moments), mayFollow(moments, first), mayFollow(first, second), mayFollow(second, third)]).toEqual([true, true, true, false]);
  });

  test("judges the model that the last of them led to, and neither an earlier one nor the one it was asked at", () => {
    const at = (iteration: number, coefficient: number) => noisy("evaluation", iteration, coefficient);
    expect([mayFollow(second, at(2, 5)), mayFollow(first, at(1, 5)), mayFollow(second, at(1, 3)), mayFollow(moments, at(2, 5)), mayFollow(at(2, 5), at(2, 5))]).toEqual([true, false, false, false, false]);
  });
});
