import type { Charge, Milestone } from "./audit-milestones.js";
import type { CharterPrivacy, Findings } from "./audit-report.js";

interface Account {
  /** By party: what it was charged so far. */
  readonly charged: Map<string, number>;
  budgetNanoRho: number | null;
  reserveNanoRho: number;
  answers: number;
}

/**
 * What all answers under a charter cost each company together. A company is charged for every sum it answered, opened or not, as its own ledger
 * does before anything leaves: what it answered in vain it cannot take back.
 */
export class PrivacyAudit {
  readonly #findings: Findings;
  readonly #accounts = new Map<string, Account>();
  /** Which contributions are charged: what is logged twice was said once. */
  readonly #seen = new Set<string>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** How many charges were added up. */
  get count(): number {
    return this.#seen.size;
  }

  /** What the charters spent, in the order in which they first were asked something. */
  get report(): readonly CharterPrivacy[] {
    return [...this.#accounts].map(([charter, { charged, budgetNanoRho, reserveNanoRho, answers }]) => ({
      charter, chargedNanoRho: Math.max(0, ...charged.values()), budgetNanoRho, reserveNanoRho, answers,
    }));
  }

  take(milestone: Milestone, charge: Charge | null): void {
    const { offered: { query }, charterDigest, entry } = milestone;
    // A training under exact sums, or under a charter that cannot be read, has no price and no account.
    if (query === null && !((charge?.budgetNanoRho ?? 0) > 0)) return;
    const account = this.#accounts.get(charterDigest) ?? { charged: new Map<string, number>(), budgetNanoRho: null, reserveNanoRho: 0, answers: 0 };
    this.#accounts.set(charterDigest, account);
    if (charge !== null) Object.assign(account, { budgetNanoRho: charge.budgetNanoRho, reserveNanoRho: charge.reserveNanoRho });
    if (milestone.kind === "closed" && milestone.close.released.kind === "answer") account.answers++;
    if (milestone.kind !== "contributed" || charge === null) return;
    const contribution = `${milestone.session}/${milestone.round}/${milestone.party}`;
    if (this.#seen.has(contribution)) return;
    this.#seen.add(contribution);
    const before = account.charged.get(milestone.party) ?? 0;
    const after = before + charge.nanoRho;
    const budget = charge.budgetNanoRho ?? 0;
    account.charged.set(milestone.party, after);
    // Said once, where the budget is first overspent. What is no number is no charge within a budget.
    if (after <= budget || !(before <= budget)) return;
    this.#findings.add(entry, "BUDGET_OVERSPENT", `${milestone.party} has answered for ${after} of 10^-9 ρ under a charter that allows ${budget}`);
  }
}
