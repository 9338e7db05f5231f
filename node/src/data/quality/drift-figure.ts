import type { Words } from "./check.js";
import { driftBetween, unseenIn, type Drift } from "./drift.js";
import type { Spread } from "../contract/spread.js";
import type { Figure } from "./verdict.js";
import { thousands } from "../contract/count-words.js";

/** How far a column has drifted, by the way of sorting its values that shows most of it. */
export function driftFigure(ways: readonly Words[], before: Spread | undefined, now: Spread | undefined): Figure {
  if (before === undefined || now === undefined) return NOTHING_BEFORE;
  const drifts = ways.filter(({ words }) => isComparable(words, before)).map(({ words }) => driftBetween(before, now, words));
  if (drifts.length === 0) return OTHER_WORDS;
  const { index, chance } = drifts.reduce((most, one) => (beyondChance(one) > beyondChance(most) ? one : most));
  const says = `the stability index is ${index.toFixed(3)}`;
  return index <= chance ? { kind: "figure", value: 0, says: `${says}, within what chance does` } : { kind: "figure", value: index, says, remedy: "an index of at most 0.25, or, if the change is right: cohortium quality run --accept" };
}

export function unseenFigure(words: readonly string[], before: Spread | undefined, now: Spread | undefined): Figure {
  if (before === undefined || now === undefined) return NOTHING_BEFORE;
  if (!isComparable(words, before)) return OTHER_WORDS;
  const unseen = unseenIn(before, now, words);
  const named = unseen.words.length === 0 ? "" : `: ${unseen.words.slice(0, 5).join(", ")}${unseen.words.length > 5 ? ", …" : ""}`;
  return { kind: "figure", value: unseen.rows, says: `${thousands(unseen.rows)} rows of ${unseen.words.length} listed values that the accepted run did not have${named}` };
}

const NOTHING_BEFORE: Figure = { kind: "none", because: "no run was accepted before" };
const OTHER_WORDS: Figure = { kind: "none", because: "the run that was accepted was counted by other words or bounds" };

function isComparable(words: readonly string[], { counts }: Spread): boolean {
  return counts.size === 0 || words.some((word) => counts.has(word));
}

/** What chance alone may do is no drift. */
function beyondChance({ index, chance }: Drift): number {
  return index <= chance ? 0 : index;
}
