import type { Query, RfmEdges } from "./query.js";

export { budgetOf, nanoRhoFor, type PrivacyBudget } from "../session/privacy-budget.js";

/** What one sum of an answer costs, in 10^-9 of ρ: the charges of all its sums add up to the query's, exactly. Nothing where no noise is added. */
export function chargeOf({ edges }: { readonly edges: RfmEdges | null }, { query, noise }: { readonly query: Query; readonly noise: object | null }): number {
  if (noise === null) return 0;
  if (sumsOf(query) === 1) return query.nanoRho;
  const first = Math.floor(query.nanoRho / 2);
  return edges === null ? first : query.nanoRho - first;
}

/** How many sums an answer takes. */
export function sumsOf(query: Query): 1 | 2 {
  return query.kind === "rfm" && query.edges === null ? 2 : 1;
}

/**
 * A question for each sum an answer takes, as far as it decides how large the numbers are and what they cost: of RFM without edges the second is
 * the same in that, whatever edges the first finds.
 */
export function everyQuestion(query: Query): readonly { readonly edges: RfmEdges | null }[] {
  if (query.kind !== "rfm") return [{ edges: null }];
  return query.edges === null ? [{ edges: null }, { edges: ANY_EDGES }] : [query];
}

const FIFTHS = [0, 0, 0, 0];
const ANY_EDGES: RfmEdges = { recency: FIFTHS, frequency: FIFTHS, monetary: FIFTHS };
