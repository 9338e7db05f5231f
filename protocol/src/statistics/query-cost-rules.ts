import { canonicalBytes } from "@cohortium/crypto/canonical-json";
import type { Charter } from "../charter/charter.js";
import { budgetOf } from "../charter/privacy-budget.js";
import { chargeOf, everyQuestion, sumsOf } from "./charge.js";
import { gridOf, type GridTerms } from "./grids.js";
import { cellCount, partsOf, type Part } from "./parts.js";
import type { QueryProblem } from "./query-problem.js";
import { NUMBERS_MAX, QUERY_SIZE_MAX_BYTES } from "./query-limits.js";
import { queryJson } from "./query-schema.js";
import type { Query } from "./query.js";

/** Whether the charter's budgets can cover the query at all, were they untouched, and the log can hold it. */
export function costProblems(charter: Charter, query: Query): readonly QueryProblem[] {
  return [...spent(charter, query), ...released(charter, query), ...long(query)];
}

/**
 * Whether every sum the query takes can be laid out.
 *
 * @param terms - Of a query that `askedProblems` and `costProblems` have no word against.
 */
export function fitProblems(terms: GridTerms): readonly QueryProblem[] {
  return everyQuestion(terms.query).flatMap((question): readonly QueryProblem[] => {
    const parts = partsOf(question, terms);
    const share = { nanoRho: BigInt(chargeOf(question, terms)), parts: BigInt(parts.length) };
    return [...parts.filter((part) => gridOf(part, share, terms) === null).map(unfit), ...large(parts, terms)];
  });
}

function spent(charter: Charter, query: Query): readonly QueryProblem[] {
  const path = "/nanoRho";
  const budget = budgetOf(charter);
  if (budget === null) {
    return query.nanoRho === 0 ? [] : [{ path, says: "under this charter sums are exact, and no privacy budget is spent", fix: "write 0" }];
  }
  const sums = sumsOf(query);
  if (!(query.nanoRho >= sums)) return [{ path, says: `an answer of ${sums === 1 ? "one sum" : `${sums} sums`} costs ${sums} at the least, in 10^-9 of rho, and this is ${query.nanoRho}`, fix: `write ${sums} or more: what the answer may cost` }];
  const whole = budget.nanoRho + budget.reserveNanoRho;
  if (query.nanoRho <= whole) return [];
  return [{ path, says: `the answer would cost ${query.nanoRho}, in 10^-9 of rho, and the whole budget of the charter is ${whole}`, fix: `ask for less: ${budget.nanoRho} at the most` }];
}

function released({ privacy }: Charter, query: Query): readonly QueryProblem[] {
  const { releasesMax } = privacy.budget;
  if (sumsOf(query) <= releasesMax) return [];
  return [{ path: "/kind", says: `the answer takes ${sumsOf(query)} sums, and the charter allows ${releasesMax} in all`, fix: query.kind === "words" ? "write a smaller length, or sign a charter with a larger budget" : "give the edges, or sign a charter with a larger budget" }];
}

function long(query: Query): readonly QueryProblem[] {
  const bytes = canonicalBytes(queryJson(query)).length;
  if (bytes <= QUERY_SIZE_MAX_BYTES) return [];
  return [{ path: "", says: `the query is ${bytes} bytes long, and the log holds ${QUERY_SIZE_MAX_BYTES}`, fix: "list fewer words or edges" }];
}

function unfit({ name }: Part): QueryProblem {
  return {
    path: "/kind", says: `the ${name} cannot be known to a millionth of its range: the column's bounds are too wide, too narrow, or far from zero for what they span`,
    fix: "sign a charter that takes the column in another unit, or counts it from a nearer zero",
  };
}

function large(parts: readonly Part[], terms: GridTerms): readonly QueryProblem[] {
  const numbers = parts.reduce((words, { cells }) => words + cellCount(cells, terms), 0);
  if (numbers <= NUMBERS_MAX) return [];
  return [{ path: "/kind", says: `the answer would be read off from ${numbers} numbers, and ${NUMBERS_MAX} are the most`, fix: "ask for fewer columns, or for columns with fewer words" }];
}
