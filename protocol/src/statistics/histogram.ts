import type { Cell, HistogramAnswer } from "./answer.js";
import { at, betweenSides, cohortRegion, counted, placesFrom, presentSide, rowsAndShare, type AnswerTerms, type Draft } from "./draft.js";
import { added, NOT_NEGATIVE } from "./estimate.js";
import { measureOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import type { HistogramQuery } from "./query.js";
import type { Region } from "./region.js";
import type { Released } from "./released.js";

/** Counts between edges; all of them together are the rows that have a value. */
export function histogramDraft(released: Released, query: HistogramQuery, plan: StatisticPlan, { cellRows, survivors }: AnswerTerms): Draft {
  const counts = released.numbers(`counts of ${query.measure}`);
  const whole = { count: added(counts), place: 0 };
  return {
    cells: histogramRegions(query, plan).map((region, place) => counted(region, place === 0 ? whole.count : at(counts, place - 1))),
    groups: [{ whole: 0, parts: placesFrom(1, counts.length) }],
    everybody: null,
    answer: (screen): HistogramAnswer => ({
      kind: "histogram", rows: screen.cell(whole.count, [0], NOT_NEGATIVE), firms: survivors, cellRows, noise: plan.noise !== null,
      measure: query.measure, unit: measureOf(plan, query.measure).unit, edges: query.edges,
      // A part varies with its whole by all of its own noise.
      cells: counts.map((count, i) => rowsAndShare(screen, { count, place: 1 + i }, whole, count.variance)),
    }),
  };
}

/** All rows of the cohort that have a value, then cell by cell. */
export function histogramRegions({ cohort, measure, edges }: HistogramQuery, plan: Pick<StatisticPlan, "features">): readonly Region[] {
  const region = cohortRegion(cohort, plan);
  return [presentSide(plan, measure), ...betweenSides(plan, measure, edges)].map((side) => [...region, side]);
}

export function histogramCounts({ rows, cells }: HistogramAnswer): readonly Cell[] {
  return [rows, ...cells.map((cell) => cell.rows)];
}
