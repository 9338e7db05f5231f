import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import type { Account, Forecast, OwnAccount, PrivacyAccount } from "../answers/budget.js";
import { budgetIn } from "../prices/cost.js";
import { count, instant } from "../text/amounts.js";

/** As in `ε 0.42 at δ 1e-6`. */
export function epsilonAt(epsilon: number, delta: number): string {
  return `ε ${epsilon.toFixed(epsilon < 0.1 ? 3 : 2)} at δ ${delta.toExponential()}`;
}

/** What every percentage here is a share of. */
export const SHARES_ARE = "Percentages are shares of the charter's budget in ρ, without its reserve. ρ adds up; ε does not, and grows about with its square root.";

/** One charter's privacy in a sentence that needs no ρ. */
export function accountSentence({ privacy, releases }: Account): string {
  const sums = `${count(releases.made)} of ${count(releases.max)} sums asked`;
  if (privacy === null) return `Sums are exact here, and have no price: ${sums}.`;
  const { spent, left, epsilonSpent, epsilon, delta } = privacy;
  const ended = left === 0 ? " Nothing is left: a question that costs anything is refused." : "";
  return `Privacy budget used ${budgetShare(spent, budgetIn(privacy))}${moreText(privacy)}: ${epsilonAt(epsilonSpent, delta)} of ε ${epsilon}; ${sums}.${reserveText(privacy)}${ended}`;
}

/** What lies beside the budget, and how it is opened. */
function reserveText(privacy: PrivacyAccount): string {
  const { reserve, reserveShare, isReserveOpen } = privacy;
  if (reserve === 0) return "";
  const says = ` The last ${Number((reserveShare * 100).toFixed(2))} % of ε are in reserve, another ${budgetShare(reserve, budgetIn(privacy))} beside the budget`;
  return isReserveOpen ? `${says}: this node has opened it.` : `${says}: ${OPENS_RESERVE}.`;
}

export const OPENS_RESERVE = "it is spent only at a node whose owner writes privacy: { openReserve: true } into its node.yaml";

/** What was spent and told elsewhere, at a charter's δ. */
interface Borne {
  readonly nanoRho: number;
  readonly charters: number;
  readonly exactSums: number;
  readonly epsilon: number;
  readonly delta: number;
}

/** What signing a charter would add to; null where that is nothing. */
export function elsewhereSentence({ nanoRho, charters, exactSums, epsilon, delta }: Borne): string | null {
  if (nanoRho === 0) return exactSums === 0 ? null : `This node's rows have gone into ${exactText(exactSums)}, under other charters; what this one promises the people in them does not undo that.`;
  const exact = exactSums === 0 ? "" : `, and ${exactText(exactSums)}`;
  return `The people in this node's rows bear ${epsilonAt(epsilon, delta)} already, under ${charters === 1 ? "another charter" : `${count(charters)} other charters`}${exact}; this one is no new budget for them, it adds up.`;
}

/** As in `12 exact sums, which no ε covers`. */
function exactText(sums: number): string {
  return `${count(sums)} exact ${sums === 1 ? "sum" : "sums"}, which no ε covers`;
}

export function ownSentence({ spent, limit, epsilonSpent, epsilonMax, delta, exactSums }: OwnAccount): string {
  const uncounted = exactSums === 0 ? "" : ` It does not count ${exactText(exactSums)}: they left this node beside it.`;
  return `This node's own ceiling over all charters: ${budgetShare(spent, limit)} used, ${epsilonAt(epsilonSpent, delta)} of ε ${epsilonMax}.${uncounted}`;
}

/** What is to come, in two sentences. */
export function forecastSentence({ price, more, pace, expires }: Forecast): string {
  const priced = price === null || more === null ? "No question has been paid for yet; name a price with --price." : `About ${count(more)} more questions at ${count(price)} each.`;
  if (pace === null) return `${priced} There is no pace yet: that takes two questions.`;
  const isLater = pace.runsOutAtMs >= Date.parse(expires);
  return `${priced} At the pace so far ${isLater ? `the charter expires first, on ${expires.slice(0, 10)}` : `nothing is left after ${instant(pace.runsOutAtMs)}`}.`;
}

function moreText({ questions: [last] }: PrivacyAccount): string {
  return last === undefined ? "" : `, about ${count(last.more)} more questions of kind ${last.kind} as the last one`;
}
