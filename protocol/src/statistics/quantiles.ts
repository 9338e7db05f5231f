import { withheldBelow, type Cell, type QuantilesAnswer } from "./answer.js";
import { equalCells } from "./cells.js";
import { cohortRegion, counted, presentSide, type AnswerTerms, type Draft } from "./draft.js";
import { added, NOT_NEGATIVE } from "./estimate.js";
import { measureOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import { quantileOf } from "./quantile-reading.js";
import type { QuantilesQuery } from "./query.js";
import type { Region } from "./region.js";
import type { Released } from "./released.js";

/** Quantiles read off equal cells. The cells' own counts are not part of the answer. One with fewer than k rows on one side is withheld. */
export function quantilesDraft(released: Released, query: QuantilesQuery, plan: StatisticPlan, { cellRows, survivors }: AnswerTerms): Draft {
  const counts = released.numbers(`counts of ${query.measure}`);
  const edges = equalCells(measureOf(plan, query.measure), query.bins, query.spacing);
  const rows = added(counts);
  const at = (probability: number): Cell => {
    const fewest = Math.min(probability, 1 - probability) * rows.value;
    return (fewest >= cellRows ? quantileOf({ counts, edges, isWhole: false }, probability) : null) ?? withheldBelow(cellRows);
  };
  return {
    cells: quantilesRegions(query, plan).map((region) => counted(region, rows)), groups: [], everybody: null,
    answer: (screen): QuantilesAnswer => ({
      kind: "quantiles", rows: screen.cell(rows, [0], NOT_NEGATIVE), firms: survivors, cellRows, noise: plan.noise !== null,
      measure: query.measure, unit: measureOf(plan, query.measure).unit,
      quantiles: query.probabilities.map((probability) => ({ probability, at: at(probability) })),
    }),
  };
}

/** All rows of the cohort that have a value. */
export function quantilesRegions({ cohort, measure }: QuantilesQuery, plan: Pick<StatisticPlan, "features">): readonly Region[] {
  return [[...cohortRegion(cohort, plan), presentSide(plan, measure)]];
}

export function quantilesCounts({ rows }: QuantilesAnswer): readonly Cell[] {
  return [rows];
}
