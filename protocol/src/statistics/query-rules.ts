import type { Charter } from "../charter/charter.js";
import { pointer } from "../charter/clauses.js";
import { featuresOf } from "../charter/recipe-lowering.js";
import { repeats } from "../session/repeats.js";
import { closest } from "../session/suggestion.js";
import { areAscending, areInOrder, equalCells } from "./cells.js";
import type { StatisticsClause } from "../charter/statistics-clause.js";
import { dimensionOf, measureOf, type Featured } from "./parts.js";
import { openProblems, unlisted } from "./query-open-rules.js";
import { clauseFor } from "./open.js";
import type { QueryProblem } from "./query-problem.js";
import type { CategoriesQuery, Cohort, ExperimentQuery, HistogramQuery, ProfileQuery, QuantilesQuery, Query, RfmEdges, RfmQuery } from "./query.js";

/** Whether the charter's clause allows the query, and knows its columns and words. */
export function askedProblems(clause: StatisticsClause, query: Query): readonly QueryProblem[] {
  return [
    ...kind(clause, query),
    // A condition names what the signers listed, never a column that a plan has only to spell or to count words.
    ...("cohort" in query ? cohort(knownOf(clause, clause), query.cohort) : []),
    ...columns(knownOf(clause, clauseFor(clause, query)), query), ...openProblems(clause, query),
  ];
}

/** What the clause lets be named where these columns are read. */
function knownOf({ open = [] }: StatisticsClause, read: Pick<StatisticsClause, "features" | "transactions">): Known {
  const isRead = (name: string) => read.features.some((feature) => feature.name === name);
  return { features: featuresOf(read), open: open.map(({ name }) => name).filter((name) => !isRead(name)) };
}

/** The columns that a question may name. `open` are those whose words are not listed, neither in the charter nor in the question. */
interface Known extends Featured {
  readonly open: readonly string[];
}

/** Where sums are exact, a cohort of one person is answered with that person's numbers. So the signers must have said that cohorts may be asked for. */
export function exactCohortProblems({ privacy, statistics }: Pick<Charter, "privacy" | "statistics">, query: Query): readonly QueryProblem[] {
  if (privacy.mechanism !== "none" || statistics?.exactCohorts === "allowed" || !("cohort" in query) || query.cohort.length === 0) return [];
  return [{
    path: "/cohort", says: "under this charter sums are exact, and a cohort may be one person",
    fix: "ask it of all rows, or sign a charter with statistics.exactCohorts: allowed, or with noise",
  }];
}

function kind({ kinds }: StatisticsClause, query: Query): readonly QueryProblem[] {
  if (kinds.includes(query.kind)) return [];
  return [{ path: "/kind", says: `the charter allows no question of the kind "${query.kind}"`, fix: `ask one of: ${kinds.join(", ")}` }];
}

function columns(known: Known, query: Query): readonly QueryProblem[] {
  switch (query.kind) {
    case "profile": return profile(known, query);
    case "histogram": return histogram(known, query);
    case "quantiles": return quantiles(known, query);
    case "categories": return categories(known, query);
    // Only an open dimension will do, which `openProblems` looks for.
    case "words": return [];
    case "rfm": return rfm(known, query);
    case "experiment": return experiment(known, query);
    case "drift": return anyColumn(known, query.column, "/column");
  }
}

function profile(known: Known, { by, measures }: ProfileQuery): readonly QueryProblem[] {
  return [
    ...by.flatMap((name, i) => dimension(known, name, pointer("by", i))), ...twice(by, "/by"),
    ...measures.flatMap((name, i) => summed(known, name, pointer("measures", i))), ...twice(measures, "/measures"),
  ];
}

function histogram(known: Known, { measure: name, edges }: HistogramQuery): readonly QueryProblem[] {
  const problems = measure(known, name, "/measure");
  if (problems.length > 0) return problems;
  const { min, max } = measureOf(known, name);
  const fix = `write ascending numbers from ${min} to ${max}`;
  if (!areAscending(edges)) return [{ path: "/edges", says: "the edges do not ascend", fix }];
  if (edges[0] === min && edges.at(-1) === max) return [];
  return [{ path: "/edges", says: `the first and the last edge are not the bounds of "${name}"`, fix }];
}

function quantiles(known: Known, { measure: name, probabilities, bins, spacing }: QuantilesQuery): readonly QueryProblem[] {
  const problems = measure(known, name, "/measure");
  const rising = areAscending(probabilities) ? [] : [{ path: "/probabilities", says: "the probabilities do not ascend", fix: "write them in ascending order, none twice" }];
  const apart = problems.length > 0 || areAscending(equalCells(measureOf(known, name), bins, spacing));
  return [...problems, ...rising, ...(apart ? [] : [{ path: "/spacing", says: `"${name}" spans too little for cells equal in the logarithm`, fix: "write linear" }])];
}

function categories(known: Known, { dimension: name, top, words }: CategoriesQuery): readonly QueryProblem[] {
  const problems = dimension(known, name, "/dimension");
  if (problems.length > 0) return problems;
  const { categories } = dimensionOf(known, name);
  // Of an open dimension, the rest is no word.
  const length = categories.length - (words === undefined ? 0 : 1);
  return top <= length ? [] : [{ path: "/top", says: `"${name}" has ${length} words`, fix: `write ${length} or less` }];
}

function rfm(known: Known, query: RfmQuery): readonly QueryProblem[] {
  const names = [query.recency, query.frequency, query.monetary];
  const problems = [
    ...ROLES.flatMap((role) => measure(known, query[role], pointer(role))),
    ...repeats(names).map((i) => ({ path: pointer(ROLES[i] ?? ""), says: `"${names[i] ?? ""}" is named twice`, fix: "write three different measures" })),
  ];
  return problems.length > 0 || query.edges === null ? problems : edgeProblems(known, query, query.edges);
}

const ROLES = ["recency", "frequency", "monetary"] as const;

function edgeProblems(known: Known, query: RfmQuery, edges: RfmEdges): readonly QueryProblem[] {
  return ROLES.flatMap((role): readonly QueryProblem[] => {
    const { min, max } = measureOf(known, query[role]);
    const path = pointer("edges", role);
    if (!areInOrder(edges[role])) return [{ path, says: "an edge is below the one before", fix: "write them in ascending order" }];
    if (edges[role].every((edge) => edge >= min && edge <= max)) return [];
    return [{ path, says: `an edge lies beyond the bounds of "${query[role]}"`, fix: `write numbers from ${min} to ${max}` }];
  });
}

function experiment(known: Known, query: ExperimentQuery): readonly QueryProblem[] {
  const { metrics, covariate, from, to } = query;
  return [
    ...arms(known, query),
    ...metrics.flatMap((name, i) => summed(known, name, pointer("metrics", i))), ...twice(metrics, "/metrics"),
    ...(covariate === null ? [] : summed(known, covariate, "/covariate")),
    ...(covariate !== null && metrics.includes(covariate) ? [{ path: "/covariate", says: `"${covariate}" would explain itself`, fix: "write a measure from before the test, or null" }] : []),
    // Both have one form, so the order of the text is the order of time.
    ...(from <= to ? [] : [{ path: "/to", says: "the window would end before it begins", fix: `write ${from} or a later day` }]),
  ];
}

function arms(known: Known, { arm, control, shares }: ExperimentQuery): readonly QueryProblem[] {
  const problems = dimension(known, arm, "/arm");
  if (problems.length > 0) return problems;
  const { categories: { length } } = dimensionOf(known, arm);
  const sum = shares.reduce((total, share) => total + share, 0);
  return [
    ...word(known, { dimension: arm, word: control }, "/control"),
    ...(shares.length === length ? [] : [{ path: "/shares", says: `there are ${shares.length} shares, and "${arm}" has ${length} words`, fix: "write one share for each word, in the charter's order" }]),
    ...(Math.abs(sum - 1) <= SHARES_SLACK ? [] : [{ path: "/shares", says: "the shares do not add up to 1", fix: "write what part of the rows each arm was meant to get" }]),
  ];
}

/** Thirds have no end in decimals. */
const SHARES_SLACK = 1e-6;

function cohort(known: Known, conditions: Cohort): readonly QueryProblem[] {
  return [
    ...conditions.flatMap(({ dimension: name, words }, i): readonly QueryProblem[] => {
      const problems = dimension(known, name, pointer("cohort", i, "dimension"));
      if (problems.length > 0) return problems;
      return [...words.flatMap((one, j) => word(known, { dimension: name, word: one }, pointer("cohort", i, "words", j))), ...twice(words, pointer("cohort", i, "words"))];
    }),
    ...repeats(conditions.map(({ dimension: name }) => name)).map((i) => ({
      path: pointer("cohort", i, "dimension"), says: "this dimension has a condition already", fix: "list its words in one condition",
    })),
  ];
}

function word(known: Known, { dimension: name, word: asked }: { readonly dimension: string; readonly word: string }, path: string): readonly QueryProblem[] {
  const { categories: listed } = dimensionOf(known, name);
  return listed.includes(asked) ? [] : [unknown(`"${name}" has no word "${asked}"`, path, { asked, listed })];
}

function dimension(known: Known, name: string, path: string): readonly QueryProblem[] {
  return column(known, name, { path, kind: "categorical" });
}

function measure(known: Known, name: string, path: string): readonly QueryProblem[] {
  return column(known, name, { path, kind: "numeric" });
}

/** A measure of which means are taken: rows without a value would count as zeros. */
function summed(known: Known, name: string, path: string): readonly QueryProblem[] {
  const problems = measure(known, name, path);
  if (problems.length > 0 || measureOf(known, name).missing === undefined) return problems;
  return [{ path, says: `"${name}" may be absent in a row, so there is no mean over all rows`, fix: "ask for its quantiles, or sign a charter that refuses absent values" }];
}

const NOUNS = { numeric: "measure", categorical: "dimension" } as const;

interface Due {
  readonly path: string;
  readonly kind: keyof typeof NOUNS;
}

function column({ features, open }: Known, name: string, { path, kind: due }: Due): readonly QueryProblem[] {
  if (open.includes(name)) return [unlisted(name, path)];
  const found = features.find((feature) => feature.name === name);
  if (found?.kind === due) return [];
  const listed = features.filter((feature) => feature.kind === due).map((feature) => feature.name);
  if (found === undefined) return [unknown(`the charter has no ${NOUNS[due]} "${name}"`, path, { asked: name, listed })];
  return [{ path, says: `"${name}" is a ${NOUNS[found.kind]}, and a ${NOUNS[due]} is needed here`, fix: choice(listed) }];
}

function anyColumn({ features, open }: Known, name: string, path: string): readonly QueryProblem[] {
  if (open.includes(name)) return [unlisted(name, path)];
  const listed = features.map((feature) => feature.name);
  return listed.includes(name) ? [] : [unknown(`the charter has no column "${name}"`, path, { asked: name, listed })];
}

function unknown(says: string, path: string, { asked, listed }: { readonly asked: string; readonly listed: readonly string[] }): QueryProblem {
  const near = closest(asked, listed);
  return near === undefined ? { path, says, fix: choice(listed) } : { path, says: `${says}; did you mean "${near}"?`, fix: `write "${near}"` };
}

/** So many are listed in a line that people read. */
const LISTED_MAX = 12;

function choice(listed: readonly string[]): string {
  if (listed.length === 0) return "sign a charter that has one";
  return `write one of: ${listed.slice(0, LISTED_MAX).join(", ")}${listed.length > LISTED_MAX ? ", …" : ""}`;
}

function twice(items: readonly string[], path: string): readonly QueryProblem[] {
  return repeats(items).map((i) => ({ path: path + pointer(i), says: `"${items[i] ?? ""}" is listed twice`, fix: "remove one of the two" }));
}
