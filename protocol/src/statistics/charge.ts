import type { Query, RfmEdges } from "./query.js";

export { budgetOf, nanoRhoFor, type PrivacyBudget } from "../charter/privacy-budget.js";

/** What tells one sum of an answer from the others: the edges it counts by, or the beginnings of words that it goes on from, all of one length. */
export interface SumAsked {
  readonly edges: RfmEdges | null;
  readonly prefixes?: readonly string[] | undefined;
}

/** What one sum of an answer costs, in 10^-9 of ρ: the charges of all its sums add up to the query's, exactly. Nothing where no noise is added. */
export function chargeOf(asked: SumAsked, { query, noise }: { readonly query: Query; readonly noise: object | null }): number {
  if (noise === null) return 0;
  const sums = sumsOf(query);
  const share = Math.floor(query.nanoRho / sums);
  return stepOf(asked, query) === sums - 1 ? query.nanoRho - share * (sums - 1) : share;
}

/** How many sums an answer takes at most. One that spells words ends earlier if no beginning is left that enough rows share. */
export function sumsOf(query: Query): number {
  if (query.kind === "words") return query.length;
  return query.kind === "rfm" && query.edges === null ? 2 : 1;
}

/**
 * A question for each sum an answer takes, as far as it decides how large the numbers are and what they cost: of RFM without edges the second is
 * the same in that, whatever edges the first finds; of words, each later one as if one beginning were left.
 */
export function everyQuestion(query: Query): readonly SumAsked[] {
  if (query.kind === "words") return Array.from({ length: query.length }, (_, step) => ({ edges: null, prefixes: ["?".repeat(step)] }));
  if (query.kind !== "rfm") return [{ edges: null }];
  return query.edges === null ? [{ edges: null }, { edges: ANY_EDGES }] : [query];
}

/** What the first `sums` sums of an answer cost together. */
export function chargeOfFirst(sums: number, asked: { readonly query: Query; readonly noise: object | null }): number {
  return everyQuestion(asked.query).slice(0, sums).reduce((total, question) => total + chargeOf(question, asked), 0);
}

/** Counted from 0. */
function stepOf({ edges, prefixes }: SumAsked, query: Query): number {
  if (query.kind === "words") return [...prefixes?.[0] ?? ""].length;
  return sumsOf(query) === 2 && edges !== null ? 1 : 0;
}

const FIFTHS = [0, 0, 0, 0];
const ANY_EDGES: RfmEdges = { recency: FIFTHS, frequency: FIFTHS, monetary: FIFTHS };
