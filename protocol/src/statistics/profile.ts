import type { Cell, ProfileAnswer, ProfileMeasure, ProfileWord } from "./answer.js";
import {
  at, cohortRegion, counted, numbersOver, placesFrom, rowsAndShare, wordsSide, type AnswerTerms, type Draft, type Placed, type Screen,
} from "./draft.js";
import { ratio, times, NOT_NEGATIVE, type Estimate } from "./estimate.js";
import { dimensionOf, measureOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import type { ProfileQuery } from "./query.js";
import { EVERYBODY, type Region } from "./region.js";
import type { Released } from "./released.js";

/**
 * Counts of a cohort beside those of all rows, by dimension; sums and means of measures. An index of 100 is what all rows have. Where the cohort is
 * all rows its numbers are theirs, noise included: each was summed once.
 */
export function profileDraft(released: Released, query: ProfileQuery, plan: StatisticPlan, terms: AnswerTerms): Draft {
  const isEverybody = query.cohort.length === 0;
  const overs = isEverybody ? TWICE_ALL : OVER;
  const [base, rows] = [only(released.numbers("rows (all)")), only(released.numbers(`rows (${overs[1]})`))];
  const regions = profileRegions(query, plan);
  const counts = numbersOver(regions, [base, rows, ...query.by.flatMap((dimension) => (
    overs.flatMap((over) => released.numbers(`counts of ${dimension} (${over})`))))]);
  const whole: Pair = { base: { count: base, place: 0 }, rows: { count: rows, place: 1 }, isEverybody };
  const blocks = blocksOf(query, plan);
  const placed = (place: number): Placed => ({ count: at(counts, place), place });
  return {
    cells: regions.map((region, place) => counted(region, at(counts, place))),
    groups: blocks.flatMap(({ first, length }) => [
      { whole: 0, parts: placesFrom(first, length) }, { whole: 1, parts: placesFrom(first + length, length) },
    ]),
    everybody: base,
    answer: (screen): ProfileAnswer => ({
      kind: "profile", ...common(screen, whole, plan, terms),
      dimensions: query.by.map((dimension, d) => ({
        dimension,
        words: dimensionOf(plan, dimension).categories.map((word, i, { length }) => {
          const first = at(blocks, d).first + i;
          return wordOf(screen, word, whole, { base: placed(first), rows: placed(first + length), isEverybody });
        }),
      })),
      measures: query.measures.map((measure) => measureOfCohort(screen, { released, plan, whole }, measure)),
    }),
  };
}

/** What each count of a profile counts: all rows, the cohort's, then for each dimension the words of all rows and of the cohort's. */
export function profileRegions(query: ProfileQuery, plan: Pick<StatisticPlan, "features">): readonly Region[] {
  const cohort = cohortRegion(query.cohort, plan);
  return [EVERYBODY, cohort, ...query.by.flatMap((dimension) => {
    const sides = dimensionOf(plan, dimension).categories.map((word) => wordsSide(plan, dimension, [word]));
    return [...sides.map((side) => [side]), ...sides.map((side) => [...cohort, side])];
  })];
}

/** The counts of an answer in that order. */
export function profileCounts({ base, rows, dimensions }: ProfileAnswer): readonly Cell[] {
  return [base, rows, ...dimensions.flatMap(({ words }) => [...words.map((word) => word.base), ...words.map((word) => word.rows)])];
}

const OVER = ["all", "cohort"] as const;
const TWICE_ALL = ["all", "all"] as const;

interface Pair {
  readonly base: Placed;
  readonly rows: Placed;
  /** Whether the two are one number. */
  readonly isEverybody: boolean;
}

interface Sums {
  readonly released: Released;
  readonly plan: StatisticPlan;
  readonly whole: Pair;
}

function common(screen: Screen, { base, rows, isEverybody }: Pair, { noise }: StatisticPlan, { cellRows, survivors }: AnswerTerms) {
  return {
    ...rowsAndShare(screen, rows, base, isEverybody ? base.count.variance : 0), base: screen.cell(base.count, [base.place], NOT_NEGATIVE),
    firms: survivors, cellRows, noise: noise !== null,
  };
}

function wordOf(screen: Screen, word: string, whole: Pair, { base, rows }: Pair): ProfileWord {
  const ofCohort = rowsAndShare(screen, rows, whole.rows);
  const ofAll = rowsAndShare(screen, base, whole.base);
  return {
    word, rows: ofCohort.rows, base: ofAll.rows, share: ofCohort.share, baseShare: ofAll.share,
    index: indexOf(screen, [ratio(rows.count, whole.rows.count), ratio(base.count, whole.base.count)], { ...whole, places: [0, 1, base.place, rows.place] }),
  };
}

function measureOfCohort(screen: Screen, { released, plan, whole }: Sums, measure: string): ProfileMeasure {
  const { unit, min, max } = measureOf(plan, measure);
  const over = whole.isEverybody ? "all" : "cohort";
  const [baseSum, sum] = [only(released.numbers(`sum of ${measure} (all)`)), only(released.numbers(`sum of ${measure} (${over})`))];
  const [baseMean, mean] = [ratio(baseSum, whole.base.count), ratio(sum, whole.rows.count)];
  return {
    measure, unit, sum: screen.cell(sum, [1]), mean: screen.cell(mean, [1], [min, max]),
    baseSum: screen.cell(baseSum, [0]), baseMean: screen.cell(baseMean, [0], [min, max]),
    index: indexOf(screen, [mean, baseMean], { ...whole, places: [0, 1] }),
  };
}

interface Resting {
  readonly places: readonly number[];
  readonly isEverybody: boolean;
}

function indexOf(screen: Screen, [part, base]: readonly [Estimate | null, Estimate | null], { places, isEverybody }: Resting): Cell {
  const quotient = part === null || base === null ? null : ratio(part, base, isEverybody ? base.variance : 0);
  return screen.cell(quotient === null ? null : times(100, quotient), places);
}

/** Where the counts of each dimension begin, and how many words it has. */
function blocksOf({ by }: ProfileQuery, plan: StatisticPlan): readonly { readonly first: number; readonly length: number }[] {
  let first = 2;
  return by.map((dimension) => {
    const block = { first, length: dimensionOf(plan, dimension).categories.length };
    first += 2 * block.length;
    return block;
  });
}

function only(numbers: readonly Estimate[]): Estimate {
  return at(numbers, 0);
}
