import type { Account, Forecast, OwnAccount, PrivacyAccount } from "../answers/budget.js";
import { count, instant } from "./amounts.js";

/** As in `ε 0.42 at δ 1e-6`. */
export function epsilonAt(epsilon: number, delta: number): string {
  return `ε ${epsilon.toFixed(epsilon < 0.1 ? 3 : 2)} at δ ${delta.toExponential()}`;
}

/** As in `4 %`; below one it is said with a digit more, so that something spent is never nothing. */
export function shareText(part: number, whole: number): string {
  const share = whole > 0 ? (100 * part) / whole : 0;
  if (part > 0 && share < 0.1) return "below 0.1 %";
  return `${share < 1 && share > 0 ? share.toFixed(1) : share.toFixed(0)} %`;
}

/** One charter's privacy in a sentence that needs no ρ. */
export function accountSentence({ privacy, releases }: Account): string {
  const sums = `${count(releases.made)} of ${count(releases.max)} sums asked`;
  if (privacy === null) return `Sums are exact here, and have no price: ${sums}.`;
  const { spent, limit, left, epsilonSpent, epsilon, delta, reserve, isReserveOpen } = privacy;
  const reserved = reserve === 0 ? "" : ` ${shareText(reserve, limit + (isReserveOpen ? 0 : reserve))} of the whole is in reserve${isReserveOpen ? ", which this node has opened" : ""}.`;
  const ended = left === 0 ? " Nothing is left: a question that costs anything is refused." : "";
  return `Privacy budget used ${shareText(spent, limit)}${moreText(privacy)}: ${epsilonAt(epsilonSpent, delta)} of ε ${epsilon}; ${sums}.${reserved}${ended}`;
}

/** What signing a charter would add to. */
export function elsewhereSentence({ charters, epsilon, delta }: { readonly charters: number; readonly epsilon: number; readonly delta: number }): string {
  return `The people in this node's rows bear ${epsilonAt(epsilon, delta)} already, under ${charters === 1 ? "another charter" : `${count(charters)} other charters`}; this one is no new budget for them, it adds up.`;
}

export function ownSentence({ spent, limit, epsilonSpent, epsilonMax, delta }: OwnAccount): string {
  return `This node's own ceiling over all charters: ${shareText(spent, limit)} used, ${epsilonAt(epsilonSpent, delta)} of ε ${epsilonMax}.`;
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
