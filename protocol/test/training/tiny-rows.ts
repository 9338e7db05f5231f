import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { Words } from "@cohortium/crypto/words";
import type { ContributionAsked } from "../../src/aggregation/round-member.js";
import type { PartyId } from "../../src/session/ids.js";
import { Dice } from "../../src/testing/dice.js";
import { binOf, packHistogram } from "../../src/training/evaluation.js";
import type { LogisticClause } from "../../src/charter/model-clauses.js";
import type { Contributor } from "../../src/training/logistic/fit.js";
import { layoutOf, type Question } from "../../src/training/layout.js";
import { activeColumns, parseLogisticModel, type LogisticModel } from "../../src/training/logistic/model.js";
import { packMoments, unitOf } from "../../src/training/moments.js";
import { packNewton } from "../../src/training/logistic/newton.js";
import { layoutTerms, type TrainingPlan } from "../../src/training/plan.js";

export interface TinyRow { readonly age: number; readonly job: number; readonly y: number }

const AGE = { kind: "numeric", name: "age", unit: "years", min: 17, max: 97 } as const;
const JOB = { kind: "categorical", name: "job", categories: ["clerk", "farmer", "pilot"] } as const;

const LABEL = { name: "y", positive: "yes", negative: "no" } as const;

type LogisticPlan = TrainingPlan & { readonly model: LogisticClause };

/** A plan small enough that a whole training takes milliseconds. */
export const TINY_PLAN: LogisticPlan = {
  question: "propensity.train", recipe: { features: [AGE, JOB], label: LABEL }, features: [AGE, JOB], label: LABEL,
  model: { kind: "logistic", ridge: 0.5, gradientTolerance: 1e-9, iterationsMax: 12 },
    evaluation: { scoreBins: 1024, holdout: "own", holdoutShare: 0.2 },
  parties: 5, rowsMaxPerParty: 1_000, rowsMinPerParty: 3, rowsMinJoint: 20, categoryRowsMin: 3, rounds: 15,
};

/** Ends after the moments, one Newton sum and the evaluation, for tests that are not about the fit. */
export const SHORT_PLAN: LogisticPlan = { ...TINY_PLAN, model: { ...TINY_PLAN.model, gradientTolerance: 1_000, iterationsMax: 2 }, rounds: 5 };

/** A party's rows: a fixed function of its name, with a true effect of age and of being a pilot. */
export function tinyRows(party: string): readonly TinyRow[] {
  const dice = new Dice([...party].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 17) >>> 0);
  return Array.from({ length: 40 + dice.roll(30) }, () => {
    const [age, job] = [17 + dice.roll(80), dice.roll(3)];
    const chance = 1 / (1 + Math.exp(-((age - 50) / 20 + (job === 2 ? 1 : -0.5))));
    return { age, job, y: dice.chance(chance) ? 1 : 0 };
  });
}

/** The node's arithmetic over rows, in its plainest form. */
export function tinyAnswers(rows: readonly TinyRow[]): Contributor & { evaluation(model: LogisticModel): Float64Array } {
  const logit = (model: LogisticModel, row: TinyRow) => standardised(model, row).reduce((sum, x, i) => sum + x * (activeColumns(TINY_PLAN.features, model)[i]?.coefficient ?? 0), 0);
  return {
    moments: () => packMoments({
      rows: rows.length, positives: rows.filter(({ y }) => y === 1).length,
      sums: Float64Array.of(rows.reduce((sum, { age }) => sum + unitOf(AGE, age), 0)),
      squares: Float64Array.of(rows.reduce((sum, { age }) => sum + unitOf(AGE, age) ** 2, 0)),
      missing: new Float64Array(),
      counts: Float64Array.from(JOB.categories.map((_, job) => rows.filter((row) => row.job === job).length)),
    }),
    newton: (model) => {
      const p = activeColumns(TINY_PLAN.features, model).length;
      const gradient = new Float64Array(p);
      const hessian = new Float64Array((p * (p + 1)) / 2);
      let loss = 0;
      for (const row of rows) {
        const x = standardised(model, row);
        const mean = 1 / (1 + Math.exp(-logit(model, row)));
        loss -= Math.log(row.y === 1 ? mean : 1 - mean);
        let at = 0;
        for (let i = 0; i < p; i++) {
          gradient[i] = (gradient[i] ?? 0) + (x[i] ?? 0) * (mean - row.y);
          for (let j = i; j < p; j++, at++) hessian[at] = (hessian[at] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0) * mean * (1 - mean);
        }
      }
      return packNewton({ rows: rows.length, loss, gradient, hessian });
    },
    evaluation: (model) => {
      const bins = TINY_PLAN.evaluation.scoreBins;
      const [positives, negatives] = [new Float64Array(bins), new Float64Array(bins)];
      for (const row of rows) {
        const histogram = row.y === 1 ? positives : negatives;
        const bin = binOf(logit(model, row), bins);
        histogram[bin] = (histogram[bin] ?? 0) + 1;
      }
      return packHistogram({ rows: rows.length, positives, negatives });
    },
  };
}

/** What a node's host answers to `contribute`, before masks. */
export function tinyWords(party: PartyId, { question, context }: ContributionAsked, plan: TrainingPlan = TINY_PLAN): Words {
  const answers = tinyAnswers(tinyRows(party));
  const model = question.kind === "moments" ? null : parseLogisticModel(context as Readonly<Record<string, unknown>>, plan.features);
  const asked: Question = model !== null && question.kind === "newton" ? { kind: "newton", model } : { kind: question.kind === "moments" ? "moments" : "evaluation" };
  const values = model === null ? answers.moments() : question.kind === "newton" ? answers.newton(model) : answers.evaluation(model);
  const { segments, ring } = layoutOf(asked, layoutTerms(plan));
  return encodeFixed(values, segments, ring);
}

function standardised(model: LogisticModel, row: TinyRow): readonly number[] {
  return activeColumns(TINY_PLAN.features, model).map(({ column, mean, deviation }) => {
    switch (column.kind) {
      case "intercept": return 1;
      case "numeric": return (row.age - mean) / deviation;
      case "missing": return 0;
      case "category": return row.job === column.category ? 1 : 0;
    }
  });
}
