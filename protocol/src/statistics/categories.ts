import { withheldBelow, type CategoriesAnswer, type Cell } from "./answer.js";
import { at, cohortRegion, counted, numbersOver, placesFrom, rowsAndShare, wordsSide, type AnswerTerms, type Draft } from "./draft.js";
import { added, NOT_NEGATIVE, type Estimate } from "./estimate.js";
import { mostFrequent } from "./most-frequent.js";
import { OTHER_WORD } from "../charter/missing-word.js";
import { dimensionOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import type { CategoriesQuery } from "./query.js";
import { axesOf, isEmpty, type Region } from "./region.js";
import type { Released } from "./released.js";

/** The most frequent words whose counts can be shown, and all others together, as `mostFrequent` cuts them. */
export function categoriesDraft(released: Released, query: CategoriesQuery, plan: StatisticPlan, terms: AnswerTerms): Draft {
  const { categories } = dimensionOf(plan, query.dimension);
  const regions = categories.map((word) => [...cohortRegion(query.cohort, plan), wordsSide(plan, query.dimension, [word])]);
  const axes = axesOf(regions);
  const counts = numbersOver(regions, released.numbers(`counts of ${query.dimension}`));
  // Words that the cohort excludes hide nothing: everybody knows that they count nobody.
  const hiding = placesFrom(0, counts.length).filter((i) => !isEmpty(axes.elements(at(regions, i))));
  return listing({ counts, hiding, query, plan, terms }, new Set());
}

/** All rows of the cohort, those of words outside `listed`, and those of each word. Where every word is listed, the second is nobody. */
export function categoriesRegions({ cohort, dimension }: CategoriesQuery, plan: Pick<StatisticPlan, "features">, listed: readonly string[]): readonly Region[] {
  const { categories } = dimensionOf(plan, dimension);
  const region = cohortRegion(cohort, plan);
  const others = categories.filter((word) => !listed.includes(word));
  return [region, [...region, wordsSide(plan, dimension, others)], ...categories.map((word) => [...region, wordsSide(plan, dimension, [word])])];
}

/**
 * The counts of an answer in that order. A word that is not listed though there was room for it is withheld; null stands for one that there was no room
 * for, and for others where there are none.
 */
export function categoriesCounts(answer: CategoriesAnswer, { top: room }: CategoriesQuery, words: readonly string[]): readonly (Cell | null)[] {
  const { rows, top, others, cellRows } = answer;
  const unlisted = top.length < room ? withheldBelow(cellRows) : null;
  const cellOf = (word: string) => top.find((one) => one.word === word)?.rows ?? unlisted;
  return [rows, others?.rows ?? null, ...words.map(cellOf)];
}

const HEAD = 2;
/** With so many turns over, no word is listed: each takes up to a few seconds. */
const TURNS_MAX = 4;

/** What a list is made from: the counts of all words, and the places of those that somebody may hold. */
interface Listing {
  readonly counts: readonly Estimate[];
  readonly hiding: readonly number[];
  readonly query: CategoriesQuery;
  readonly plan: StatisticPlan;
  readonly terms: AnswerTerms;
}

/** The draft that lists none of the words at the places `barred`, which earlier answers keep from being shown. */
function listing(from: Listing, barred: ReadonlySet<number>, turn = 1): Draft {
  const { counts, query, plan, terms } = from;
  const { categories } = dimensionOf(plan, query.dimension);
  const top = turn > TURNS_MAX ? [] : placesListed(from, barred, categories);
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
    kept: new Set([...barred].map((i) => HEAD + i)),
    without: (withheld) => {
      const more = top.filter((i) => withheld.has(HEAD + i));
      return more.length === 0 ? null : listing(from, new Set([...barred, ...more]), turn + 1);
    },
    answer: (screen): CategoriesAnswer => ({
      kind: "categories", rows: screen.cell(whole.count, [0], NOT_NEGATIVE), firms: terms.survivors, cellRows: terms.cellRows,
      noise: plan.noise !== null, dimension: query.dimension,
      top: top.map((i) => {
        const count = at(counts, i);
        return { word: at(categories, i), ...rowsAndShare(screen, { count, place: HEAD + i }, whole, count.variance) };
      }),
      others: unlisted.length === 0 ? null : { words: unlisted.length, ...rowsAndShare(screen, others, whole, others.count.variance) },
    }),
  };
}

function placesListed({ counts, hiding, query, terms }: Listing, barred: ReadonlySet<number>, categories: readonly string[]): readonly number[] {
  // Of an open dimension, the rows of words that were not asked for are no word.
  const isWord = (i: number) => query.words === undefined || categories[i] !== OTHER_WORD;
  return mostFrequent(counts.map(({ value }) => value), {
    hiding, ranked: hiding.filter((i) => isWord(i) && !barred.has(i)), top: query.top, cellRows: terms.cellRows,
  });
}
