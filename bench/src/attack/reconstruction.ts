import { localRows } from "@cohortium/node/data/local-rows";
import { deltaOfGaussian } from "@cohortium/protocol/budget/analytic-gaussian";
import { Dice } from "@cohortium/protocol/testing/dice";
import { solvePositiveDefinite } from "@cohortium/protocol/training/logistic/cholesky";
import type { Feature } from "@cohortium/protocol/charter/features";
import type { Query } from "@cohortium/protocol/statistics/query";
import { budgetFor, exactWords, planOf, PARTIES, released } from "./stage.js";
import { percent, type Verdict } from "./verdict.js";

const EPSILON = 1;

/**
 * Everybody's secret bit from counts over random cohorts (Dinur and Nissim, PODS 2003; decoded by least squares, Dwork, McSherry, Talwar 2007). Each
 * person lives alone in her postcode, which the catalogue lets one ask about: a floor for cells does not stop this, noise does.
 */
export function reconstruction(quick: boolean): Verdict {
  const [people, tables] = quick ? [48, 4] : [96, 10];
  const asks = 4 * people;
  const share = (nanoRho: number, of: string): number => Array.from({ length: tables }, (_, table) => recovered({ people, asks, nanoRho }, `${of}/${table}`)).reduce((sum, one) => sum + one, 0) / tables;
  const exact = share(0, "exact");
  // Noise as if each question had the whole budget: what a build does that forgets to add up.
  const forgetful = share(budgetFor(3), "forgetful");
  const ours = share(Math.floor(budgetFor(EPSILON) / asks), "ours");
  // No guess at a bit is right more often than one half plus half the distance of the two worlds.
  const promised = 0.5 + deltaOfGaussian(1 / Math.sqrt(2 * (budgetFor(EPSILON) / 1e9)), 0) / 2;
  // Four standard errors of a share of all these bits.
  const chance = 4 * Math.sqrt(0.25 / (people * tables));
  return {
    attack: `${people} secret bits from ${asks} counts over random cohorts`,
    control: `${percent(exact)} of bits from exact sums, ${percent(forgetful)} where each count may cost ε = 3`, ours: `${percent(ours)} ± ${percent(chance)}`,
    promised: `at most ${percent(promised)} at ε = ${EPSILON} for all`, controlFalls: exact > 0.95 && forgetful > 0.8, holds: ours <= promised + chance,
  };
}

interface Size {
  readonly people: number;
  readonly asks: number;
  readonly nanoRho: number;
}

/** The share of bits that least squares gets right. */
function recovered({ people, asks, nanoRho }: Size, label: string): number {
  const dice = new Dice([...label].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), people));
  const bits = Uint8Array.from({ length: people }, () => dice.roll(2));
  const postcodes = Array.from({ length: people }, (_, i) => `postcode ${i}`);
  const features: readonly Feature[] = [{ kind: "categorical", name: "postcode", categories: postcodes }, { kind: "categorical", name: "churned", categories: ["no", "yes"] }];
  const companies = Array.from({ length: PARTIES }, (_, party) => {
    const here = postcodes.flatMap((__, i) => (i % PARTIES === party ? [i] : []));
    return localRows(new Float64Array(), [Int32Array.from(here), Int32Array.from(here, (i) => bits[i] ?? 0)], new Uint8Array(here.length));
  });
  const normal = new Float64Array((people * (people + 1)) / 2);
  const right = new Float64Array(people);
  for (let ask = 0; ask < asks; ask++) {
    const chosen = Uint8Array.from({ length: people }, () => dice.roll(2));
    const cohort = [{ dimension: "postcode", words: postcodes.filter((_, i) => chosen[i] === 1) }];
    const query: Query = { kind: "categories", cohort, dimension: "churned", top: 2, nanoRho };
    const plan = planOf(query, features);
    const [no = 0, yes = 0] = released(plan, exactWords(plan, companies), `reconstruct/${label}/${ask}`);
    // Half of the difference of the two counts is the sum of all bits less one half each, and has half the noise of both.
    learn(normal, right, chosen, (yes - no) / 2);
  }
  // A ridge of four variances of the noise is the best linear guess at bits that are ±½ with equal chances.
  const variance = nanoRho === 0 ? 1e-9 : (1e9 / (2 * nanoRho)) * 0.5;
  for (let i = 0, at = 0; i < people; at += people - i, i++) normal[at] = (normal[at] ?? 0) + 4 * variance;
  const solved = solvePositiveDefinite(normal, right);
  if (solved === undefined) throw new Error("random cohorts that do not span");
  return solved.filter((guess, i) => (guess > 0 ? 1 : 0) === bits[i]).length / people;
}

/** Adds one equation to the normal equations, of which the upper triangle is kept row by row. */
function learn(normal: Float64Array, right: Float64Array, chosen: Uint8Array, value: number): void {
  const n = chosen.length;
  for (let i = 0, at = 0; i < n; at += n - i, i++) {
    if (chosen[i] !== 1) continue;
    right[i] = (right[i] ?? 0) + value;
    for (let j = i; j < n; j++) normal[at + j - i] = (normal[at + j - i] ?? 0) + (chosen[j] ?? 0);
  }
}
