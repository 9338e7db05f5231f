import { isShown, type CategoriesAnswer, type Cell, type CountedWord } from "./answer.js";
import { at, cohortRegion, counted, numbersOver, placesFrom, rowsAndShare, wordsSide, type AnswerTerms, type Draft } from "./draft.js";
import { added, NOT_NEGATIVE, type Estimate } from "./estimate.js";
import { OTHER_WORD } from "../session/missing-word.js";
import { dimensionOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import type { CategoriesQuery } from "./query.js";
import type { Region } from "./region.js";
import type { Released } from "./released.js";

/**
 * The most frequent words. Words below k are not ranked: where fewer than `top` words reach k, they fill the places that are left, in the order of
 * words, so that the list does not tell which of them has more rows.
 */
export function categoriesDraft(released: Released, query: CategoriesQuery, plan: StatisticPlan, terms: AnswerTerms): Draft {
  const { categories } = dimensionOf(plan, query.dimension);
  const words = categories.map((word) => [...cohortRegion(query.cohort, plan), wordsSide(plan, query.dimension, [word])]);
  const counts = numbersOver(words, released.numbers(`counts of ${query.dimension}`));
  // Of an open dimension, the rows of words that were not asked for are no word.
  const ranks = query.words === undefined ? placesFrom(0, counts.length) : placesFrom(0, categories.indexOf(OTHER_WORD));
  const top = topPlaces(counts, ranks, query.top, terms.cellRows);
  const unlisted = placesFrom(0, counts.length).filter((i) => !top.includes(i));
  const whole = { count: added(counts), place: 0 };
  const others = { count: added(unlisted.map((i) => at(counts, i))), place: 1 };
  const regions = categoriesRegions(query, plan, top.map((i) => at(categories, i)));
  return {
    cells: regions.map((region, place) => counted(region, at([whole.count, others.count, ...counts], place), place === 0
      || (place === 1 ? unlisted.length > 0 : top.includes(place - HEAD)))),
    groups: unlisted.length === 0 ? [{ whole: 0, parts: placesFrom(HEAD, counts.length) }]
      : [{ whole: 0, parts: [1, ...top.map((i) => HEAD + i)] }, { whole: 1, parts: unlisted.map((i) => HEAD + i) }],
    everybody: null,
    answer: (screen): CategoriesAnswer => ({
      kind: "categories", rows: screen.cell(whole.count, [0], NOT_NEGATIVE), firms: terms.survivors, cellRows: terms.cellRows,
      noise: plan.noise !== null, dimension: query.dimension,
      top: ranked(top.map((i) => {
        const count = at(counts, i);
        return { word: at(categories, i), ...rowsAndShare(screen, { count, place: HEAD + i }, whole, count.variance) };
      }), categories),
      others: unlisted.length === 0 ? null : { words: unlisted.length, ...rowsAndShare(screen, others, whole, others.count.variance) },
    }),
  };
}

/** All rows of the cohort, those of words outside `listed`, and those of each word. Where every word is listed, the second is nobody. */
export function categoriesRegions({ cohort, dimension }: CategoriesQuery, plan: Pick<StatisticPlan, "features">, listed: readonly string[]): readonly Region[] {
  const { categories } = dimensionOf(plan, dimension);
  const region = cohortRegion(cohort, plan);
  const others = categories.filter((word) => !listed.includes(word));
  return [region, [...region, wordsSide(plan, dimension, others)], ...categories.map((word) => [...region, wordsSide(plan, dimension, [word])])];
}

/** The counts of an answer in that order; null for words that are not in it. */
export function categoriesCounts({ rows, top, others }: CategoriesAnswer, words: readonly string[]): readonly (Cell | null)[] {
  return [rows, others?.rows ?? null, ...words.map((word) => top.find((one) => one.word === word)?.rows ?? null)];
}

const HEAD = 2;

function topPlaces(counts: readonly Estimate[], places: readonly number[], top: number, cellRows: number): readonly number[] {
  const reaches = (i: number) => at(counts, i).value >= cellRows;
  const large = places.filter(reaches).sort((a, b) => at(counts, b).value - at(counts, a).value || a - b);
  return [...large, ...places.filter((i) => !reaches(i))].slice(0, top);
}

/** Shown ones as they are ranked, then withheld ones by the order of words: also those withheld only because of others. */
function ranked(words: readonly CountedWord[], order: readonly string[]): readonly CountedWord[] {
  const withheld = words.filter(({ rows }) => !isShown(rows));
  return [...words.filter(({ rows }) => isShown(rows)), ...withheld.toSorted((a, b) => order.indexOf(a.word) - order.indexOf(b.word))];
}
