import { sessionAuditor } from "@cohortium/protocol/conduct/audit";
import { audit } from "@cohortium/protocol/log/audit";
import type { Milestone, RoundAuditor } from "@cohortium/protocol/log/audit-milestones";
import type { AuditReport } from "@cohortium/protocol/log/audit-report";
import type { AuditSource } from "@cohortium/protocol/log/audit-tree";

/** One answer of a party, as the log has it: it signed for words that cost so much, in 10^-9 of ρ. */
export interface LoggedCharge {
  readonly charter: string;
  readonly session: string;
  readonly round: number;
  readonly nanoRho: number;
}

/** Audits a log, and collects what it says that one party has spent. */
export function chargesLogged(source: AuditSource, party: string): { readonly report: AuditReport; readonly charges: readonly LoggedCharge[] } {
  const charges: LoggedCharge[] = [];
  const judge = sessionAuditor();
  const rounds: RoundAuditor = (milestone, from) => {
    const judged = judge(milestone, from);
    const nanoRho = judged.charge?.nanoRho ?? 0;
    if (isBy(milestone, party) && nanoRho > 0) charges.push({ charter: milestone.charterDigest, session: milestone.session, round: milestone.round, nanoRho });
    return judged;
  };
  return { report: audit(source, { rounds }), charges };
}

/** How a party's own account differs from what the log has of it. */
export interface AccountGaps {
  /** Signed for in the log, and not in the account: the account is an older copy, or was changed. */
  readonly missing: readonly LoggedCharge[];
  /**
   * In both, at different prices, and the account has paid less for the session. An evaluation costs what is left of its training's price, so an account with
   * a charge that never came into the log pays less for it, and as much in all.
   */
  readonly other: readonly LoggedCharge[];
  /** In the account alone: paid for and never heard of, or later than this copy of the log. That is as it should be: the account is kept first. */
  readonly ahead: number;
}

export function accountGaps(account: readonly LoggedCharge[], logged: readonly LoggedCharge[]): AccountGaps {
  const keyOf = ({ session, round }: LoggedCharge) => `${session}/${round}`;
  const own = new Map(account.map((charge) => [keyOf(charge), charge]));
  const known = new Set(logged.map(keyOf));
  return {
    missing: logged.filter((charge) => !own.has(keyOf(charge))),
    other: logged.filter((charge) => {
      const kept = own.get(keyOf(charge));
      if (kept === undefined) return false;
      return kept.charter !== charge.charter || (kept.nanoRho !== charge.nanoRho && paidFor(charge.session, account) < paidFor(charge.session, logged));
    }),
    ahead: account.filter((charge) => charge.nanoRho > 0 && !known.has(keyOf(charge))).length,
  };
}

function paidFor(session: string, charges: readonly LoggedCharge[]): number {
  return charges.reduce((sum, charge) => sum + (charge.session === session ? charge.nanoRho : 0), 0);
}

function isBy(milestone: Milestone, party: string): milestone is Extract<Milestone, { readonly kind: "contributed" }> {
  return milestone.kind === "contributed" && milestone.party === party;
}
