import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { LogisticClause, LogisticPrivacy } from "@cohortium/protocol/charter/model-clauses";
import { fitPooled } from "@cohortium/protocol/training/logistic/fit";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { gridsOf, layoutOf, type Question } from "@cohortium/protocol/training/layout";
import { readScene } from "@cohortium/protocol/training/script";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { advance, contextOf, firstOf, type Progress } from "@cohortium/protocol/training/progress";
import { takeRows, type LocalRows } from "../../src/data/local-rows.js";
import { contributorOf } from "../../src/learning/alone.js";
import { learnerOf } from "../../src/learning/learner.js";
import { FEATURES, GAPPED, gappedRows, madeUpRows } from "./made-up-rows.js";

const PRIVACY: LogisticPrivacy = { nanoRho: 50_000_000, rowNormMax: 1.5, iterations: 6 };
const CLAUSE: LogisticClause = { kind: "logistic", ridge: 2, gradientTolerance: 1e-8, iterationsMax: 25, privacy: PRIVACY };
const PLAN: TrainingPlan = {
  question: "propensity.train", recipe: { features: [], label: { name: "y", positive: "1", negative: "0" } }, features: FEATURES,
  label: { name: "y", positive: "1", negative: "0" }, model: CLAUSE, evaluation: { scoreBins: 64, holdout: "own", holdoutShare: 0.2 },
  parties: 3, rowsMaxPerParty: 5_000, rowsMinPerParty: 10, rowsMinJoint: 20, categoryRowsMin: 5, rounds: 8, noise: { honest: 2 },
};
const GAPPED_PLAN = { ...PLAN, features: GAPPED };
const MODEL: LogisticModel = {
  kind: "logistic", iteration: 2, columns: ["intercept", "job=farmer", "job=retired", "age", "loan=yes", "rate"],
  means: [0, 0, 0, 54, 0, -2.5], deviations: [1, 1, 1, 20, 1, 2], coefficients: [-0.3, 0.2, -1.1, 0.5, 0.8, -0.7], dropped: ["job=farmer"],
};
const GAPPED_MODEL: LogisticModel = {
  ...MODEL, columns: ["intercept", "job=farmer", "job=retired", "age", "age=(missing)", "loan=yes", "rate", "rate=(missing)"],
  means: [0, 0, 0, 54, 0, 0, -2.5, 0], deviations: [1, 1, 1, 20, 1, 1, 2, 1], coefficients: [-0.3, 0, -1.1, 0.5, 0.2, 0.8, -0.7, 0.4],
};

/** What a node would encode, before noise and masks, as whole numbers. */
async function encoded(rows: LocalRows, question: Question, plan: TrainingPlan): Promise<readonly bigint[]> {
  const desk = { party: "p", memory: null as never, entropy: new Uint8Array(32), say: () => undefined };
  const learner = learnerOf(plan, { train: rows, held: rows, counted: rows, digest: "", setDigest: rows.setDigest, notes: [] }, desk);
  const model = question.kind === "newton" ? question.model : question.kind === "evaluation" ? plan === PLAN ? MODEL : GAPPED_MODEL : null;
  const values = await learner.answer({ kind: "logistic", question, model, digest: "" as never, steps: null } as never, "");
  const { segments, ring } = layoutOf(question, layoutTerms(plan));
  return [...encodeFixed(values, segments, ring)].map((word) => BigInt.asIntN(64, BigInt(word)));
}

describe("a row, added or removed, moves each segment of a noisy sum by no more than its noise is made for", () => {
  const cases = [[PLAN, MODEL, madeUpRows(150, 7)], [GAPPED_PLAN, GAPPED_MODEL, gappedRows(150, 8)]] as const;
  test.each(cases.flatMap(([plan, model, rows]) => ([{ kind: "moments" }, { kind: "newton", model }, { kind: "evaluation" }] as const).map((question) => ({ plan, rows, question, kind: question.kind, gaps: rows === cases[1][2] }))))("$kind, gaps $gaps", async ({ plan, rows, question }) => {
    const grids = gridsOf(question, layoutTerms(plan));
    const whole = await encoded(rows, question, plan);
    let nearest = 0;
    await fc.assert(fc.asyncProperty(fc.nat(149), async (gone) => {
      const without = await encoded(takeRows(rows, Array.from({ length: 150 }, (_, i) => i).filter((i) => i !== gone)), question, plan);
      let at = 1;
      for (const { segment, sensitivitySquared } of grids) {
        const moved = whole.slice(at, at + segment.length).reduce((sum, word, i) => sum + (word - (without[at + i] ?? 0n)) ** 2n, 0n);
        expect(moved <= sensitivitySquared).toBe(true);
        nearest = Math.max(nearest, Number(moved) / Number(sensitivitySquared));
        at += segment.length;
      }
    }), { numRuns: 60 });
    // The bound is no idle one: some row comes near it.
    expect(nearest).toBeGreaterThan(0.2);
  });
});

test("the order of rows changes no bit of a noisy sum", async () => {
  const rows = madeUpRows(400, 9);
  const turned = takeRows(rows, Array.from({ length: 400 }, (_, i) => (i * 171) % 400));
  for (const question of [{ kind: "moments" }, { kind: "newton", model: MODEL }, { kind: "evaluation" }] as const) {
    expect(await encoded(turned, question, PLAN)).toEqual(await encoded(rows, question, PLAN));
  }
});

describe("a noisy training", () => {
  const parts = [madeUpRows(800, 21), madeUpRows(500, 22), madeUpRows(700, 23)];

  /** All rounds, in which nobody adds noise: what is left is clipping, rounding, and what is added against noise. */
  async function trained(privacy: LogisticPrivacy): Promise<{ readonly model: LogisticModel; readonly asked: readonly string[] }> {
    const plan: TrainingPlan = { ...PLAN, model: { ...CLAUSE, privacy } };
    const asked: string[] = [];
    let [progress, last]: [Progress, ReturnType<typeof readScene>] = [firstOf(plan), null];
    for (;;) {
      const { question } = progress;
      asked.push(question.kind);
      const scene = readScene(question.kind, contextOf(progress), plan, last);
      if (scene === null) throw new Error("a question that no node answers");
      last = scene;
      const { ring } = layoutOf(question, layoutTerms(plan));
      const encodings = await Promise.all(parts.map((rows) => encoded(rows, scene.question, plan)));
      const words = BigUint64Array.from(encodings[0] ?? [], (_, i) => BigInt.asUintN(ring, encodings.reduce((sum, words) => sum + (words[i] ?? 0n), 0n)));
      const step = advance(progress, words, 3, plan);
      if (step.kind === "failed") throw new Error(JSON.stringify(step));
      if (step.kind === "evaluated") return { model: step.model as LogisticModel, asked };
      ({ progress } = step);
    }
  }

  test("asks for the moments, as many steps as the charter says, and the scores", async () => {
    expect((await trained(PRIVACY)).asked).toEqual(["moments", ...Array.from({ length: 6 }, () => "newton"), "evaluation"]);
  });

  test("comes to the exact model as the price goes up and no row is scaled down", async () => {
    const exact = fitPooled(parts.map((rows) => contributorOf(rows, FEATURES)), { features: FEATURES, clause: CLAUSE, minimums: { rowsMin: 20, categoryRowsMin: 5 } });
    if (exact.kind !== "fitted") throw new Error(exact.kind);
    const apart = async (nanoRho: number) => {
      const { model } = await trained({ nanoRho, rowNormMax: 6, iterations: 8 });
      return Math.max(...model.coefficients.map((weight, i) => Math.abs(weight - (exact.model.coefficients[i] ?? 0))));
    };
    const [dear, cheap] = [await apart(1e15), await apart(1e7)];
    expect(dear).toBeLessThan(1e-3);
    expect(cheap).toBeGreaterThan(10 * dear);
  });
});
