import type { Json } from "@cohortium/crypto/canonical-json";
import fc from "fast-check";
import type { Charter } from "../../src/charter/charter.js";
import type { Query } from "../../src/statistics/query.js";
import { bent, EXACT_STATISTICS, sound, STATISTICS } from "../charter/fixture.js";

export const NOISY: Charter = sound(STATISTICS);
export const EXACT: Charter = sound(EXACT_STATISTICS);

/** A query of each kind that the sample charter answers: it leaves no words open. */
export const QUERIES = {
  profile: {
    kind: "profile", cohort: [{ dimension: "country", words: ["Germany", "Spain"] }], by: ["age", "letter"], measures: ["spend", "visits"], nanoRho: 10_000_007,
  },
  histogram: { kind: "histogram", cohort: [], measure: "spend", edges: [0, 10, 50, 500], nanoRho: 3_000_001 },
  quantiles: { kind: "quantiles", cohort: [{ dimension: "letter", words: ["blue"] }], measure: "income", probabilities: [0.25, 0.5, 0.75], bins: 64, spacing: "log", nanoRho: 5_000_011 },
  categories: { kind: "categories", cohort: [], dimension: "country", top: 2, nanoRho: 1_000_003 },
  rfm: { kind: "rfm", recency: "since", frequency: "visits", monetary: "spend", edges: null, nanoRho: 20_000_001 },
  experiment: {
    kind: "experiment", arm: "letter", control: "none", shares: [0.5, 0.25, 0.25], metrics: ["visits", "spend"], covariate: "income", from: "2026-10-01", to: "2026-10-31", nanoRho: 30_000_001,
  },
  drift: { kind: "drift", column: "since", bins: 20, nanoRho: 2_000_003 },
} as const satisfies { readonly [Kind in Exclude<Query["kind"], "words">]: Extract<Query, { readonly kind: Kind }> };

export const EDGES = { recency: [10, 30, 60, 180], frequency: [1, 1, 2, 6], monetary: [12.5, 50, 120, 300] } as const;
export const RFM_WITH_EDGES: Query = { ...QUERIES.rfm, edges: EDGES };

/** One of each kind, and RFM by edges that are given. */
export const EACH: readonly Query[] = [...Object.values<Query>(QUERIES), RFM_WITH_EDGES];

/** The query at no charge, as a charter of exact sums wants it. */
export function unpaid(query: Query): Query {
  return { ...query, nanoRho: 0 };
}

/** The value at a JSON pointer of a query replaced; `undefined` removes it. */
export function bentQuery(query: Query, pointer: string, value: unknown): Json {
  return bent(pointer, value, query);
}

/** Any of the sample queries at any price that the sample budget covers. */
export const priced: fc.Arbitrary<Query> = fc.tuple(fc.constantFrom(...EACH), fc.oneof(fc.integer({ min: 2, max: 1_000 }), fc.integer({ min: 2, max: 152_000_000 })))
  .map(([query, nanoRho]) => ({ ...query, nanoRho }));
