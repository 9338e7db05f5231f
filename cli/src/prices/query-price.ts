import type { Charter } from "@cohortium/protocol/charter/charter";
import { sumsOf } from "@cohortium/protocol/statistics/charge";
import { dimensionOf } from "@cohortium/protocol/statistics/parts";
import { statisticPlanOf, type StatisticPlan } from "@cohortium/protocol/statistics/plan";
import { priceOf as cellsPriced, type CellPrice } from "@cohortium/protocol/statistics/price";
import type { Query } from "@cohortium/protocol/statistics/query";
import { LEAST_SIGMAS, SURE_SIGMAS } from "@cohortium/protocol/statistics/words";

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
  const { nanoRho, cells } = cellsPriced(charter, query, { rows, cohortRows: rows * cohortShare(plan) });
  const [first] = cells;
  // All sums that spell words have the same noise, and a cell of each beginning.
  const isSpelled = query.kind === "words" && first !== undefined;
  return { nanoRho, sums: sumsOf(query), parts: (isSpelled ? [first] : cells).map(partOf), found: isSpelled ? foundFrom(first, plan) : null };
}

function partOf({ of: name, cells, counts, sigma, meanError, withheld }: CellPrice): PartPrice {
  return { name, cells, counts, errorAbs: meanError, interval95: sigma * Z_95, withheld: withheld === null ? null : Math.round(withheld) };
}

function foundFrom({ sigma }: CellPrice, { clause: { cellRows } }: StatisticPlan): Price["found"] {
  const least = Math.max(cellRows, LEAST_SIGMAS * sigma);
  return { least, sure: least + SURE_SIGMAS * sigma };
}

const Z_95 = 1.959963984540054;

/** If all words were equally frequent, and dimensions independent. */
function cohortShare({ query, features }: StatisticPlan): number {
  const cohort = "cohort" in query ? query.cohort : [];
  return cohort.reduce((share, { dimension, words }) => (share * words.length) / dimensionOf({ features }, dimension).categories.length, 1);
}
