import type { Feature } from "../../src/charter/features.js";
import type { Answer } from "../../src/statistics/answer.js";
import { cellOf, reversedScoreOf, scoreOf } from "../../src/statistics/cells.js";
import { sumsOf } from "../../src/statistics/charge.js";
import { onGrid } from "../../src/statistics/grids.js";
import { statisticLayout, statisticNoise } from "../../src/statistics/layout.js";
import { cellCount, partsOf, type Cells, type Part } from "../../src/statistics/parts.js";
import type { StatisticPlan, StatisticQuestion } from "../../src/statistics/plan.js";
import { advanceStatistic, firstStatistic, type StatisticTerms } from "../../src/statistics/progress.js";
import type { Query } from "../../src/statistics/query.js";
import { type Dice } from "../../src/testing/dice.js";

/** A cell over fewer rows is withheld, unless a test says otherwise. */
export const CELL_ROWS = 11;

/** A number per measure (NaN is absence), a word per dimension. */
export type Row = Readonly<Record<string, number | string>>;

/** A plan as a charter with these columns would lead to, without a charter. */
export function planFor(features: readonly Feature[], query: Query, changes: Partial<StatisticPlan> = {}): StatisticPlan {
  return {
    question: "statistics.ask", query, clause: { kinds: [query.kind], features: [], cellRows: CELL_ROWS }, features,
    parties: 3, rowsMaxPerParty: 100_000, rowsMinPerParty: 1, rowsMinJoint: 1, noise: null, rounds: sumsOf(query), ...changes,
  };
}

/** Rows dealt out to so many companies by their place. */
export function dealt(rows: readonly Row[], parties = 3): readonly (readonly Row[])[] {
  return Array.from({ length: parties }, (_, party) => rows.filter((_row, i) => i % parties === party));
}

/** Asks all there is to ask of a question, and gives its answer. `dice` add the noise that the plan asks for, normal and rounded to the grid. */
export function answerTo(parties: readonly (readonly Row[])[], plan: StatisticPlan, terms: Partial<StatisticTerms> = {}, dice: Dice | null = null): Answer {
  let progress = firstStatistic(plan);
  for (let round = 0; round < plan.rounds; round++) {
    const next = advanceStatistic(sumOver(parties, progress.question, plan, dice), progress, plan, { cellRows: CELL_ROWS, survivors: parties.length, ...terms });
    if (next.kind === "failed") throw new Error(`${next.code} ${JSON.stringify(next.detail)}`);
    if (next.kind === "answered") return next.answer as unknown as Answer;
    progress = next.progress;
  }
  throw new Error("more sums than the plan allows");
}

/** What the companies' numbers add up to, counted row by row as `parts.ts` says and not as a node does it. */
export function sumOver(parties: readonly (readonly Row[])[], question: StatisticQuestion, plan: StatisticPlan, dice: Dice | null = null): Float64Array {
  const { words, segments } = statisticLayout(question, plan);
  const sum = new Float64Array(words);
  sum[0] = parties.length;
  let first = 1;
  partsOf(question, plan).forEach((part, i) => {
    const { scaleBits } = segments[i + 1]!;
    for (const row of parties.flat()) {
      const cell = place(part, row, plan);
      if (cell >= 0) sum[first + cell]! += onGrid(part.factors.reduce((product, name) => product * Number(row[name]), 1), scaleBits);
    }
    first += cellCount(part.cells, plan);
  });
  if (dice !== null) addNoise(sum, { question, plan, dice, parties: parties.length });
  return sum;
}

interface Noisy { readonly question: StatisticQuestion; readonly plan: StatisticPlan; readonly dice: Dice; readonly parties: number }

function addNoise(sum: Float64Array, { question, plan, dice, parties }: Noisy): void {
  const { segments } = statisticLayout(question, plan);
  let at = 0;
  statisticNoise(question, plan)?.forEach(({ length, variance }, i) => {
    const unit = 2 ** -segments[i]!.scaleBits;
    const sigma = variance === null ? 0 : Math.sqrt((parties * Number(variance.numerator)) / Number(variance.denominator));
    for (const end = at + length; at < end; at++) sum[at]! += Math.round(sigma * normal(dice)) * unit;
  });
}

/** A nearly standard normal number: twelve uniform ones added. Box and Muller's needs two that know nothing of each other, and these dice' do. */
export function normal(dice: Dice): number {
  return Array.from({ length: 12 }, () => dice.roll(1e6) / 1e6).reduce((sum, one) => sum + one, -6);
}

function place({ over, cells }: Part, row: Row, plan: StatisticPlan): number {
  const { query } = plan;
  const isIn = over === "all" || !("cohort" in query) || query.cohort.every(({ dimension, words }) => words.includes(String(row[dimension])));
  return isIn ? cellIn(cells, row, plan) : -1;
}

function cellIn(cells: Cells, row: Row, { features }: StatisticPlan): number {
  const categories = (name: string) => features.flatMap((feature) => (feature.kind === "categorical" && feature.name === name ? feature.categories : []));
  const value = (name: string) => Number(row[name]);
  switch (cells.kind) {
    case "one": return 0;
    case "words": return categories(cells.dimension).indexOf(String(row[cells.dimension]));
    case "words-or-missing": {
      const words = categories(cells.dimension).filter((word) => word !== "(missing)");
      const at = words.indexOf(String(row[cells.dimension]));
      return at < 0 ? words.length : at;
    }
    case "spelled": throw new Error("words are spelled in tests of their own");
    case "between": return cellOf(value(cells.measure), cells.edges);
    case "between-or-missing": return Number.isNaN(value(cells.measure)) ? cells.edges.length - 1 : cellOf(value(cells.measure), cells.edges);
    case "rfm-grid": case "rfm-monetary": {
      const { query: { recency, frequency, monetary }, edges } = cells;
      if ([recency, frequency, monetary].some((name) => Number.isNaN(value(name)))) return -1;
      if (cells.kind === "rfm-monetary") return scoreOf(value(monetary), edges.monetary) - 1;
      return (reversedScoreOf(value(recency), edges.recency) - 1) * 5 + scoreOf(value(frequency), edges.frequency) - 1;
    }
  }
}
