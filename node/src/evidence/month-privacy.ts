import { orderWithin } from "@cohortium/protocol/budget/concentrated";
import type { Json } from "@cohortium/crypto/canonical-json";
import { integerOf, textOf } from "@cohortium/protocol/host/sqlite";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import { Charges } from "../store/charges.js";
import type { NodeStore } from "../store/node-store.js";
import { epsilonSpent } from "../budget/epsilon-spent.js";

/** From the first instant, up to but not including the second. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * By charter: what the month's sums cost, and all under that charter until the month's end; of how much, without the reserve and in reserve; and which ε
 * that comes to. Amounts are in 10^-9 of ρ. Budget and ε are null where sums are exact, or the charter's text is not known any more.
 */
export function privacyOf({ database }: Pick<NodeStore, "database">, { fromMs, toMs }: Span, charterOf: (digest: string) => Charter | null): Json {
  const charges = new Charges(database);
  const rows = database.prepare(`
    SELECT charter, coalesce(sum(nano_rho) FILTER (WHERE at_ms >= ?1 AND at_ms < ?2), 0) AS spent, count(*) FILTER (WHERE at_ms >= ?1 AND at_ms < ?2) AS sums,
      coalesce(sum(nano_rho), 0) AS spent_in_all FROM charges WHERE at_ms < ?2 GROUP BY charter ORDER BY charter`).all(fromMs, toMs);
  return rows.map((row): Json => {
    const digest = textOf(row, "charter");
    return {
      charter: digest, nanoRho: integerOf(row, "spent"), sums: integerOf(row, "sums"), nanoRhoInAll: integerOf(row, "spent_in_all"),
      ...promised(charterOf(digest), (delta, order) => epsilonSpent(charges.tally("under", digest, toMs), delta, order)),
    };
  });
}

function promised(charter: Charter | null, epsilonNow: (delta: number, order: number) => number) {
  const budget = charter === null ? null : budgetOf(charter);
  if (charter === null || budget === null || charter.privacy.mechanism === "none") return { budgetNanoRho: null, reserveNanoRho: null, epsilonInAll: null, epsilon: null, delta: null };
  const { epsilon, delta } = charter.privacy.budget;
  return { budgetNanoRho: budget.nanoRho, reserveNanoRho: budget.reserveNanoRho, epsilonInAll: epsilonNow(delta, orderWithin(epsilon, delta)), epsilon, delta };
}
