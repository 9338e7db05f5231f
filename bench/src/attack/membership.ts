import { localRows, takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import { contributorOf } from "@cohortium/node/learning/alone";
import { logitsOf } from "@cohortium/node/learning/logistic";
import type { Feature } from "@cohortium/protocol/charter/features";
import { Dice } from "@cohortium/protocol/testing/dice";
import { fitPooled } from "@cohortium/protocol/training/logistic/fit";
import { percent, type Verdict } from "./verdict.js";

/**
 * Who was among the rows that a model learned from, told by how well it does on them (Yeom and others, CSF 2018): the best threshold on the loss,
 * chosen with the answers known. Trainings add no noise yet, so nothing is promised; a model over many rows for its columns just has little to tell.
 */
export function membership(quick: boolean): Verdict {
  const control = advantage(80, 30, 8);
  const rows = quick ? 6_000 : 30_000;
  const ours = advantage(rows, 30, 1);
  return {
    attack: "who was trained on, from a released logistic model",
    control: `${percent(control)} of 80 rows with 30 columns`, ours: `${percent(ours)} of ${rows} rows; with noise: not measured`, promised: "nothing: this training is exact",
    controlFalls: control > 0.3, holds: null,
  };
}

/** The mean over some draws of the largest difference, over all thresholds, of how many members and how many others have less loss. */
function advantage(rows: number, columns: number, draws: number): number {
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    const all = madeUp(2 * rows, columns, new Dice(rows + draw));
    const members = takeRows(all, Array.from({ length: rows }, (_, i) => i));
    const others = takeRows(all, Array.from({ length: rows }, (_, i) => rows + i));
    const clause = { ridge: 0.01, gradientTolerance: 1e-6, iterationsMax: 60 };
    const features = featuresOf(columns);
    const fit = fitPooled([contributorOf(members, features)], { features, clause, minimums: { rowsMin: 1, categoryRowsMin: 1 } });
    if (fit.kind !== "fitted") throw new Error(`no model to attack: ${fit.because}`);
    const lossesOf = (one: LocalRows): readonly number[] => (
      Array.from(logitsOf(one, features, fit.model), (logit, i) => Math.log1p(Math.exp(one.y[i] === 1 ? -logit : logit))));
    sum += largestGap(lossesOf(members), lossesOf(others));
  }
  return sum / draws;
}

/** The statistic of Kolmogorov and Smirnov, one-sided. */
function largestGap(lower: readonly number[], higher: readonly number[]): number {
  const steps = (losses: readonly number[], step: number) => losses.map((loss) => ({ loss, step }));
  const marked = [...steps(lower, 1 / lower.length), ...steps(higher, -1 / higher.length)].sort((a, b) => a.loss - b.loss);
  let [gap, largest] = [0, 0];
  for (const { step } of marked) largest = Math.max(largest, gap += step);
  return largest;
}

function featuresOf(columns: number): readonly Feature[] {
  return Array.from({ length: columns }, (_, i) => ({ kind: "numeric", name: `x${i}`, unit: "units", min: -1, max: 1 }));
}

function madeUp(rows: number, columns: number, dice: Dice): LocalRows {
  const x = Float64Array.from({ length: rows * columns }, () => dice.roll(2_000_001) / 1e6 - 1);
  const y = Uint8Array.from({ length: rows }, (_, row) => (dice.chance(1 / (1 + Math.exp(-2 * (x[row] ?? 0)))) ? 1 : 0));
  return localRows(x, [], y);
}
