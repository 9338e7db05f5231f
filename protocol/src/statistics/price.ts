import { upperTail } from "../budget/normal.js";
import type { Charter } from "../charter/charter.js";
import { budgetOf } from "../charter/privacy-budget.js";
import { everyQuestion } from "./charge.js";
import { gridsOf, type Grid } from "./grids.js";
import { measureOf, type Featured, type Part } from "./parts.js";
import { statisticPlanOf, type StatisticPlan } from "./plan.js";
import type { Query } from "./query.js";

/** What an answer would cost and be worth, told before anything runs. It follows from the charter, the query and what was said; no row plays a part. */
export interface Price {
  /** What the whole answer costs, in 10^-9 of ρ; 0 where sums are exact. */
  readonly nanoRho: number;
  /** Of the budget without the reserve; null where sums are exact. */
  readonly share: number | null;
  /** How many answers at this price fit into what is left after this one; null where sums are exact. */
  readonly more: number | null;
  readonly cells: readonly CellPrice[];
}

/** One run of numbers that the answer is read off from. */
export interface CellPrice {
  /** Such as `counts of country (cohort)`. */
  readonly of: string;
  readonly cells: number;
  /** Whether they count rows, or add up measures. */
  readonly counts: boolean;
  /** σ of the noise on each number, if every party takes part; 0 where sums are exact. */
  readonly sigma: number;
  /** How far noise puts each number off on average, if every party takes part; 0 where sums are exact. */
  readonly meanError: number;
  /** `rows`, or the measures' units joined by `·`. */
  readonly unit: string;
  /** About how many cells would be withheld were the guessed rows spread evenly over them; null without a guess, and for sums, which go with counts. */
  readonly withheld: number | null;
}

/** What the asker thinks there is, and what is spent already. */
export interface Supposed {
  readonly chargedNanoRho?: number;
  readonly rows?: number;
  /** Of those, the rows in the cohort. Without it, all. */
  readonly cohortRows?: number;
}

/** @throws RangeError with the first of `queryProblems`, if there are any. */
export function priceOf(charter: Charter, query: Query, supposed: Supposed = {}): Price {
  const plan = statisticPlanOf(charter, query);
  const budget = budgetOf(charter);
  const left = budget === null ? 0 : budget.nanoRho - (supposed.chargedNanoRho ?? 0) - query.nanoRho;
  return {
    nanoRho: query.nanoRho,
    share: budget === null ? null : query.nanoRho / budget.nanoRho,
    more: budget === null ? null : Math.max(0, Math.floor(left / query.nanoRho)),
    cells: everyQuestion(query).flatMap((question) => gridsOf(question, plan)).map((grid) => cellPrice(grid, plan, supposed)),
  };
}

/** σ of the noise of all parties together on each number of a grid, in the number's own unit. */
export function sigmaOfSum({ variance, segment }: Pick<Grid, "variance" | "segment">, parties: number): number {
  return variance === null ? 0 : Math.sqrt((parties * Number(variance.numerator)) / Number(variance.denominator)) * 2 ** -segment.scaleBits;
}

/** The mean of |x| for a normal x of σ = 1: √(2/π). */
const MEAN_OF_ABSOLUTE = 0.7978845608028654;

function cellPrice(grid: Grid, plan: StatisticPlan, supposed: Supposed): CellPrice {
  const { part, segment: { length: cells } } = grid;
  const sigma = sigmaOfSum(grid, plan.parties);
  return {
    of: part.name, cells, counts: part.factors.length === 0, sigma, meanError: sigma * MEAN_OF_ABSOLUTE, unit: unitOf(part, plan),
    withheld: withheldOf({ part, cells, sigma }, plan, supposed),
  };
}

function unitOf({ factors }: Part, plan: Featured): string {
  return factors.length === 0 ? "rows" : factors.map((name) => measureOf(plan, name).unit).join("·");
}

interface Counted {
  readonly part: Part;
  readonly cells: number;
  readonly sigma: number;
}

/** A noisy count of m rows is below k with probability Φ((k − m) / σ). Of words, what has too few rows is not withheld but never asked for. */
function withheldOf({ part, cells, sigma }: Counted, { clause: { cellRows } }: StatisticPlan, { rows, cohortRows }: Supposed): number | null {
  const guess = part.over === "cohort" ? cohortRows ?? rows : rows;
  if (guess === undefined || part.factors.length > 0 || part.cells.kind === "spelled") return null;
  const above = guess / cells - cellRows;
  if (sigma === 0) return above < 0 ? cells : 0;
  return cells * upperTail(above / sigma);
}
