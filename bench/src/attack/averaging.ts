import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localRows } from "@cohortium/node/data/local-rows";
import { Egress } from "@cohortium/node/egress/egress";
import { openNodeDatabase } from "@cohortium/node/database";
import type { StatisticPlan } from "@cohortium/protocol/statistics/plan";
import type { Query } from "@cohortium/protocol/statistics/query";
import { wordsLeaving } from "./one-release.js";
import { budgetFor, exactWords, planOf, released } from "./stage.js";
import { percent, type Verdict } from "./verdict.js";

const EPSILON = 1;
/** So many questions the budget pays for. */
const PAID = 22;
const COUNT = 137;
const REPEATS = 400;

/**
 * The same question again and again, and the mean of all answers. A build that draws new noise for each and charges for none gives the exact count
 * away. Ours repeats its words to whoever repeats the ask, and charges for each new one until nothing is left.
 */
export async function averaging(quick: boolean): Promise<Verdict> {
  const [asks, trials] = [quick ? 15_000 : 20_000, quick ? 4 : 20];
  const plan = planOf(QUERY, FEATURES);
  const exact = exactWords(plan, [ROWS]);
  const recovered = (times: number, of: string): boolean => {
    let sum = 0;
    for (let ask = 0; ask < times; ask++) sum += released(plan, exact, `average/${of}/${ask}`)[0] ?? 0;
    return Math.round(sum / times) === COUNT;
  };
  const share = (runs: number, times: number, of: string): number => Array.from({ length: runs }, (_, run) => recovered(times, `${of}/${run}`)).filter(Boolean).length / runs;
  const control = share(trials, asks, "unpaid");
  const { answered, distinct } = await asked(plan);
  const oursTrials = 10 * trials;
  const ours = share(oursTrials, answered, "paid");
  // The mean of all that is paid for is one answer at the price of the whole budget: ρ = 1/(2σ²), and rounds to the truth within half a person.
  const promised = 0.5 * Math.sqrt(2 * (budgetFor(EPSILON) / 1e9)) * Math.sqrt(2 / Math.PI);
  const chance = 4 * Math.sqrt(promised / oursTrials);
  return {
    attack: "the same question until its noise averages out",
    control: `exact after ${asks} answers in ${percent(control)} of tries`,
    ours: `${distinct} answer to ${REPEATS} repeats; ${answered} new ones, then refused; exact in ${percent(ours)} ± ${percent(chance)}`,
    promised: `1; ${PAID}; at most ${percent(promised)}`,
    controlFalls: control >= 0.75,
    holds: distinct === 1 && answered === PAID && ours <= promised + chance,
  };
}

const FEATURES = [{ kind: "categorical", name: "region", categories: ["north", "south"] }] as const;
const QUERY: Query = { kind: "categories", cohort: [], dimension: "region", top: 2, nanoRho: Math.floor(budgetFor(EPSILON) / PAID) };
const ROWS = localRows(new Float64Array(), [Int32Array.from({ length: 2 * COUNT + 1 }, (_, i) => (i < COUNT ? 0 : 1))], new Uint8Array(2 * COUNT + 1));

/** Asks a node's own egress: again and again in one session, then in new sessions until it refuses. */
async function asked(plan: StatisticPlan): Promise<{ readonly answered: number; readonly distinct: number }> {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-attack-"));
  try {
    const egress = new Egress(openNodeDatabase(":memory:"), folder);
    const ask = (session: number): Promise<string | null> => wordsLeaving(egress, { plan, rows: ROWS, session, budgetNanoRho: budgetFor(EPSILON) });
    const repeats = new Set<string>();
    for (let repeat = 0; repeat < REPEATS; repeat++) repeats.add(await ask(0) ?? "refused");
    let answered = 1;
    while (answered < 10 * PAID && await ask(answered) !== null) answered++;
    return { answered, distinct: repeats.size };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
