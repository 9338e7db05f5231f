import { z } from "zod";
import { json, parseInput, type Route } from "@cohortium/protocol/host/http-route";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Charge } from "../store/charges.js";
import type { Charters } from "../membership/charters.js";
import type { BorneElsewhere, Ledger } from "../store/ledger.js";
import { accountOf, coveredBy, ownAccountOf, type Account, type KnownCharter, type OwnAccount, type PricedKind } from "../budget/accounts.js";
import { epsilonSpent } from "../budget/epsilon-spent.js";
import type { PrivacySettings } from "../budget/limits.js";
import type { Pace } from "../budget/pace.js";

/** What the accounts are made from. */
export interface BudgetDesk {
  readonly party: string;
  readonly charters: Pick<Charters, "views" | "text">;
  readonly ledger: Ledger;
  readonly settings: PrivacySettings;
  nowMs(): number;
}

export interface Budgets {
  readonly party: string;
  readonly own: OwnAccount | null;
  readonly charters: readonly Account[];
}

/** What is to come under one charter: `more` questions of this `price`, and when the budget ends at the pace so far. Null where nobody can say. */
export interface Forecast {
  readonly charter: string;
  readonly name: string;
  readonly expires: string;
  readonly left: number;
  /** In 10^-9 of ρ: what was asked about, or else what the last question cost. */
  readonly price: number | null;
  readonly more: number | null;
  readonly pace: Pace | null;
}

export interface BudgetLedger {
  readonly party: string;
  readonly charges: readonly Charge[];
}

/** Charters that are in force here, and those that something was ever spent under. */
export function budgetsOf(desk: BudgetDesk): Budgets {
  const { party, ledger, settings } = desk;
  return { party, own: ownAccountOf(ledger, settings), charters: knownTo(desk).map((known) => accountOf(known, ledger, settings, desk.nowMs())) };
}

/** @param price - Of one question: in 10^-9 of ρ, or as a share of what a charter allows without its reserve. */
export function forecastsOf(desk: BudgetDesk, price: { readonly nanoRho: number } | { readonly share: number } | null): readonly Forecast[] {
  return budgetsOf(desk).charters.flatMap(({ charter, name, expires, releases, privacy }) => {
    if (privacy === null) return [];
    const { left, limit, reserve, isReserveOpen, pace, questions: [last] } = privacy;
    const cost = costOf(price, limit - (isReserveOpen ? reserve : 0), last);
    const more = cost === null ? null : coveredBy(left, releases.max - releases.made, { nanoRho: cost, sums: 1 });
    return [{ charter, name, expires, left, price: cost, more, pace }];
  });
}

/** … at the δ of the charter that is looked at. */
export interface Borne extends BorneElsewhere {
  readonly epsilon: number;
  readonly delta: number;
}

/**
 * What the people in this node's rows bear already under other charters, for who is about to sign one; null where the charter's sums are exact, or nothing
 * was spent and no exact sum has left. Rows are one feed's, whatever has become of them since: a charter is no new budget for the same people.
 */
export function spentElsewhere({ charters, ledger }: BudgetDesk, digest: string): Borne | null {
  const { privacy } = charters.text(digest);
  if (privacy.mechanism === "none") return null;
  const elsewhere = ledger.elsewhere(digest);
  const { delta } = privacy.budget;
  return elsewhere.nanoRho === 0 && elsewhere.exactSums === 0 ? null : { ...elsewhere, epsilon: epsilonSpent(ledger.charges.tally("besides", digest), delta), delta };
}

/** The partner's routes: what was spent, what is left, and line by line. */
export function budgetRoutes(desk: BudgetDesk): readonly Route[] {
  return [
    { method: "GET", path: "/v1/budget", handle: () => json(budgetsOf(desk)) },
    {
      method: "GET", path: "/v1/budget/forecast", handle: ({ query }) => {
        const { price, share } = parseInput(priceQuery, query);
        const isTwice = price !== undefined && share !== undefined;
        if (isTwice) throw new Refusal({ code: "REQUEST_INVALID", title: "a price is a number or a share", detail: "both were given" });
        return json({ forecasts: forecastsOf(desk, price !== undefined ? { nanoRho: price } : share !== undefined ? { share } : null) });
      },
    },
    {
      method: "GET", path: "/v1/budget/ledger", handle: ({ query }) => {
        const { charter } = parseInput(z.object({ charter: z.string().optional() }), query);
        return json({ party: desk.party, charges: desk.ledger.charges.lines(charter ?? null) } satisfies BudgetLedger);
      },
    },
  ];
}

const priceQuery = z.object({ price: z.coerce.number().int().min(1).optional(), share: z.coerce.number().gt(0).max(1).optional() });

function knownTo({ charters, ledger }: BudgetDesk): readonly KnownCharter[] {
  const shown = charters.views().filter(({ digest, state }) => state === "in-force" || ledger.charges.lines(digest).length > 0);
  return shown.map(({ digest }) => ({ digest, text: charters.text(digest) }));
}

function costOf(price: Parameters<typeof forecastsOf>[1], limit: number, last: PricedKind | undefined): number | null {
  if (price === null) return last === undefined || last.nanoRho === 0 ? null : last.nanoRho;
  return "nanoRho" in price ? price.nanoRho : Math.max(1, Math.floor(price.share * limit));
}
