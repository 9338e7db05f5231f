import { Charges } from "@cohortium/node/store/charges";
import { openNodeDatabase } from "@cohortium/node/database";
import { budgetFor } from "./stage.js";
import type { Verdict } from "./verdict.js";

const EPSILON = 1;

/** An asker who takes as much as she is given, half as much where she is refused, and begins again under a new session: what does she get in all? */
export function overspending(quick: boolean): Verdict {
  const asks = quick ? 300 : 3_000;
  const budget = budgetFor(EPSILON);
  const shared = new Charges(openNodeDatabase(":memory:"));
  const ours = spentBy(asks, budget, () => shared);
  // A filter that looks at one session at a time.
  const control = spentBy(asks, budget, () => new Charges(openNodeDatabase(":memory:")));
  return {
    attack: `an asker who adapts to each refusal, ${asks} asks`,
    control: `${(control / budget).toFixed(1)} budgets from a filter that forgets`, ours: `${(ours / budget).toFixed(6)} budgets`, promised: "at most 1 budget",
    controlFalls: control > 2 * budget, holds: ours <= budget && ours > 0.999 * budget,
  };
}

function spentBy(asks: number, budget: number, filterOf: () => Charges): number {
  const limits = { charter: budget, own: null };
  let [spent, price, charges] = [0, budget, filterOf()];
  for (let ask = 0; ask < asks; ask++) {
    if (ask % 30 === 0) [price, charges] = [budget, filterOf()];
    // A price that is no number, or negative, must not be a way around.
    for (const trick of [Number.NaN, -price, 0.5, Number.POSITIVE_INFINITY]) if (charges.exceeds({ charter: "c", nanoRho: trick }, limits) === null) spent += budget;
    if (charges.exceeds({ charter: "c", nanoRho: price }, limits) === null) {
      charges.keep({ atMs: ask, charter: "c", session: `s${ask}`, round: 1, query: "q", kind: "profile", nanoRho: price, rowSet: "r" });
      spent += price;
    } else price = Math.max(1, Math.floor(price / 2));
  }
  return spent;
}
