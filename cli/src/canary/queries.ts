import type { Charter } from "@cohortium/protocol/charter/charter";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import { featuresOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { OpenDimension, StatisticsClause } from "@cohortium/protocol/charter/statistics-clause";
import { queryProblems } from "@cohortium/protocol/statistics/plan";
import type { QueryKind } from "@cohortium/protocol/charter/statistics-clause";
import type { Query } from "@cohortium/protocol/statistics/query";
import type { CategoricalFeature, NumericFeature } from "@cohortium/protocol/charter/features";
import { nanoRhoOfTraining } from "../prices/budget-seen.js";

/** So much of what the training leaves of the charter's budget is shared among the questions: they are asked of a copy, and cost nothing that counts. */
const BUDGET_SHARE = 0.9;
const TOP = 3;
/** One sum for the first characters, and one that goes on from what it found. */
const SPELLED = 2;

/** What becomes of a kind of question that the charter allows: it is asked; it has no columns there, so that nobody can ask it; or it would be refused. */
export type PlannedKind =
  | { readonly plan: "ask"; readonly kind: QueryKind; readonly query: Query }
  | { readonly plan: "unaskable"; readonly kind: QueryKind }
  | { readonly plan: "refused"; readonly kind: QueryKind; readonly because: string };

/** One question of every kind that the charter allows and that its columns are enough for: what leaves differs by kind, not by which words are asked for. */
export function rehearsedKinds(charter: Charter): readonly PlannedKind[] {
  const { statistics } = charter;
  if (statistics === undefined) return [];
  const candidates = candidatesOf(statistics);
  const asked = statistics.kinds.map((kind) => ({ kind, candidate: candidates.find((query) => query.kind === kind) }));
  const nanoRho = shareOf(charter, asked.filter(({ candidate }) => candidate !== undefined).length);
  return asked.map(({ kind, candidate }): PlannedKind => {
    if (candidate === undefined) return { plan: "unaskable", kind };
    const query = { ...candidate, nanoRho };
    const [problem] = queryProblems(charter, query);
    return problem === undefined ? { plan: "ask", kind, query } : { plan: "refused", kind, because: `${problem.path}: ${problem.says}; ${problem.fix}` };
  });
}

function shareOf(charter: Charter, queries: number): number {
  const budget = budgetOf(charter);
  if (budget === null || queries === 0) return 0;
  return Math.max(0, Math.floor(((budget.nanoRho - nanoRhoOfTraining(charter)) * BUDGET_SHARE) / queries));
}

/** At most one of each kind. */
function candidatesOf({ features, open = [] }: StatisticsClause): readonly Query[] {
  const all = featuresOf({ features });
  const measures = all.filter((feature): feature is NumericFeature => feature.kind === "numeric");
  const dimensions = all.filter((feature): feature is CategoricalFeature => feature.kind === "categorical");
  const [measure, second, third] = measures;
  const [dimension] = dimensions;
  const column = measure ?? dimension;
  return [
    ...(dimension === undefined ? [] : [{ ...ASKED, kind: "profile", by: [dimension.name], measures: measure === undefined ? [] : [measure.name] } as const]),
    ...(measure === undefined ? [] : [
      { ...ASKED, kind: "histogram", measure: measure.name, edges: [measure.min, (measure.min + measure.max) / 2, measure.max] } as const,
      { ...ASKED, kind: "quantiles", measure: measure.name, probabilities: [0.5], bins: 16, spacing: "linear" } as const,
    ]),
    ...(column === undefined ? [] : [{ nanoRho: 0, kind: "drift", column: column.name, bins: 8 } as const]),
    ...(dimension === undefined ? open.slice(0, 1).map(listed)
      : [{ ...ASKED, kind: "categories", dimension: dimension.name, top: Math.min(TOP, dimension.categories.length) } as const]),
    ...open.slice(0, 1).map(({ name, lengthMax }) => ({ ...ASKED, kind: "words", dimension: name, length: Math.min(SPELLED, lengthMax) } as const)),
    ...(measure === undefined || second === undefined || third === undefined ? []
      : [{ nanoRho: 0, kind: "rfm", recency: measure.name, frequency: second.name, monetary: third.name, edges: null } as const]),
    ...(measure === undefined || dimension === undefined ? [] : [experiment(dimension, measure)]),
  ];
}

const ASKED = { nanoRho: 0, cohort: [] } as const;

/** Counts the rows whose word begins with the first character of those it is spelled out in. */
function listed({ name, characters }: OpenDimension): Query {
  return { ...ASKED, kind: "categories", dimension: name, top: 1, words: [[...characters][0] ?? ""], length: 1 };
}

function experiment({ name, categories }: CategoricalFeature, measure: NumericFeature): Query {
  return {
    nanoRho: 0, kind: "experiment", arm: name, control: categories[0] ?? "", shares: categories.map(() => 1 / categories.length), metrics: [measure.name], covariate: null,
    from: "2026-01-01", to: "2026-01-31",
  };
}
