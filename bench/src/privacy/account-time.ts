import { lossesOfSampledGaussian, lossOfDiscreteGaussian, lossOfDiscreteLaplace } from "@cohortium/protocol/budget/mechanisms";
import { composed, epsilonOfLosses, type PrivacyLoss } from "@cohortium/protocol/budget/privacy-loss";
import { epsilonOfRdp, rdpOf } from "@cohortium/protocol/budget/rdp";
import { collectGarbage, spreadOf } from "../measure.js";
import { column, three, type Row, type Section } from "../section.js";

/** A row of the published table must not take longer. */
const GOAL_MS = 500;

type Sampled = readonly [q: number, sigma: number, steps: number, delta: number];

/** The settings that protocol/test/budget/golden.test.ts holds to published values. */
const SAMPLED: readonly Sampled[] = [
  [0.04, 1.5, 2_250, 1e-5], [256 / 60_000, 1.1, 14_062, 1e-5], [0.01, 1, 1_000, 1e-5], [0.01, 1, 10_000, 1e-5], [0.01, 4, 10_000, 1e-5],
  [0.001, 0.8, 10_000, 1e-6], [0.001, 1, 20_000, 1e-6], [0.1, 2, 100, 1e-5], [0.02, 1.3, 5_000, 1e-6], [0.005, 0.6, 2_000, 1e-7], [0.5, 3, 50, 1e-6],
  [1, 10, 100, 1e-6], [1, 5, 20, 1e-5], [1, 1, 1, 1e-5],
];
const WHOLE: readonly (readonly [string, () => PrivacyLoss, number, number])[] = [
  ["discrete Laplace, ε₀ = 0.1", () => lossOfDiscreteLaplace(0.1, 1), 100, 1e-6], ["discrete Laplace, ε₀ = 0.05", () => lossOfDiscreteLaplace(0.05, 1), 1_000, 1e-6],
  ["discrete Laplace, ε₀ = 0.5", () => lossOfDiscreteLaplace(0.5, 1), 10, 1e-5], ["discrete Gaussian, σ = 1", () => lossOfDiscreteGaussian(1, 1), 1, 1e-5],
  ["discrete Gaussian, σ = 4", () => lossOfDiscreteGaussian(4, 1), 10, 1e-6], ["discrete Gaussian, σ = 10", () => lossOfDiscreteGaussian(10, 1), 100, 1e-6],
];

/** How long an account takes, row by row of the golden table. */
export function measureAccounts(quick: boolean): Section {
  const runs = quick ? 3 : 9;
  return {
    title: "2. Accounts of privacy: time of each golden row",
    notes: [`losses = both directions, composed, and ε read off; goal < ${GOAL_MS} ms. divergences = ε over all orders of rdp.ts. Medians of ${runs} runs.`, "ms of processor time, all threads: a busy machine does not change it."],
    columns: [
      column("row", "row"), column("steps", "steps"), column("epsilon", "ε", three), column("lossesMs", "losses ms", three),
      column("divergencesMs", "divergences ms", three), column("goal", "goal"),
    ],
    rows: [
      ...SAMPLED.map(([q, sigma, steps, delta]) => rowOf(`sampled Gaussian, q = ${three(q)}, σ = ${sigma}`, steps, {
        losses: () => epsilonOfLosses(lossesOfSampledGaussian({ q, sigma }).map((loss) => composed(loss, steps)), delta),
        divergences: () => epsilonOfRdp((order) => steps * rdpOf({ q, sigma }, order), delta).epsilon,
      }, runs)),
      ...WHOLE.map(([name, loss, steps, delta]) => (
        rowOf(name, steps, { losses: () => epsilonOfLosses([composed(loss(), steps)], delta), divergences: null }, runs))),
    ],
  };
}

interface Accounts {
  readonly losses: () => number;
  readonly divergences: (() => number) | null;
}

function rowOf(row: string, steps: number, { losses, divergences }: Accounts, runs: number): Row {
  const lossesMs = median(losses, runs);
  const divergencesMs = divergences === null ? null : median(divergences, runs);
  return { row, steps, epsilon: losses(), lossesMs, divergencesMs, goal: lossesMs < GOAL_MS ? "met" : "not met" };
}

function median(work: () => number, runs: number): number {
  work();
  return spreadOf(Array.from({ length: runs }, () => {
    collectGarbage();
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  })).median;
}
