import { localRows, takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import type { Query } from "@cohortium/protocol/statistics/query";
import { budgetFor, DELTA, exactWords, planOf, PARTIES, released } from "./stage.js";
import { percent, type Verdict } from "./verdict.js";

const EPSILON = 1;

/**
 * Two answers about the same people, one of them with and one without Ms N. Whoever knows everybody else asks which is which. The likelihood ratio of
 * noise that is symmetric and falls off rises with the count, so the best guess is a threshold half-way.
 */
export function differencing(quick: boolean): Verdict {
  const trials = quick ? 2_000 : 20_000;
  const control = advantage(0, 200);
  const ours = advantage(budgetFor(EPSILON), trials);
  const promised = (Math.expm1(EPSILON) + 2 * DELTA) / (Math.exp(EPSILON) + 1);
  // Four standard errors of a difference of two shares.
  const chance = 4 * Math.sqrt(0.5 / trials);
  return {
    attack: "the difference of two answers, with and without one person",
    control: `tells them apart in ${percent(control)} of cases more than not`, ours: `${percent(ours)} ± ${percent(chance)}`, promised: `at most ${percent(promised)} at ε = ${EPSILON}`,
    controlFalls: control === 1, holds: ours <= promised + chance,
  };
}

/** How much more often the threshold says "with" when she takes part than when she does not. */
function advantage(nanoRho: number, trials: number): number {
  const query: Query = { kind: "categories", cohort: [], dimension: "region", top: 2, nanoRho };
  const plan = planOf(query, [{ kind: "categorical", name: "region", categories: ["north", "south"] }]);
  const everybody = people(200);
  const [first = everybody[0], ...others] = everybody;
  if (first === undefined) throw new Error("nobody there");
  const without = exactWords(plan, [takeRows(first, Array.from({ length: first.rows - 1 }, (_, i) => i + 1)), ...others]);
  const withHer = exactWords(plan, everybody);
  const threshold = everybody.reduce((sum, { categories: [region] }) => sum + (region?.filter((word) => word === 0).length ?? 0), 0) - 0.5;
  const share = (words: typeof without, world: string): number => {
    let says = 0;
    for (let trial = 0; trial < trials; trial++) if ((released(plan, words, `difference/${world}/${trial}`)[0] ?? 0) > threshold) says++;
    return says / trials;
  };
  return share(withHer, "with") - share(without, "without");
}

/** So many people at each company, of whom the first lives in the north. */
function people(count: number): readonly LocalRows[] {
  return Array.from({ length: PARTIES }, (_, party) => {
    const regions = Int32Array.from({ length: count }, (__, i) => (i * (party + 3)) % 2);
    return localRows(new Float64Array(), [regions], new Uint8Array(count));
  });
}
