import type { CountedWord, WordsAnswer } from "./answer.js";
import { at, cohortRegion, counted, rowsAndShare, type AnswerTerms, type Draft } from "./draft.js";
import { added, less, NOT_NEGATIVE, type Estimate } from "./estimate.js";
import { characterColumn } from "./open.js";
import { dimensionOf, NEXT_CHARACTERS, spelledCells, type Featured } from "./parts.js";
import type { StatisticPlan, StatisticQuestion } from "./plan.js";
import { NUMBERS_MAX } from "./query-limits.js";
import type { WordsQuery } from "./query.js";
import type { Released } from "./released.js";
import type { Side } from "./region.js";

/** What the sums so far have spelled out. */
export interface Spelling {
  /** Of all rows, as the first sum has them. */
  readonly rows: Estimate;
  readonly words: readonly Found[];
  /** The greatest number of rows below which some sum let a beginning go, and the deviation of that sum's noise. */
  readonly least: number;
  readonly sigma: number;
  /** Whether more beginnings had enough rows than a sum has room for. */
  readonly crowded: boolean;
}

interface Found {
  readonly word: string;
  readonly count: Estimate;
}

/**
 * One sum's part of finding words that no charter lists: of each beginning found so far, how many rows go on with each character. Beginnings with
 * enough rows are asked about next, words that end with enough rows are found.
 *
 * What may be counted follows at each step from what was released before and from the charter, so no cell tells by being there that somebody holds
 * it, and no delta is needed for that, as it would be if companies named words (Korolova et al. 2009; Desfontaines et al. 2022). The prefix tree is
 * that of Zhu et al., "Federated heavy hitters discovery with differential privacy" (AISTATS 2020), here over noisy secure sums.
 *
 * @param before - Null at the first sum.
 */
export function spelledOn(released: Released, { prefixes = [""] }: StatisticQuestion, before: Spelling | null, { plan, query, cellRows }: Spelled): SpelledOn {
  const { characters, size } = alphabetOf(plan, query);
  const counts = released.numbers(NEXT_CHARACTERS);
  const [sigma, isLast] = [Math.sqrt(counts[0]?.variance ?? 0), lengthOf(prefixes[0]) + 1 === query.length];
  const least = Math.max(cellRows, LEAST_SIGMAS * sigma);
  const enough = (one: Found): boolean => one.count.value >= least;
  const longer = prefixes.flatMap((prefix, i) => (
    characters.map((character, j): Found => ({ word: prefix + character, count: at(counts, i * size + j) }))
  )).filter(enough);
  const ended = prefixes.map((word, i): Found => ({ word, count: at(counts, i * size + characters.length) })).filter((one) => one.word !== "" && enough(one));
  const room = prefixesMax(plan, query);
  const spelling: Spelling = {
    rows: before?.rows ?? added(counts),
    words: [...before?.words ?? [], ...ended, ...(isLast ? longer : [])],
    least: Math.max(before?.least ?? 0, least), sigma: Math.max(before?.sigma ?? 0, sigma),
    crowded: (before?.crowded ?? false) || (!isLast && longer.length > room),
  };
  return { spelling, next: isLast ? [] : inTextOrder([...longer].sort(byCount).slice(0, room).map(({ word }) => word)) };
}

/** `next` are the beginnings to ask about; empty where the answer can be given. */
export interface SpelledOn {
  readonly spelling: Spelling;
  readonly next: readonly string[];
}

/** What one sum's part needs beside the sum. */
export interface Spelled {
  readonly plan: StatisticPlan;
  readonly query: WordsQuery;
  readonly cellRows: number;
}

/** So many beginnings one sum has room for. */
export function prefixesMax(plan: Featured, { dimension }: WordsQuery): number {
  return Math.floor(NUMBERS_MAX / spelledCells(dimension, plan));
}

/** Whether a sum may ask about these beginnings after one that asked about `before`, or first of all where that is null: whatever a sum can lead to. */
export function mayBeAsked(prefixes: readonly string[], before: readonly string[] | null, plan: Featured, query: WordsQuery): boolean {
  if (before === null) return prefixes.length === 1 && prefixes[0] === "";
  const { characters } = alphabetOf(plan, query);
  const known = new Set(before.flatMap((prefix) => characters.map((character) => prefix + character)));
  const isOrdered = prefixes.every((prefix, i) => i === 0 || (prefixes[i - 1] ?? "") < prefix);
  return isOrdered && prefixes.length >= 1 && prefixes.length <= prefixesMax(plan, query) && prefixes.every((prefix) => known.has(prefix))
    && lengthOf(prefixes[0]) < query.length;
}

/** The most frequent first, ties by the order of text; as many as one answer has room for. */
export function wordsDraft({ rows, words, least, sigma, crowded }: Spelling, query: WordsQuery, plan: StatisticPlan, terms: AnswerTerms): Draft {
  const found = [...words].sort(byCount).slice(0, FOUND_MAX);
  const names = found.map(({ word }) => word);
  const region = cohortRegion(query.cohort, plan);
  const side = (some: readonly string[]): Side => ({ kind: "words", axis: query.dimension, all: [...names, REST], words: some });
  const [whole, others] = [{ count: rows, place: 0 }, { count: less(rows, added(found.map(({ count }) => count))), place: 1 }];
  return {
    cells: [
      counted(region, whole.count), counted([...region, side([REST])], others.count),
      ...found.map(({ word, count }) => counted([...region, side([word])], count)),
    ],
    groups: [{ whole: 0, parts: [1, ...found.map((_, i) => HEAD + i)] }],
    everybody: null,
    answer: (screen): WordsAnswer => ({
      kind: "words", rows: screen.cell(whole.count, [0], NOT_NEGATIVE), firms: terms.survivors, cellRows: terms.cellRows, noise: plan.noise !== null,
      dimension: query.dimension, length: query.length, least, sure: least + SURE_SIGMAS * sigma, crowded: crowded || found.length < words.length,
      words: found.map(({ word, count }, i): CountedWord => ({ word, ...rowsAndShare(screen, { count, place: HEAD + i }, whole) })),
      others: rowsAndShare(screen, others, whole),
    }),
  };
}

/** An empty cell reaches so many deviations with probability 2.9·10^-7, so noise alone spells a word in fewer than one answer in a hundred. */
export const LEAST_SIGMAS = 5;
/** A word with so many more rows passes each sum with probability 0.9987, and 32 of them with 0.958. */
export const SURE_SIGMAS = 3;
/** As many as a question that counts them can list. */
const FOUND_MAX = 1_000;
const HEAD = 2;
/** No word ends with a space. */
const REST = " ";

function alphabetOf(plan: Featured, { dimension }: WordsQuery): { readonly characters: readonly string[]; readonly size: number } {
  const { categories } = dimensionOf(plan, characterColumn(dimension, 1));
  // Beside the characters there are the end, and any other character.
  return { characters: categories.slice(0, -2), size: categories.length };
}

function lengthOf(prefix: string | undefined): number {
  return [...prefix ?? ""].length;
}

function byCount(a: Found, b: Found): number {
  return b.count.value - a.count.value || (a.word < b.word ? -1 : 1);
}

/** By code units, which is the same everywhere. */
function inTextOrder(words: readonly string[]): readonly string[] {
  return [...words].sort((a, b) => (a < b ? -1 : 1));
}
