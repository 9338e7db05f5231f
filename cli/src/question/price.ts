import { upperTail } from "@cohortium/protocol/budget/normal";
import type { Charter } from "@cohortium/protocol/session/charter";
import { sumsOf } from "@cohortium/protocol/statistics/charge";
import { statisticLayout, statisticNoise } from "@cohortium/protocol/statistics/layout";
import { cellCount, dimensionOf, partsOf } from "@cohortium/protocol/statistics/parts";
import { statisticPlanOf, type StatisticPlan, type StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import type { Query, RfmEdges } from "@cohortium/protocol/statistics/query";

/** What an answer costs and how good it will be, before anybody is asked anything. */
export interface Price {
  /** In 10^-9 of ρ. */
  readonly nanoRho: number;
  readonly sums: number;
  readonly parts: readonly PartPrice[];
}

/** What to expect of one run of numbers: of each the noise alone, as all companies together add it. */
export interface PartPrice {
  readonly name: string;
  readonly cells: number;
  readonly counts: boolean;
  /** The mean of the noise's absolute value, in rows or in the measure's unit; 0 without noise. */
  readonly errorAbs: number;
  /** Half of the 95 % interval. */
  readonly interval95: number;
  /** So many of its cells would be withheld, if the rows lay evenly in them; null for sums, which are withheld with their counts. */
  readonly withheld: number | null;
}

/** @param rows - How many rows to reckon with in all. @throws RangeError if the charter does not answer the query. */
export function priceOf(charter: Charter, query: Query, rows: number): Price {
  const plan = statisticPlanOf(charter, query);
  return { nanoRho: query.nanoRho, sums: sumsOf(query), parts: questionsOf(query).flatMap((question) => partPrices(question, plan, rows)) };
}

function partPrices(question: StatisticQuestion, plan: StatisticPlan, rows: number): readonly PartPrice[] {
  const { segments } = statisticLayout(question, plan);
  const noise = statisticNoise(question, plan);
  return partsOf(question, plan).map(({ name, cells, factors, over }, i) => {
    // The guard comes first.
    const [segment, own] = [segments[i + 1], noise?.[i + 1]?.variance ?? null];
    const variance = own === null ? 0 : (plan.parties * Number(own.numerator)) / Number(own.denominator);
    const sigma = Math.sqrt(variance) * 2 ** -(segment?.scaleBits ?? 0);
    const count = cellCount(cells, plan);
    const evenly = (rows * (over === "cohort" ? cohortShare(plan) : 1)) / count;
    return {
      name, cells: count, counts: factors.length === 0, errorAbs: sigma * MEAN_ABSOLUTE, interval95: sigma * Z_95,
      withheld: factors.length === 0 ? Math.round(count * below(plan.clause.cellRows, evenly, sigma)) : null,
    };
  });
}

/** √(2/π): how far a normal deviate is from 0 on average. */
const MEAN_ABSOLUTE = 0.7978845608028654;
const Z_95 = 1.959963984540054;

/** How likely a count of `rows` with this noise is shown as less than `least`. */
function below(least: number, rows: number, sigma: number): number {
  return sigma === 0 ? Number(rows < least) : upperTail((rows - least) / sigma);
}

/** If all words were equally frequent, and dimensions independent. */
function cohortShare(plan: StatisticPlan): number {
  const { query } = plan;
  const cohort = "cohort" in query ? query.cohort : [];
  return cohort.reduce((share, { dimension, words }) => (share * words.length) / dimensionOf(plan, dimension).categories.length, 1);
}

/** The error does not depend on which edges a first sum finds. */
const ANY: RfmEdges = { recency: [0, 0, 0, 0], frequency: [0, 0, 0, 0], monetary: [0, 0, 0, 0] };

function questionsOf(query: Query): readonly StatisticQuestion[] {
  const edges = query.kind === "rfm" ? query.edges : null;
  const first: StatisticQuestion = { kind: "statistic", step: 0, edges };
  return sumsOf(query) === 1 ? [first] : [first, { kind: "statistic", step: 1, edges: ANY }];
}
