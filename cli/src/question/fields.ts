import type { Json } from "@cohortium/crypto/canonical-json";
import type { QueryKind } from "@cohortium/protocol/charter/statistics-clause";

/** How a member of a query is written: on a command line as text, in a file as JSON. */
export type FieldType = "cohort" | "column" | "columns" | "count" | "numbers" | "word" | "day" | "scores" | "shares" | "spacing";

/** One input of a kind of question. */
export interface Field {
  /** As the query has it, and a file. */
  readonly member: string;
  /** As it is typed. */
  readonly flag: string;
  readonly type: FieldType;
  readonly says: string;
  /** What holds where nothing is given; undefined if something must be. */
  readonly fallback?: Json;
  /** What is not given is left out of the query. */
  readonly optional?: true;
}

const COHORT: Field = { member: "cohort", flag: "--cohort", type: "cohort", says: "only rows whose dimension holds one of the words, as in channel=Web,Phone; without it all rows", fallback: [] };
const MEASURE: Field = { member: "measure", flag: "--measure", type: "column", says: "the bounded measure" };

/** What each kind of question is asked with. One source for the command line, for files and for `question show`. */
export const KIND_FIELDS: Readonly<Record<QueryKind, readonly Field[]>> = {
  profile: [
    COHORT,
    { member: "by", flag: "--by", type: "columns", says: "the dimensions to count by" },
    { member: "measures", flag: "--measure", type: "columns", says: "the measures to add up", fallback: [] },
  ],
  histogram: [
    COHORT, MEASURE,
    { member: "edges", flag: "--edges", type: "numbers", says: "ascending edges; the first and the last are the measure's bounds" },
  ],
  quantiles: [
    COHORT, MEASURE,
    { member: "probabilities", flag: "--probabilities", type: "numbers", says: "which quantiles, between 0 and 1", fallback: [0.25, 0.5, 0.75] },
    { member: "bins", flag: "--bins", type: "count", says: "cells of the histogram they are read off", fallback: 64 },
    { member: "spacing", flag: "--spacing", type: "spacing", says: "linear, or log for cells equal in log(1 + value)", fallback: "linear" },
  ],
  categories: [
    COHORT,
    { member: "dimension", flag: "--dimension", type: "column", says: "the dimension whose words are counted" },
    { member: "top", flag: "--top", type: "count", says: "how many words; without it 10, or all where there are fewer", fallback: 10 },
    { member: "words", flag: "--words", type: "columns", says: "of a dimension whose words the charter does not list, those to count, as in paris,rome; --words-from takes them from an answer of the kind words", optional: true },
    { member: "length", flag: "--length", type: "count", says: "how many characters of a word are looked at", optional: true },
  ],
  words: [
    COHORT,
    { member: "dimension", flag: "--dimension", type: "column", says: "a dimension whose words the charter does not list" },
    { member: "length", flag: "--length", type: "count", says: "how many characters of a word are looked at", fallback: 12 },
  ],
  rfm: [
    { member: "recency", flag: "--recency", type: "column", says: "the measure of days since the last purchase", fallback: "recency" },
    { member: "frequency", flag: "--frequency", type: "column", says: "the measure of how many purchases", fallback: "frequency" },
    { member: "monetary", flag: "--monetary", type: "column", says: "the measure of money spent", fallback: "monetary" },
    { member: "edges", flag: "--edges", type: "scores", says: "four edges each, as in recency=10,30,60,90 frequency=1,2,4,8 monetary=…; without them a first sum finds fifths", fallback: null },
  ],
  experiment: [
    { member: "arm", flag: "--arm", type: "column", says: "the dimension that holds each row's arm" },
    { member: "control", flag: "--control", type: "word", says: "the arm that the others are compared with" },
    { member: "shares", flag: "--shares", type: "shares", says: "what each arm was meant to get, in the order of the dimension's words, as in 1,1,1 or 0.5,0.25,0.25" },
    { member: "metrics", flag: "--metric", type: "columns", says: "the measures that tell whether it worked" },
    { member: "covariate", flag: "--covariate", type: "column", says: "a measure taken before, which makes intervals narrower", fallback: null },
    { member: "from", flag: "--from", type: "day", says: "the first day of the window, as in 2026-03-01; declared, not checked by the nodes" },
    { member: "to", flag: "--to", type: "day", says: "the last day of the window" },
  ],
  drift: [
    { member: "column", flag: "--column", type: "column", says: "the column, a dimension or a measure" },
    { member: "bins", flag: "--bins", type: "count", says: "cells of a measure", fallback: 10 },
  ],
};

export function isQueryKind(text: string): text is QueryKind {
  return Object.hasOwn(KIND_FIELDS, text);
}

/** The option's name as commander keeps it. */
export function optionName({ flag }: Field): string {
  return flag.slice(2);
}
