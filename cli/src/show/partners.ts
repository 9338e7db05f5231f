import { SHARED_CLASS_ROWS_MIN, SHARED_ROWS_MIN } from "@cohortium/protocol/charter/limits";
import type { Interval, PublishedComparison } from "../answers/model.js";
import { count, quality, signed } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { table } from "../text/table.js";

/** Why a company publishes nothing about its gain. */
export const WITHHELD = {
  "too-few": `withheld (< ${SHARED_ROWS_MIN} held-out rows, or < ${SHARED_CLASS_ROWS_MIN} of a class)`,
  "not-comparable": "withheld (there is nothing to compare)",
} as const;

const COLUMNS = [
  { head: "company" }, { head: "held-out rows", right: true }, { head: "AUC alone", right: true }, { head: "AUC joint", right: true }, { head: "gain", right: true },
  { head: "95 % interval" }, { head: "KS alone", right: true }, { head: "KS joint", right: true },
];

/** What the companies published about their gains, where their charter says so. */
export function partnersText(comparisons: readonly PublishedComparison[], paint: Paint): string {
  const rows = comparisons.map(({ party, numbers }) => {
    if (numbers.kind === "withheld") return [party, WITHHELD[numbers.because], "", "", "", "", "", ""];
    const { rows: about, alone, joint, gain, gainInterval } = numbers;
    return [party, `~${count(about)}`, quality(alone.auc), quality(joint.auc), signed(gain), between(gainInterval), quality(alone.ks), quality(joint.ks)];
  });
  return `What each company says it gained, on its own held-out rows:\n\n${table(COLUMNS, rows, { paint, empty: "" })}`;
}

function between({ low, high }: Interval): string {
  return `${signed(low)} to ${signed(high)}`;
}
