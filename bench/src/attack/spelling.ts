import { localRows, type LocalRows } from "@cohortium/node/data/local-rows";
import { characterColumn } from "@cohortium/protocol/statistics/open";
import type { StatisticPlan, StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import type { Query } from "@cohortium/protocol/statistics/query";
import type { Feature } from "@cohortium/protocol/charter/features";
import { budgetFor, exactWords, planOf, released } from "./stage.js";
import { percent, type Verdict } from "./verdict.js";

const EPSILON = 0.5;
const CHARACTERS = [..."abcdefghijklmnopqrstuvwxyz"];
const HER_NAME = [..."zyxwv"];
const FEATURES = HER_NAME.map((_, i): Feature => ({ kind: "categorical", name: characterColumn("name", i + 1), categories: [...CHARACTERS, "(end)", "(other)"] }));

/**
 * The name of one person in a column that nobody has listed. The coordinator deviates: instead of the frequent beginnings it goes on from those of her
 * name, which nodes cannot tell from others, and adds up what the sums say along the way.
 */
export function spelling(quick: boolean): Verdict {
  const trials = quick ? 500 : 5_000;
  const control = advantage(0, trials);
  const ours = advantage(budgetFor(EPSILON), trials);
  const promised = Math.expm1(EPSILON) / (Math.exp(EPSILON) + 1);
  const chance = 4 * Math.sqrt(0.5 / trials);
  return {
    attack: "spelling out one person's name, sum by sum",
    control: `exact sums: tell whether she is there in ${percent(control)} of cases more than not`,
    ours: `${percent(ours)} ± ${percent(chance)}, by ${HER_NAME.length} sums along her name in each of ${2 * trials} questions`,
    promised: `at most ${percent(promised)} at ε = ${EPSILON}`,
    controlFalls: control > promised + 0.2, holds: ours <= promised + chance,
  };
}

/** How much more often the attacker says that she is there where she is than where she is not. */
function advantage(nanoRho: number, trials: number): number {
  const query: Query = { kind: "words", cohort: [], dimension: "name", length: HER_NAME.length, nanoRho };
  const plan = planOf(query, FEATURES);
  const [without, within] = [false, true].map((isThere) => saysThere(plan, people(isThere), trials, `${String(isThere)}`));
  return (within ?? 0) - (without ?? 0);
}

function saysThere(plan: StatisticPlan, rows: LocalRows, trials: number, world: string): number {
  const sums = HER_NAME.map((character, step) => {
    const question: StatisticQuestion = { kind: "statistic", step, edges: null, prefixes: [HER_NAME.slice(0, step).join("")] };
    return { question, exact: exactWords(plan, [rows], question), cell: CHARACTERS.indexOf(character) };
  });
  let says = 0;
  for (let trial = 0; trial < trials; trial++) {
    const seen = sums.reduce((sum, { question, exact, cell }) => sum + (released(plan, exact, `spelling/${world}/${trial}/${question.step}`, question)[cell] ?? 0), 0);
    if (seen > HER_NAME.length / 2) says++;
  }
  return says / trials;
}

/** Forty people called bern, and perhaps her. */
function people(isThere: boolean): LocalRows {
  const names = [...Array.from({ length: 40 }, () => [..."bern"]), ...(isThere ? [HER_NAME] : [])];
  const columns = HER_NAME.map((_, i) => Int32Array.from(names, (name) => (name[i] === undefined ? CHARACTERS.length : CHARACTERS.indexOf(name[i]))));
  return localRows(new Float64Array(0), columns, new Uint8Array(names.length));
}
