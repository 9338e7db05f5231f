import { withheldBelow, type Cell, type QuantilesAnswer } from "./answer.js";
import { equalCells } from "./cells.js";
import { cohortRegion, counted, presentSide, type AnswerTerms, type Draft } from "./draft.js";
import { added, NOT_NEGATIVE } from "./estimate.js";
import { measureOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import { mergedCells, quantileOf, type CountedCells } from "./quantile-reading.js";
import type { QuantilesQuery } from "./query.js";
import type { Region } from "./region.js";
import type { Released } from "./released.js";

/**
 * Quantiles read off equal cells, merged until each has k rows. The cells' own counts are not part of the answer, and do not follow from it. One with
 * fewer than k rows on one side, or between it and the shown one before it, is withheld.
 */
export function quantilesDraft(released: Released, query: QuantilesQuery, plan: StatisticPlan, { cellRows, survivors }: AnswerTerms): Draft {
  const cells: CountedCells = {
    counts: released.numbers(`counts of ${query.measure}`), edges: equalCells(measureOf(plan, query.measure), query.bins, query.spacing),
  };
  const rows = added(cells.counts);
  const merged = mergedCells(cells, cellRows);
  const apart = farApart(query.probabilities, rows.value, cellRows);
  const at = (probability: number): Cell => {
    const read = apart.has(probability) ? quantileOf(cells, merged, probability) : null;
    return read === null ? withheldBelow(cellRows) : { value: (read.cell.from + read.cell.to) / 2, low: read.low, high: read.high };
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

/** Of these the ones that leave k rows or more below them, above them, and between one and the next. */
function farApart(probabilities: readonly number[], rows: number, cellRows: number): ReadonlySet<number> {
  const apart = new Set<number>();
  let before = 0;
  for (const probability of probabilities.toSorted((a, b) => a - b)) {
    if (!((probability - before) * rows >= cellRows && (1 - probability) * rows >= cellRows)) continue;
    apart.add(probability);
    before = probability;
  }
  return apart;
}

/** All rows of the cohort that have a value. */
export function quantilesRegions({ cohort, measure }: QuantilesQuery, plan: Pick<StatisticPlan, "features">): readonly Region[] {
  return [[...cohortRegion(cohort, plan), presentSide(plan, measure)]];
}

export function quantilesCounts({ rows }: QuantilesAnswer): readonly Cell[] {
  return [rows];
}
