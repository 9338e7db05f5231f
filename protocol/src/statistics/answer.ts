import type { Json } from "@cohortium/crypto/canonical-json";
import { interval95, type Estimate, type Range } from "./estimate.js";

/**
 * A number as it may be shown, and between which two the true one lies with a confidence of 95 %: the spread of the companies' noise, and in an
 * experiment that of the sample too. Without noise all three are equal. `withheld` stands for a number that rests on too few rows, or from
 * which such a number would follow.
 */
export type Cell = Shown | Withheld;

export interface Shown {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Withheld {
  /**
   * `k = 20`, where cells over fewer than 20 rows are withheld: the same for those and for the ones from which they would follow. A label that told the two
   * apart would tell the numbers: of two withheld parts that make up 20 rows, one that is said to be below 20 beside one that is not leaves 0 and 20; two
   * that are both said to be below 20, of 38 rows, are 19 each.
   */
  readonly withheld: string;
}

/** What each answer says of itself. */
interface Answered {
  /** How many rows it rests on: of the cohort, where it asks for one. */
  readonly rows: Cell;
  /** So many companies took part. */
  readonly firms: number;
  /** Cells over fewer rows are withheld: the strictest of what the charter and the companies ask for. */
  readonly cellRows: number;
  /** Whether the companies added noise. */
  readonly noise: boolean;
}

export type Answer = ProfileAnswer | HistogramAnswer | QuantilesAnswer | CategoriesAnswer | WordsAnswer | RfmAnswer | ExperimentAnswer | DriftAnswer;

export interface ProfileAnswer extends Answered {
  readonly kind: "profile";
  /** All rows, in the cohort or not. */
  readonly base: Cell;
  readonly share: Cell;
  readonly dimensions: readonly { readonly dimension: string; readonly words: readonly ProfileWord[] }[];
  readonly measures: readonly ProfileMeasure[];
}

/** Shares are of all words of the dimension; `index` is 100 · share / base share. */
export interface ProfileWord {
  readonly word: string;
  readonly rows: Cell;
  readonly base: Cell;
  readonly share: Cell;
  readonly baseShare: Cell;
  readonly index: Cell;
}

/** Means are over all rows: of a measure that may be absent no charter lets anybody ask them. */
export interface ProfileMeasure {
  readonly measure: string;
  readonly unit: string;
  readonly sum: Cell;
  readonly mean: Cell;
  readonly baseSum: Cell;
  readonly baseMean: Cell;
  readonly index: Cell;
}

export interface HistogramAnswer extends Answered {
  readonly kind: "histogram";
  readonly measure: string;
  readonly unit: string;
  readonly edges: readonly number[];
  readonly cells: readonly RowsAndShare[];
}

export interface RowsAndShare {
  readonly rows: Cell;
  readonly share: Cell;
}

export interface QuantilesAnswer extends Answered {
  readonly kind: "quantiles";
  readonly measure: string;
  readonly unit: string;
  /** `low` and `high` are edges of cells: without noise the quantile lies between them for certain. Withheld with fewer than k rows on one side. */
  readonly quantiles: readonly { readonly probability: number; readonly at: Cell }[];
}

export interface CategoriesAnswer extends Answered {
  readonly kind: "categories";
  readonly dimension: string;
  /**
   * Those whose counts are shown: most frequent first, ties by the order of words. A withheld one is not named, since by being named it would tell of the
   * others.
   */
  readonly top: readonly CountedWord[];
  /** How many words are not in `top`, and how many rows they have together; null where all are. */
  readonly others: ({ readonly words: number } & RowsAndShare) | null;
}

/** Words of an open dimension that enough rows hold, found by sums over the characters they begin with. */
export interface WordsAnswer extends Answered {
  readonly kind: "words";
  readonly dimension: string;
  /** So many characters of a word were looked at: one that has as many may go on. */
  readonly length: number;
  /** Most frequent first. */
  readonly words: readonly CountedWord[];
  /** Rows of words that were not found, that hold other characters, and of none. */
  readonly others: RowsAndShare;
  /** Beginnings with fewer rows, noise included, were not followed. */
  readonly least: number;
  /** A word with so many rows is found with a probability of 0.95 or more, if the answer is not crowded. */
  readonly sure: number;
  /** Whether there were more beginnings, or words, with enough rows than there was room for: the most frequent were kept. */
  readonly crowded: boolean;
}

export interface CountedWord extends RowsAndShare {
  readonly word: string;
}

export interface RfmAnswer extends Answered {
  readonly kind: "rfm";
  readonly scores: readonly RfmScore[];
  /** `grid[r − 1][f − 1]`: rows with recency score r and frequency score f, 5 the best of both, and what they spent together. */
  readonly grid: readonly (readonly RfmCell[])[];
  readonly spend: Cell;
}

/** `edges` ascend; the score counts how many edges lie below the value, and for recency counts down, so that 5 is the most recent. */
export interface RfmScore {
  readonly of: "recency" | "frequency" | "monetary";
  readonly column: string;
  readonly unit: string;
  /** Found ones with the cell that the quantile lies in; given ones are exact. */
  readonly edges: readonly Shown[];
  /** Rows with scores 1 to 5. */
  readonly rows: readonly Cell[];
}

export interface RfmCell {
  readonly rows: Cell;
  readonly spend: Cell;
}

export interface ExperimentAnswer extends Answered {
  readonly kind: "experiment";
  readonly arms: readonly ExperimentArm[];
  readonly effects: readonly Effect[];
  readonly sampleRatio: SampleRatio | Withheld;
}

/** Means with 95 % intervals of the sample and the noise. */
export interface ExperimentArm {
  readonly arm: string;
  readonly control: boolean;
  readonly rows: Cell;
  readonly share: Cell;
  readonly intendedShare: number;
  readonly metrics: readonly { readonly metric: string; readonly unit: string; readonly sum: Cell; readonly mean: Cell }[];
}

/** An arm's mean less the control's, and the same adjusted by the covariate (CUPED) where one was registered. */
export interface Effect {
  readonly arm: string;
  readonly metric: string;
  readonly unit: string;
  readonly plain: Difference | Withheld;
  readonly adjusted: (Difference & { readonly theta: number }) | Withheld | null;
}

/**
 * `z` is the value over its standard error, which counts the noise in; null where nothing varies. `noiseShare` is the noise's share of the variance.
 */
export interface Difference extends Shown {
  readonly standardError: number;
  readonly z: number | null;
  readonly noiseShare: number;
}

/** Whether the arms have the sizes they were meant to have. Below p = 0.001 something went wrong in the assignment, and no effect should be believed. */
export interface SampleRatio {
  readonly chiSquare: number;
  readonly degrees: number;
  readonly p: number;
  readonly alarm: boolean;
}

export interface DriftAnswer extends Answered {
  readonly kind: "drift";
  readonly column: string;
  readonly unit: string | null;
  /** By words, or by intervals named like those of buckets. Shares are of all rows. */
  readonly cells: readonly CountedWord[];
  /** Rows without a value. */
  readonly missing: RowsAndShare;
}

/** The answer as it is logged, kept and sent: plain JSON already. */
export function answerJson(answer: Answer): Json {
  return parseJson(answer);
}

export function isShown(cell: object): cell is Shown {
  return Object.hasOwn(cell, "value");
}

/** What stands in the place of a number that is not shown. */
export function withheldBelow(cellRows: number): Withheld {
  return { withheld: `k = ${cellRows}` };
}

/** A number with its interval. */
export function shown(estimate: Estimate, range?: Range): Shown {
  return { value: estimate.value, ...interval95(estimate, range) };
}

// Interfaces have no index signature, which is all that keeps the compiler from seeing that an answer is JSON.
function parseJson(answer: Answer): Json {
  return answer as unknown as Json;
}
