import { upperTail } from "@cohortium/protocol/budget/normal";
import type { Charter } from "@cohortium/protocol/session/charter";
import { sumsOf } from "@cohortium/protocol/statistics/charge";
import { statisticLayout, statisticNoise } from "@cohortium/protocol/statistics/layout";
import { cellCount, dimensionOf, partsOf } from "@cohortium/protocol/statistics/parts";
import { statisticPlanOf, type StatisticPlan, type StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import { LEAST_SIGMAS, SURE_SIGMAS } from "@cohortium/protocol/statistics/words";
import type { Query, RfmEdges } from "@cohortium/protocol/statistics/query";

/** What an answer costs and how good it will be, before anybody is asked anything. */
export interface Price {
  /** In 10^-9 of ρ. */
  readonly nanoRho: number;
  readonly sums: number;
  readonly parts: readonly PartPrice[];
  /** Of words: below how many rows, noise included, none is followed, and from how many on one is found with 95 %; null for other kinds. */
  readonly found: { readonly least: number; readonly sure: number } | null;
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
  const parts = questionsOf(query).flatMap((question) => partPrices(question, plan, rows));
  return { nanoRho: query.nanoRho, sums: sumsOf(query), parts, found: query.kind === "words" ? foundFrom(parts, plan) : null };
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
      // Of words, what has too few rows is not withheld but never asked for.
      withheld: factors.length === 0 && cells.kind !== "spelled" ? Math.round(count * below(plan.clause.cellRows, evenly, sigma)) : null,
    };
  });
}

/** All sums that spell words have the same noise. */
function foundFrom(parts: readonly PartPrice[], { clause: { cellRows } }: StatisticPlan): Price["found"] {
  const sigma = Math.max(...parts.map(({ interval95 }) => interval95)) / Z_95;
  const least = Math.max(cellRows, LEAST_SIGMAS * sigma);
  return { least, sure: least + SURE_SIGMAS * sigma };
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
  if (query.kind === "words") return [{ kind: "statistic", step: 0, edges: null, prefixes: [""] }];
  const edges = query.kind === "rfm" ? query.edges : null;
  const first: StatisticQuestion = { kind: "statistic", step: 0, edges };
  return sumsOf(query) === 1 ? [first] : [first, { kind: "statistic", step: 1, edges: ANY }];
}
