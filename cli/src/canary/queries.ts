import type { Charter } from "@cohortium/protocol/session/charter";
import { budgetOf } from "@cohortium/protocol/session/privacy-budget";
import { featuresOf } from "@cohortium/protocol/session/recipe-lowering";
import type { StatisticsClause } from "@cohortium/protocol/statistics/clause";
import { queryProblems } from "@cohortium/protocol/statistics/plan";
import type { Query } from "@cohortium/protocol/statistics/query";
import type { CategoricalFeature, NumericFeature } from "@cohortium/protocol/training/features";

/** Of what the charter's budget has, so much is shared among the rehearsal's questions: they are asked of a copy, and cost nothing that counts. */
const BUDGET_SHARE = 0.9;
const TOP = 3;

/** One question of every kind that the charter allows and that its columns are enough for: what leaves differs by kind, not by which words are asked for. */
export function rehearsedQueries(charter: Charter): readonly Query[] {
  const { statistics } = charter;
  if (statistics === undefined) return [];
  const candidates = statistics.kinds.flatMap((kind) => candidatesOf(statistics).filter((query) => query.kind === kind));
  const budget = budgetOf(charter);
  const nanoRho = budget === null || candidates.length === 0 ? 0 : Math.floor((budget.nanoRho * BUDGET_SHARE) / candidates.length);
  return candidates.map((query) => ({ ...query, nanoRho })).filter((query) => queryProblems(charter, query).length === 0);
}

function candidatesOf({ features }: StatisticsClause): readonly Query[] {
  const all = featuresOf({ features });
  const measures = all.filter((feature): feature is NumericFeature => feature.kind === "numeric");
  const dimensions = all.filter((feature): feature is CategoricalFeature => feature.kind === "categorical");
  const [measure, second, third] = measures;
  const [dimension] = dimensions;
  const asked = { nanoRho: 0, cohort: [] } as const;
  return [
    ...(dimension === undefined ? [] : [{ ...asked, kind: "profile", by: [dimension.name], measures: measure === undefined ? [] : [measure.name] } as const]),
    ...(measure === undefined ? [] : [
      { ...asked, kind: "histogram", measure: measure.name, edges: [measure.min, (measure.min + measure.max) / 2, measure.max] } as const,
      { ...asked, kind: "quantiles", measure: measure.name, probabilities: [0.5], bins: 16, spacing: "linear" } as const,
      { nanoRho: 0, kind: "drift", column: measure.name, bins: 8 } as const,
    ]),
    ...(dimension === undefined ? [] : [{ ...asked, kind: "categories", dimension: dimension.name, top: Math.min(TOP, dimension.categories.length) } as const]),
    ...(measure === undefined || second === undefined || third === undefined ? []
      : [{ nanoRho: 0, kind: "rfm", recency: measure.name, frequency: second.name, monetary: third.name, edges: null } as const]),
    ...(measure === undefined || dimension === undefined ? [] : [experiment(dimension, measure)]),
  ];
}

function experiment({ name, categories }: CategoricalFeature, measure: NumericFeature): Query {
  return {
    nanoRho: 0, kind: "experiment", arm: name, control: categories[0] ?? "", shares: categories.map(() => 1 / categories.length), metrics: [measure.name], covariate: null,
    from: "2026-01-01", to: "2026-01-31",
  };
}
