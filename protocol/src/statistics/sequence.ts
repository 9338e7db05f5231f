import { isShown, type Answer, type Cell } from "./answer.js";
import { categoriesCounts, categoriesRegions } from "./categories.js";
import { equalCells } from "./cells.js";
import { cohortRegion } from "./draft.js";
import { driftCounts, driftRegions } from "./drift.js";
import { experimentCounts, experimentRegions } from "./experiment.js";
import { histogramCounts, histogramRegions } from "./histogram.js";
import { dimensionOf, measureOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import { profileCounts, profileRegions } from "./profile.js";
import { quantilesCounts, quantilesRegions } from "./quantiles.js";
import { RFM_BINS } from "./query-limits.js";
import type { Query, RfmEdges, RfmQuery } from "./query.js";
import type { Region } from "./region.js";
import type { Earlier } from "./related.js";
import { rfmCounts, rfmRegions } from "./rfm.js";
import { NO_EARLIER, undecidable } from "./suppress.js";

/** An answer that was given under the same charter, and what it was the answer to. */
export interface EarlierAnswer {
  readonly query: Query;
  readonly answer: Answer;
}

/**
 * What earlier answers let one know: counts over rows that hold these words in those columns and lie between these edges of those measures. All
 * kinds of questions are covered, and any mixture of them; two answers tell about the same rows where they name the same columns.
 *
 * Not covered: counts that nobody asked for and that follow from three or more others, as one may ask for them when it is too late (the
 * difference of two is covered, asked or not); that one column follows from another (an age and its bands, a measure and its logarithm); rows that
 * came or went between two answers; the values that quantiles have; what means and sums tell beyond the counts they rest on. A count that one
 * answer withheld stays withheld in later ones.
 */
export function earlierOf(answers: readonly EarlierAnswer[], plan: Pick<StatisticPlan, "features">): Earlier {
  const shown = new Map<string, { readonly region: Region; readonly count: number }>();
  const withheld = new Map<string, Region>();
  for (const { region, cell } of answers.flatMap((one) => countsOf(one, plan))) {
    // A question that is repeated asks for the same regions each time, and need not be remembered each time.
    const key = JSON.stringify(region);
    if (isShown(cell)) shown.set(key, { region, count: cell.value });
    else withheld.set(key, region);
  }
  return { shown: [...shown.values()], withheld: [...withheld.values()] };
}

/**
 * Why an answer to the query would withhold everything, whatever the rows, so that nobody pays for it; null if it would not. Where noise is added
 * answers do not look at each other, and what the query itself names decides. Of RFM whose edges are still to be found it supposes even ones, and of
 * categories the words that are the hardest to follow, so it is certain for the other kinds alone; and it leaves half
 * of the work an answer may take to what only rows decide. Takes up to a few seconds.
 *
 * @param query - One that `queryProblems` has no word against.
 */
export function refusesAll(query: Query, plan: Pick<StatisticPlan, "features" | "noise">, earlier: readonly EarlierAnswer[]): string | null {
  return undecidable(regionsOf(query, plan), plan.noise === null ? earlierOf(earlier, plan) : NO_EARLIER);
}

/** What the answer will count. */
function regionsOf(query: Query, plan: Pick<StatisticPlan, "features">): readonly Region[] {
  switch (query.kind) {
    case "profile": return profileRegions(query, plan);
    case "histogram": return histogramRegions(query, plan);
    case "quantiles": return quantilesRegions(query, plan);
    case "categories": {
      const { categories } = dimensionOf(plan, query.dimension);
      // Which words are listed, rows decide. Those of the rest have the most terms where the last word is or is not among them.
      return [categories.slice(0, query.top), categories.slice(-query.top)].flatMap((listed) => categoriesRegions(query, plan, listed));
    }
    // Which words are found, rows decide; they lie beside each other.
    case "words": return [cohortRegion(query.cohort, plan)];
    case "rfm": return rfmRegions(query, query.edges ?? evenEdges(query, plan), plan);
    case "experiment": return experimentRegions(query, plan);
    case "drift": return driftRegions(query, plan);
  }
}

function evenEdges({ recency, frequency, monetary }: RfmQuery, plan: Pick<StatisticPlan, "features">): RfmEdges {
  const even = (measure: string) => {
    const edges = equalCells(measureOf(plan, measure), RFM_BINS, "log");
    return [1, 2, 3, 4].map((fifth) => edges[Math.round((RFM_BINS * fifth) / 5)] ?? 0);
  };
  return { recency: even(recency), frequency: even(frequency), monetary: even(monetary) };
}

interface CountShown {
  readonly region: Region;
  readonly cell: Cell;
}

function countsOf(earlier: EarlierAnswer, plan: Pick<StatisticPlan, "features">): readonly CountShown[] {
  const { regions, counts } = placedCounts(earlier, plan);
  return regions.flatMap((region, i) => {
    const cell = counts[i] ?? null;
    return cell === null ? [] : [{ region, cell }];
  });
}

interface Placed {
  readonly regions: readonly Region[];
  readonly counts: readonly (Cell | null)[];
}

/** @throws RangeError if the answer is not of the query's kind. */
function placedCounts({ query, answer }: EarlierAnswer, plan: Pick<StatisticPlan, "features">): Placed {
  switch (answer.kind) {
    case "profile": return { regions: profileRegions(ofKind(query, answer.kind), plan), counts: profileCounts(answer) };
    case "histogram": return { regions: histogramRegions(ofKind(query, answer.kind), plan), counts: histogramCounts(answer) };
    case "quantiles": return { regions: quantilesRegions(ofKind(query, answer.kind), plan), counts: quantilesCounts(answer) };
    case "categories": {
      const own = ofKind(query, answer.kind);
      const listed = answer.top.map(({ word }) => word);
      return { regions: categoriesRegions(own, plan, listed), counts: categoriesCounts(answer, own, dimensionOf(plan, own.dimension).categories) };
    }
    // Only asked where noise is added, where answers do not look at each other.
    case "words": return { regions: [], counts: [] };
    case "rfm": {
      const [recency, frequency, monetary] = answer.scores.map(({ edges }) => edges.map(({ value }) => value));
      if (!recency || !frequency || !monetary) throw new RangeError("an answer of three scores expected");
      return { regions: rfmRegions(ofKind(query, answer.kind), { recency, frequency, monetary }, plan), counts: rfmCounts(answer) };
    }
    case "experiment": return { regions: experimentRegions(ofKind(query, answer.kind), plan), counts: experimentCounts(answer) };
    case "drift": {
      const own = ofKind(query, answer.kind);
      return { regions: driftRegions(own, plan), counts: driftCounts(answer, own, plan) };
    }
  }
}

function ofKind<K extends Query["kind"]>(query: Query, kind: K): Extract<Query, { readonly kind: K }> {
  if (!isOfKind(query, kind)) throw new RangeError(`an answer of kind ${kind} to a question of kind ${query.kind}`);
  return query;
}

function isOfKind<K extends Query["kind"]>(query: Query, kind: K): query is Extract<Query, { readonly kind: K }> {
  return query.kind === kind;
}
