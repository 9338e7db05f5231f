import { describe, expect, test } from "@jest/globals";
import type { Charter } from "../../src/charter/charter.js";
import { contextDigest, layoutTerms, minimumsOf, planDigest, planOf, type TrainingPlan } from "../../src/training/plan.js";
import { parseDigest } from "../../src/session/ids.js";
import { sound } from "../charter/fixture.js";
import { TINY_PLAN } from "./tiny-rows.js";

describe("a plan", () => {
  const charter = sound();

  test("follows from the charter alone", () => {
    const [question] = charter.questions as readonly [Charter["questions"][number]];
    expect(planOf(charter)).toEqual({
      question: "propensity.train", recipe: question, features: question.features, label: question.label, model: question.model, evaluation: question.evaluation, parties: 4,
      rowsMaxPerParty: 50_000, rowsMinPerParty: 200, rowsMinJoint: 2_000, categoryRowsMin: 50, rounds: 23,
    });
  });

  test("of a charter that lists no training is none", () => {
    expect(() => planOf({ ...charter, questions: [] })).toThrow(RangeError);
  });

  test("gives the layouts their terms and the moments their minimums", () => {
    expect(layoutTerms(TINY_PLAN)).toEqual({ features: TINY_PLAN.features, model: TINY_PLAN.model, scoreBins: 1024, parties: 5, rowsMaxPerParty: 1_000 });
    expect(minimumsOf(TINY_PLAN)).toEqual({ rowsMin: 20, categoryRowsMin: 3 });
  });
});

describe("the digest of a plan", () => {
  const [age, job] = TINY_PLAN.features;
  const changes: Readonly<Record<string, Partial<TrainingPlan>>> = {
    "the recipe": { recipe: { ...TINY_PLAN.recipe, features: TINY_PLAN.recipe.features.map((feature) => ({ ...feature, source: `old_${feature.name}` })) } },
    "a bound": { features: [{ ...age, max: 98 } as TrainingPlan["features"][number], ...TINY_PLAN.features.slice(1)] },
    "a category": { features: [...TINY_PLAN.features.slice(0, 1), { ...job, categories: ["clerk", "farmer"] } as TrainingPlan["features"][number]] },
    "the order of features": { features: [...TINY_PLAN.features].reverse() },
    "the label": { label: { ...TINY_PLAN.label, positive: "no", negative: "yes" } },
    "a model clause": { model: { ...TINY_PLAN.model, ridge: 0.51 } },
    "the held-out file": { evaluation: { ...TINY_PLAN.evaluation, holdoutDigest: parseDigest("0".repeat(64)) } }, "the way of judging": { evaluation: { ...TINY_PLAN.evaluation, scoreBins: 1025 } }, "who sees a gain": { evaluation: { ...TINY_PLAN.evaluation, perPartner: "shared" } }, "the number of parties": { parties: 6 }, "the row cap": { rowsMaxPerParty: 1_001 },
    "a party's minimum": { rowsMinPerParty: 4 }, "the joint minimum": { rowsMinJoint: 21 }, "a category's minimum": { categoryRowsMin: 4 }, "the rounds": { rounds: 16 },
  };
  test.each(Object.entries(changes))("changes with %s", (_, change) => expect(planDigest({ ...TINY_PLAN, ...change })).not.toBe(planDigest(TINY_PLAN)));

  test("does not change with the order of members", () => {
    const shuffled = Object.fromEntries(Object.entries(TINY_PLAN).reverse()) as unknown as TrainingPlan;
    expect(planDigest(shuffled)).toBe(planDigest(TINY_PLAN));
  });
});

test("the context before there is a model is SHA-256 of the four letters null", () => {
  expect(contextDigest(null)).toBe("74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b");
});
