import { localRows } from "@cohortium/node/data/local-rows";
import type { Query } from "@cohortium/protocol/statistics/query";
import { Dice } from "@cohortium/protocol/testing/dice";
import { binomialMass, binomialTail } from "./chance.js";
import { budgetFor, DELTA, exactWords, planOf, released } from "./stage.js";
import type { Verdict } from "./verdict.js";

const EPSILON = 3;
const CANARIES = 1_000;
const GUESSES = 200;
const CONFIDENCE = 0.95;

/**
 * The claimed ε put to the test in one run (Steinke, Nasr, Jagielski, "Privacy auditing with one training run", NeurIPS 2023): a thousand made-up people,
 * each of whom takes part by the toss of a coin, and is alone in a cell of a histogram. The attacker names those of whom she is surest. The more of her
 * guesses are right, the larger ε must be.
 */
export function canaryAudit(quick: boolean): Verdict {
  const runs = quick ? 1 : 10;
  // Of several runs the best for the attacker is taken, and pays for the choice.
  const best = (nanoRho: number, of: string): number => Math.max(...Array.from({ length: runs }, (_, run) => epsilonAtLeast(auditedRun(nanoRho, `${of}/${run}`), (1 - CONFIDENCE) / runs)));
  const without = best(0, "without");
  // As if a scale of 2^-3 had been forgotten: an eighth of the σ is 64 times the price.
  const scarce = best(64 * budgetFor(EPSILON), "scarce");
  const ours = best(budgetFor(EPSILON), "ours");
  return {
    attack: `${CANARIES} canaries in one histogram, the surest ${GUESSES} named`,
    control: `ε ≥ ${without.toFixed(2)} without noise, ≥ ${scarce.toFixed(2)} with an eighth of it`, ours: `ε ≥ ${ours.toFixed(2)}`,
    promised: `at most ε = ${EPSILON} at δ = ${DELTA}`, controlFalls: without > EPSILON && scarce > EPSILON, holds: ours <= EPSILON,
  };
}

/** How many guesses of the attacker were right. */
function auditedRun(nanoRho: number, label: string): number {
  const dice = new Dice([...label].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 17));
  const takesPart = Uint8Array.from({ length: CANARIES }, () => (dice.chance(0.5) ? 1 : 0));
  const words = Array.from({ length: CANARIES }, (_, i) => `canary ${i}`);
  const query: Query = { kind: "categories", cohort: [], dimension: "name", top: 1, nanoRho };
  const plan = planOf(query, [{ kind: "categorical", name: "name", categories: words }]);
  const present = words.flatMap((_, i) => (takesPart[i] === 1 ? [i] : []));
  const rows = localRows(new Float64Array(), [Int32Array.from(present)], new Uint8Array(present.length));
  const counts = released(plan, exactWords(plan, [rows]), `canaries/${label}`);
  const byCount = words.map((_, i) => i).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
  const named = byCount.slice(0, GUESSES / 2).filter((i) => takesPart[i] === 1).length;
  return named + byCount.slice(-GUESSES / 2).filter((i) => takesPart[i] === 0).length;
}

/** The largest ε that so many right guesses refute at this significance. */
function epsilonAtLeast(right: number, significance: number): number {
  let [low, high] = [0, 40];
  if (!isRefuted(0, right, significance)) return 0;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (isRefuted(middle, right, significance)) low = middle;
    else high = middle;
  }
  return low;
}

/** Theorem 5.2 of the paper: an (ε, δ)-private answer leads to `right` guesses or more with at most this probability. */
export function isRefuted(epsilon: number, right: number, significance: number): boolean {
  const p = 1 / (1 + Math.exp(-epsilon));
  let [above, alpha] = [0, 0];
  for (let i = 1; i <= right; i++) {
    above += binomialMass(right - i, GUESSES, p);
    alpha = Math.max(alpha, above / i);
  }
  return binomialTail(right, GUESSES, p) + 2 * CANARIES * DELTA * alpha < significance;
}
