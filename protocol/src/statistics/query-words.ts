import type { Cohort, Query } from "./query.js";

/** A question as a person would put it who asks a colleague: which numbers, of which rows. What it costs is not in it. */
export function queryWords(query: Query): string {
  switch (query.kind) {
    case "profile": return `who the ${rowsOf(query.cohort)} are beside all rows, by ${list(query.by)}${query.measures.length === 0 ? "" : `, with sums and means of ${list(query.measures)}`}`;
    case "histogram": return `how ${query.measure} is spread over ${query.edges.length - 1} cells, among ${rowsOf(query.cohort)}`;
    case "quantiles": return `what ${list(query.probabilities.map(percent))} of ${rowsOf(query.cohort)} have at most of ${query.measure}`;
    case "categories": return `the ${query.top} most frequent words of ${query.dimension}, among ${rowsOf(query.cohort)}`;
    case "words": return `which words of ${query.dimension} many rows hold, to ${query.length} characters, among ${rowsOf(query.cohort)}`;
    case "rfm": return `customers by recency (${query.recency}), frequency (${query.frequency}) and monetary value (${query.monetary}), in ${query.edges === null ? "fifths" : "classes by given edges"}`;
    case "experiment": return `how the arms of ${query.arm} compare with ${quoted(query.control)} in ${list(query.metrics)}${query.covariate === null ? "" : `, adjusted for ${query.covariate}`}, from ${query.from} to ${query.to}`;
    case "drift": return `how ${query.column} is distributed, absent values included, and how far each company is from that`;
  }
}

function rowsOf(cohort: Cohort): string {
  return cohort.length === 0 ? "all rows" : `rows with ${cohort.map(({ dimension, words }) => `${dimension} ${words.map(quoted).join(" or ")}`).join(" and ")}`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

function quoted(word: string): string {
  return `“${word}”`;
}
