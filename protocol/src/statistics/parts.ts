import { MISSING_WORD } from "../charter/missing-word.js";
import type { CategoricalFeature, Feature, NumericFeature } from "../charter/features.js";
import { equalCells } from "./cells.js";
import type { SumAsked } from "./charge.js";
import { characterColumn } from "./open.js";
import type { DriftQuery, ExperimentQuery, ProfileQuery, Query, RfmEdges, RfmQuery } from "./query.js";
import { RFM_BINS, SCORES } from "./query-limits.js";

/** The charter's columns, by which a query's names are read. A plan has them. */
export interface Featured {
  readonly features: readonly Feature[];
}

/**
 * One run of numbers in a sum, all of one kind: over every row (or those of the cohort) that lies in one of its cells, the product of `factors`.
 * Without factors that is a count. A row lies in one cell at most.
 */
export interface Part {
  /** Unique within a sum; faults name it. */
  readonly name: string;
  readonly over: "all" | "cohort";
  readonly cells: Cells;
  /** Names of measures: none for a count, one for a sum, the same twice for a sum of squares, two for a sum of products. */
  readonly factors: readonly string[];
}

export type Cells =
  /** One cell, in which every row lies. */
  | { readonly kind: "one" }
  /** One per word of the dimension, in the charter's order. */
  | { readonly kind: "words"; readonly dimension: string }
  /** One per word but `(missing)`, and a last one for absent values. */
  | { readonly kind: "words-or-missing"; readonly dimension: string }
  /**
   * For each beginning, in order, one per character that may come next, one for words that end there, one for any other character. A row whose word has
   * none of the beginnings lies in none.
   */
  | { readonly kind: "spelled"; readonly dimension: string; readonly prefixes: readonly string[] }
  /** `cellOf` the measure's value. Absent values lie in none. */
  | { readonly kind: "between"; readonly measure: string; readonly edges: readonly number[] }
  /** The same, and a last one for absent values. */
  | { readonly kind: "between-or-missing"; readonly measure: string; readonly edges: readonly number[] }
  /** `(R − 1) · 5 + (F − 1)`, R by `reversedScoreOf` and F by `scoreOf`. A row without one of the three values lies in none. */
  | { readonly kind: "rfm-grid"; readonly query: RfmQuery; readonly edges: RfmEdges }
  /** `M − 1`, by `scoreOf`. A row without one of the three values lies in none. */
  | { readonly kind: "rfm-monetary"; readonly query: RfmQuery; readonly edges: RfmEdges };

/**
 * What a sum is made of after its guard, in the order of its numbers.
 *
 * Profile: all rows, the cohort's; for each dimension the counts of all rows, then of the cohort's; for each measure the same of sums. Where the
 * cohort is all rows, each once.
 * Histogram, quantiles, categories, words, drift: one part.
 * RFM without edges: recency, frequency, monetary; with edges: the grid's counts, its spend, the counts by monetary score.
 * Experiment, by arm: rows; for each metric Σy, Σy²; with a covariate Σx, Σx², and for each metric Σxy.
 *
 * @throws RangeError if a column is not one of the plan's, which `queryProblems` refuses before.
 */
export function partsOf({ edges, prefixes = [""] }: SumAsked, plan: Featured & { readonly query: Query }): readonly Part[] {
  const { query } = plan;
  switch (query.kind) {
    case "profile": return profileParts(query);
    case "histogram": return [count(`counts of ${query.measure}`, { kind: "between", measure: query.measure, edges: query.edges }, "cohort")];
    case "quantiles": {
      const cells = equalCells(measureOf(plan, query.measure), query.bins, query.spacing);
      return [count(`counts of ${query.measure}`, { kind: "between", measure: query.measure, edges: cells }, "cohort")];
    }
    case "categories": return [count(`counts of ${query.dimension}`, { kind: "words", dimension: query.dimension }, "cohort")];
    case "words": return [count(NEXT_CHARACTERS, { kind: "spelled", dimension: query.dimension, prefixes }, "cohort")];
    case "rfm": return edges === null ? rfmHistograms(query, plan) : rfmGrid(query, edges);
    case "experiment": return experimentParts(query);
    case "drift": return [count(`counts of ${query.column}`, driftCells(query, plan), "all")];
  }
}

/** How many cells there are, which is how long each part over them is. */
export function cellCount(cells: Cells, plan: Featured): number {
  switch (cells.kind) {
    case "one": return 1;
    case "words": return dimensionOf(plan, cells.dimension).categories.length;
    case "words-or-missing": return dimensionOf(plan, cells.dimension).categories.filter((word) => word !== MISSING_WORD).length + 1;
    case "spelled": return cells.prefixes.length * spelledCells(cells.dimension, plan);
    case "between": return cells.edges.length - 1;
    case "between-or-missing": return cells.edges.length;
    case "rfm-grid": return SCORES * SCORES;
    case "rfm-monetary": return SCORES;
  }
}

/** The measure of this name. @throws RangeError if there is none. */
export function measureOf({ features }: Featured, name: string): NumericFeature {
  const found = features.find((feature) => feature.name === name);
  if (found?.kind !== "numeric") throw new RangeError(`the charter has no measure "${name}"`);
  return found;
}

/** The dimension of this name. @throws RangeError if there is none. */
export function dimensionOf({ features }: Featured, name: string): CategoricalFeature {
  const found = features.find((feature) => feature.name === name);
  if (found?.kind !== "categorical") throw new RangeError(`the charter has no dimension "${name}"`);
  return found;
}

/** How many cells each beginning has. */
export function spelledCells(dimension: string, plan: Featured): number {
  return dimensionOf(plan, characterColumn(dimension, 1)).categories.length;
}

/** The one part of a sum that spells words. */
export const NEXT_CHARACTERS = "counts of the next character";

const ONE: Cells = { kind: "one" };
const BOTH = ["all", "cohort"] as const;
const ALL = ["all"] as const;

function count(name: string, cells: Cells, over: Part["over"] = "all"): Part {
  return { name, over, cells, factors: [] };
}

function profileParts({ cohort, by, measures }: ProfileQuery): readonly Part[] {
  // The same numbers twice would be paid for twice.
  const overs = cohort.length === 0 ? ALL : BOTH;
  return [
    ...overs.map((over) => count(`rows (${over})`, ONE, over)),
    ...by.flatMap((dimension) => overs.map((over) => count(`counts of ${dimension} (${over})`, { kind: "words", dimension }, over))),
    ...measures.flatMap((measure) => overs.map((over): Part => ({ name: `sum of ${measure} (${over})`, over, cells: ONE, factors: [measure] }))),
  ];
}

function rfmHistograms({ recency, frequency, monetary }: RfmQuery, plan: Featured): readonly Part[] {
  return ([["recency", recency], ["frequency", frequency], ["monetary", monetary]] as const)
    .map(([role, measure]) => count(`counts by ${role}`, { kind: "between", measure, edges: equalCells(measureOf(plan, measure), RFM_BINS, "log") }));
}

function rfmGrid(query: RfmQuery, edges: RfmEdges): readonly Part[] {
  const grid: Cells = { kind: "rfm-grid", query, edges };
  return [
    count("counts of the grid", grid), { name: "spend of the grid", over: "all", cells: grid, factors: [query.monetary] },
    count("counts by monetary score", { kind: "rfm-monetary", query, edges }),
  ];
}

function experimentParts({ arm, metrics, covariate }: ExperimentQuery): readonly Part[] {
  const cells: Cells = { kind: "words", dimension: arm };
  const sum = (name: string, ...factors: readonly string[]): Part => ({ name, over: "all", cells, factors });
  return [
    count("rows by arm", cells),
    ...metrics.flatMap((metric) => [sum(`sum of ${metric}`, metric), sum(`squares of ${metric}`, metric, metric)]),
    ...(covariate === null ? [] : [
      sum(`sum of the covariate`, covariate), sum("squares of the covariate", covariate, covariate),
      ...metrics.map((metric) => sum(`products of ${metric}`, metric, covariate)),
    ]),
  ];
}

function driftCells({ column, bins }: DriftQuery, plan: Featured): Cells {
  const isDimension = plan.features.some(({ name, kind }) => name === column && kind === "categorical");
  if (isDimension) return { kind: "words-or-missing", dimension: column };
  return { kind: "between-or-missing", measure: column, edges: equalCells(measureOf(plan, column), bins, "linear") };
}
