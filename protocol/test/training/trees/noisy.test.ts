import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { encodeFixed, type Words } from "@cohortium/crypto/fixed-point";
import { leastNanoRho } from "../../../src/charter/trees-schema.js";
import { plainNoisyAnswer } from "../../../src/testing/plain-trees.js";
import type { TreesClause } from "../../../src/charter/model-clauses.js";
import { gridsOf, layoutOf, noiseOf, type Question } from "../../../src/training/layout.js";
import { layoutTerms, planDigest, type TrainingPlan } from "../../../src/training/plan.js";
import { chargeOfQuestion, chargesInTurn, priceOfTraining } from "../../../src/training/price.js";
import { advance, contextOf, firstOf, type Progress } from "../../../src/training/progress.js";
import { readScene, type Scene } from "../../../src/training/script.js";
import { noisyLevelQuestion } from "../../../src/training/trees/noisy-progress.js";
import { rhoOfTrees, treesCharges } from "../../../src/training/trees/noisy-charges.js";
import { noisyStartQuestion } from "../../../src/training/trees/noisy-start.js";
import { TINY_PLAN } from "../tiny-rows.js";
import { CLAUSE, FEATURES, madeUpRows } from "./made-up.js";

const NANO_RHO = 2_000_000_011;
const NOISY: TreesClause = { ...CLAUSE, gamma: 0, privacy: { nanoRho: NANO_RHO } };
const planOf = (clause: Partial<TreesClause> = {}): TrainingPlan => ({
  ...TINY_PLAN, features: FEATURES, model: { ...NOISY, ...clause }, evaluation: { ...TINY_PLAN.evaluation, scoreBins: 64 }, rowsMaxPerParty: 5_000, rowsMinJoint: 20,
  categoryRowsMin: 10, rounds: 100, noise: { honest: 2 },
});
const COLUMNS = [{ feature: 1, space: { kind: "numeric", thresholds: [17, 57], missing: false }, first: 0, slots: 2 }, { feature: 3, space: { kind: "categorical", kept: [0, 1] }, first: 2, slots: 2 }] as const;
const QUESTIONS: readonly { readonly what: string; readonly question: Question; readonly lengths: readonly number[]; readonly changed: readonly bigint[] }[] = [
  { what: "the counts", question: noisyStartQuestion(FEATURES), lengths: [1, 2, 6], changed: [1n, 2n] },
  { what: "the bins of three nodes", question: noisyLevelQuestion([3, 4, 5], COLUMNS), lengths: [1, 15, 15], changed: [3n, 3n] },
  { what: "four leaves", question: noisyLevelQuestion([1, 3, 5, 6], []), lengths: [1, 4, 4], changed: [1n, 1n] },
  { what: "the held-out scores", question: { kind: "evaluation" }, lengths: [1, 128], changed: [1n] },
];

describe("a noisy sum of trees", () => {
  test.each(QUESTIONS)("of $what has the guard, noise on everything else, and no count of rows", ({ question, lengths }) => {
    expect(layoutOf(question, layoutTerms(planOf())).segments.map(({ length }) => length)).toEqual(lengths);
    expect(noiseOf(question, layoutTerms(planOf()))?.map(({ length, variance }) => [length, variance === null])).toEqual(lengths.map((length, i) => [length, i === 0]));
  });

  test.each(QUESTIONS)("of $what is made for a row that moves $changed numbers by one, and spends exactly what it may tell", ({ question, changed }) => {
    const grids = gridsOf(question, layoutTerms(planOf()));
    expect(grids.map(({ sensitivitySquared, segment }) => sensitivitySquared / 4n ** BigInt(segment.scaleBits))).toEqual(changed);
    const spent = grids.map(({ sensitivitySquared, variance: { numerator, denominator } }) => [sensitivitySquared * denominator, 2n * 2n * numerator] as const)
      .reduce(([a, b], [c, d]) => [a * d + c * b, b * d] as const, [0n, 1n] as const);
    expect(spent[0] * 1_000_000_000n).toBe(BigInt(rhoOfTrees(question.kind as "level", NOISY)) * spent[1]);
  });

  test("has a scale on which slopes are whole numbers, for as many rows and as little budget as any charter has", () => {
    for (const nanoRho of [1_000, 2 ** 40]) {
      for (const rowsMaxPerParty of [100, 2 ** 28 - 1]) {
        const plan = { ...planOf({ trees: 11, depth: 8, privacy: { nanoRho } }), rowsMaxPerParty, parties: 64 };
        const grids = [noisyLevelQuestion([0], COLUMNS), noisyLevelQuestion([0], [])].flatMap((question) => gridsOf(question, layoutTerms(plan)));
        expect(Math.min(...grids.map(({ segment }) => segment.scaleBits))).toBeGreaterThanOrEqual(20);
      }
    }
  });

  test("does not exist where the charter has no price, nor of a question that trees do not ask", () => {
    const { privacy: _, ...exact } = NOISY;
    expect(() => layoutOf({ kind: "evaluation" }, { ...layoutTerms(planOf()), model: exact })).toThrow("does not say");
    expect(() => layoutOf({ kind: "moments" }, layoutTerms(planOf()))).toThrow("no such question");
    expect(() => chargeOfQuestion({ kind: "moments" }, planOf(), 0)).toThrow("no such question");
  });
});

describe("the price of trees under noise", () => {
  test("is shared by its sums in whole numbers, whatever its size", () => {
    fc.assert(fc.property(fc.integer({ min: 200_000, max: 2 ** 40 }), fc.integer({ min: 1, max: 800 }), fc.integer({ min: 1, max: 8 }), (nanoRho, trees, depth) => {
      const charges = treesCharges({ ...NOISY, trees, depth, privacy: { nanoRho } });
      expect([charges.length, charges.at(-1)]).toEqual([1 + trees * (depth + 1) + 1, 0]);
      expect(charges.slice(0, -1).every((charge) => Number.isSafeInteger(charge) && charge > 0)).toBe(true);
      expect(charges.reduce((sum, charge) => sum + charge, 0)).toBe(nanoRho);
      expect(new Set(charges.slice(1, -1)).size).toBe(1);
    }));
  });

  test("is enough where the charter's rule says so, and a little less is not", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 1, max: 8 }), (trees, depth) => {
      const least = leastNanoRho({ trees, depth }, 10);
      const each = (nanoRho: number) => rhoOfTrees("level", { ...NOISY, trees, depth, privacy: { nanoRho } });
      expect([each(least) >= 10, each(Math.floor((19 * least) / 20) - 20) < 10]).toEqual([true, true]);
    }));
  });

  test("is what the charter says, and part of the plan's digest", () => {
    expect([priceOfTraining(planOf()), chargesInTurn(planOf()).reduce((sum, charge) => sum + charge)]).toEqual([NANO_RHO, NANO_RHO]);
    expect(planDigest(planOf())).not.toBe(planDigest(planOf({ privacy: { nanoRho: NANO_RHO + 1 } })));
    expect([NANO_RHO, NANO_RHO - 7].map((paid) => chargeOfQuestion({ kind: "evaluation" }, planOf(), paid))).toEqual([0, 7]);
  });
});

describe("a noisy training of trees in which nobody adds noise", () => {
  const rows = madeUpRows(3_000, 5);

  interface Round { readonly scene: Scene; readonly words: Words; readonly charge: number }

  function trained(plan: TrainingPlan, until: "evaluation") {
    const rounds: Round[] = [];
    let [progress, last]: [Progress, Scene | null] = [firstOf(plan), null];
    for (;;) {
      const scene = readScene(progress.question.kind, contextOf(progress), plan, last);
      if (scene?.kind !== "trees") throw new Error("a question that no node answers");
      expect(scene.question).toEqual(progress.question);
      last = scene;
      if (scene.stage === until) return { rounds, model: scene.model };
      const { segments, ring } = layoutOf(scene.question, layoutTerms(plan));
      const words = encodeFixed(plainNoisyAnswer(rows, FEATURES, scene), segments, ring);
      rounds.push({ scene, words, charge: chargeOfQuestion(scene.question, plan, 0) });
      const next = advance(progress, words, 1, plan);
      if (next.kind !== "next") throw new Error(JSON.stringify(next));
      ({ progress } = next);
    }
  }

  const dear = planOf({ privacy: { nanoRho: 1e13 } });

  test("asks for the counts, then tree by tree for every level and for the leaves, and costs what the charter says", () => {
    const { rounds, model } = trained(dear, "evaluation");
    expect(rounds.map(({ scene }) => scene.question.kind)).toEqual(["bins", ...Array.from({ length: 4 * 4 }, () => "level")]);
    expect(rounds.reduce((sum, { charge }) => sum + charge, 0)).toBe(1e13);
    expect([model.trees.length, model.trees.every(({ feature }) => feature.length > 3)]).toEqual([4, true]);
  });

  test("adds up exactly: each word is the whole number that rows make", () => {
    const { rounds: [first, root] } = trained(dear, "evaluation");
    const positives = rows.filter(({ label }) => label === 1).length;
    const { scaleBits } = gridsOf(first!.scene.question, layoutTerms(dear))[0]!.segment;
    expect([...first!.words].slice(0, 3).map(Number)).toEqual([1, (3_000 - positives) * 2 ** scaleBits, positives * 2 ** scaleBits]);
    // At the base all rows have one probability, so the root's slope is that of its classes.
    const { question } = root!.scene as Extract<Scene, { readonly stage: "level" }>;
    expect(question).toMatchObject({ nodes: 1, columns: 4 });
    const slots = question.slots;
    const [total, bins] = [BigInt.asIntN(64, BigInt(root!.words[1] ?? 0)), [...root!.words].slice(2, 2 + slots).map((word) => BigInt.asIntN(64, BigInt(word)))];
    // A row is in one bin of each of the numeric columns, whose bins stand where the question has them.
    const { columns } = root!.scene as Extract<Scene, { readonly stage: "level" }>;
    for (const { first: from, slots: count, space } of columns) {
      if (space.kind === "numeric") expect(bins.slice(from, from + count).reduce((sum, bin) => sum + bin, 0n)).toBe(total);
    }
  });

  test("asks for no more levels of a tree in which no split is believed, and leaves the rest to the evaluation", () => {
    const { rounds, model } = trained(planOf({ childWeightMin: 1e6, privacy: { nanoRho: 1e13 } }), "evaluation");
    expect(rounds.map(({ scene }) => (scene.question as { readonly columns?: number }).columns)).toEqual([undefined, 4, 0, 4, 0, 4, 0, 4, 0]);
    expect(rounds.reduce((sum, { charge }) => sum + charge, 0)).toBeLessThan(0.6 * 1e13);
    expect(model.trees.map(({ feature }) => feature)).toEqual([[-1], [-1], [-1], [-1]]);
  });

  test("ends where there are too few rows, or of one class, by the noisy counts", () => {
    const counts = (negatives: number, positives: number) => {
      const progress = firstOf(dear);
      const { segments, ring } = layoutOf(progress.question, layoutTerms(dear));
      return advance(progress, encodeFixed(Float64Array.of(1, negatives, positives, 1, 1, 1, 1, 1, 1), segments, ring), 1, dear);
    };
    expect(counts(9, 10.5)).toMatchObject({ kind: "failed", code: "TRAINING_DEGENERATE", detail: { because: "too-few-rows", rows: 20 } });
    expect(counts(40, -3)).toMatchObject({ kind: "failed", detail: { because: "one-class" } });
    expect(counts(40, 30)).toMatchObject({ kind: "next", rows: 70 });
  });
});
