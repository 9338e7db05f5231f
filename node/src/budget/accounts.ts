import { orderWithin } from "@cohortium/protocol/budget/concentrated";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import type { BorneElsewhere, Ledger } from "../store/ledger.js";
import { epsilonSpent } from "./epsilon-spent.js";
import { limitsOf, type PrivacySettings } from "./limits.js";
import { paceOf, type Pace } from "./pace.js";
import { questionsOf, type PaidQuestion } from "./paid-questions.js";

/** A charter as this node keeps it. */
export interface KnownCharter {
  readonly digest: string;
  readonly text: Charter;
}

/** What was spent under one charter at this node, and what is left. */
export interface Account {
  readonly charter: string;
  readonly name: string;
  readonly expires: string;
  /** Sums, which every charter limits. */
  readonly releases: { readonly made: number; readonly max: number };
  /** Null where the charter's sums are exact. */
  readonly privacy: PrivacyAccount | null;
}

/** In 10^-9 of ρ where nothing else is said; every ε is at the charter's `delta`. */
export interface PrivacyAccount {
  readonly epsilon: number;
  readonly delta: number;
  readonly epsilonSpent: number;
  /** The charter's budget, with the reserve where this node has opened it. */
  readonly limit: number;
  readonly spent: number;
  /** What the next question may cost: of the charter's budget, or of this node's own ceiling if that is less. */
  readonly left: number;
  readonly reserve: number;
  /** Of epsilon, as the charter says it: ρ grows faster than ε, so that of ρ the reserve is a larger part. */
  readonly reserveShare: number;
  readonly isReserveOpen: boolean;
  /** By kind of question, the latest first: what the last one cost, and how many more of that price there are. */
  readonly questions: readonly PricedKind[];
  readonly pace: Pace | null;
  /** What the same rows, or their predecessors in the same feed, have cost under other charters: a new charter is no new budget for the people in them. */
  readonly elsewhere: BorneElsewhere & { readonly epsilon: number };
}

export interface PricedKind {
  readonly kind: string;
  readonly nanoRho: number;
  readonly more: number;
}

/** This node's own ceiling over all charters, in 10^-9 of ρ. */
export interface OwnAccount {
  readonly epsilonMax: number;
  readonly delta: number;
  readonly epsilonSpent: number;
  readonly limit: number;
  readonly spent: number;
  readonly left: number;
  /** That have left, before there was a ceiling: it does not count them. */
  readonly exactSums: number;
}

export function accountOf({ digest, text }: KnownCharter, ledger: Ledger, settings: PrivacySettings, nowMs: number): Account {
  const releases = { made: ledger.releasesUnder(digest), max: text.privacy.budget.releasesMax };
  return { charter: digest, name: text.name, expires: text.expires, releases, privacy: privacyOf({ digest, text }, ledger, settings, { releases, nowMs }) };
}

/** Null where this node has set itself no ceiling. */
export function ownAccountOf(ledger: Ledger, { ceiling }: PrivacySettings): OwnAccount | null {
  if (ceiling === null) return null;
  const { charges } = ledger;
  const { own, order } = limitsOf(EXACT, { ceiling, opensReserve: false });
  const [limit, spent] = [own ?? 0, charges.inAll(order)];
  const { epsilon: epsilonMax, delta } = ceiling;
  return { epsilonMax, delta, epsilonSpent: epsilonSpent(charges.tally("all"), delta, order), limit, spent, left: Math.max(0, limit - spent), exactSums: ledger.exactSums() };
}

/** How many questions of one price the budget covers: of privacy, and of sums. */
export function coveredBy(left: number, releasesLeft: number, { nanoRho, sums }: { readonly nanoRho: number; readonly sums: number }): number {
  const bySums = Math.floor(releasesLeft / Math.max(1, sums));
  return Math.max(0, nanoRho > 0 ? Math.min(Math.floor(left / nanoRho), bySums) : bySums);
}

const EXACT: Pick<Charter, "privacy"> = { privacy: { mechanism: "none", note: "", budget: { releasesMax: 0 } } };

interface Now {
  readonly releases: Account["releases"];
  readonly nowMs: number;
}

function privacyOf({ digest, text }: KnownCharter, ledger: Ledger, settings: PrivacySettings, { releases, nowMs }: Now): PrivacyAccount | null {
  const budget = budgetOf(text);
  if (budget === null || text.privacy.mechanism === "none") return null;
  const { epsilon, delta } = text.privacy.budget;
  const { charges } = ledger;
  const [limits, spent, own] = [limitsOf(text, settings), charges.under(digest), ownAccountOf(ledger, settings)];
  const left = Math.max(0, Math.min(limits.charter - spent, own === null ? Infinity : own.left));
  const asked = questionsOf(charges.lines(digest));
  const elsewhere = ledger.elsewhere(digest);
  return {
    epsilon, delta, epsilonSpent: epsilonSpent(charges.tally("under", digest), delta, orderWithin(epsilon, delta)), limit: limits.charter, spent, left,
    reserve: budget.reserveNanoRho, reserveShare: text.privacy.budget.reserveShare, isReserveOpen: settings.opensReserve,
    questions: latestOfKind(asked).map((one) => ({ kind: one.kind, nanoRho: one.nanoRho, more: coveredBy(left, releases.max - releases.made, one) })),
    pace: paceOf(asked, left, nowMs), elsewhere: { ...elsewhere, epsilon: epsilonSpent(charges.tally("besides", digest), delta) },
  };
}

function latestOfKind(asked: readonly PaidQuestion[]): readonly PaidQuestion[] {
  const latest = asked.toReversed();
  return latest.filter(({ kind }, i) => latest.findIndex((other) => other.kind === kind) === i);
}
