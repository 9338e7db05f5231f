import { Dice } from "../../../src/testing/dice.js";
import type { TreesClause } from "../../../src/charter/model-clauses.js";
import type { Feature } from "../../../src/charter/features.js";
import type { TreesTerms } from "../../../src/training/trees/progress.js";
import type { PlainRow } from "../../../src/testing/plain-trees.js";

/** Two numbers, one of which may be missing, and two words. */
export const FEATURES = [
  { kind: "categorical", name: "job", categories: ["clerk", "farmer", "pilot", "juggler"] },
  { kind: "numeric", name: "age", unit: "years", min: 17, max: 97 },
  { kind: "numeric", name: "income", unit: "euros", min: -500, max: 1e6, missing: "indicate" },
  { kind: "categorical", name: "loan", categories: ["no", "yes"] },
] as readonly Feature[];

export const CLAUSE: TreesClause = {
  kind: "trees", trees: 4, depth: 3, learningRate: 0.3, lambda: 1.5, gamma: 0.1, childWeightMin: 2.5, bins: 16, rowSample: 1, columnSample: 1, seed: 7,
};

export const termsOf = (clause: Partial<TreesClause> = {}, features = FEATURES): TreesTerms => ({
  plan: { features, rowsMinJoint: 20, categoryRowsMin: 10 }, clause: { ...CLAUSE, ...clause },
});

/** Rows with a true effect of everything, an uneven income, and few jugglers. */
export function madeUpRows(count: number, seed: number): readonly PlainRow[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, () => {
    const job = dice.roll(40) === 0 ? 3 : dice.roll(3);
    const age = 17 + dice.roll(81);
    const income = dice.roll(6) === 0 ? Number.NaN : Math.round(10 ** (2 + dice.roll(3_000) / 1_000)) - 100 * dice.roll(2);
    const loan = dice.roll(2);
    const logit = (age - 50) / 20 + (job === 2 ? 1 : -0.5) + (Number.isNaN(income) ? 0.8 : income > 5_000 ? -0.7 : 0.2) + (loan === 1 && age > 40 ? 1 : 0);
    return { values: [job, age, income, loan], label: dice.chance(1 / (1 + Math.exp(-logit))) ? 1 : 0 };
  });
}
