import { localRows, type LocalRows } from "@cohortium/node/data/local-rows";
import type { Query } from "@cohortium/protocol/statistics/query";
import { Dice } from "@cohortium/protocol/testing/dice";
import { budgetFor, exactWords, noisyWords, planOf } from "./stage.js";
import { percent, type Verdict } from "./verdict.js";

const EPSILON = 0.1;
/** A textbook's Laplace noise of scale 1/ε, by the inverse of its distribution function in doubles. */
const SCALE = 1 / EPSILON;
const LEVELS = 2 ** 53;
/** So many candidates at either side of the uniform number that a sum came from. */
const REACH = 256;
const LOW_BITS = 6;

/**
 * The last bits of a sum (Mironov, "On significance of the least significant bits", CCS 2012): which doubles a logarithm can reach depends on what it is
 * added to, so the sum often tells the addend, whatever ε is.
 */
export function lowBits(quick: boolean): Verdict {
  const trials = quick ? 400 : 4_000;
  const dice = new Dice(20_121_016);
  const control = share(trials, () => tells(textbook(1, dice))) - share(trials, () => tells(textbook(0, dice)));
  const ours = byLowBits(quick ? 6_000 : 40_000);
  const promised = Math.expm1(EPSILON) / (Math.exp(EPSILON) + 1);
  const chance = 4 * Math.sqrt(0.5 / (ours.answers / 4));
  return {
    attack: "the last bits of an answer",
    control: `tell 0 from 1 in ${percent(control)} of cases more than not`,
    ours: `${percent(ours.advantage)} ± ${percent(chance)}, by ${LOW_BITS} bits of ${ours.answers} whole numbers`, promised: `at most ${percent(promised)} at ε = ${EPSILON}`,
    controlFalls: control > promised + 0.2, holds: ours.areWhole && ours.advantage <= promised + chance,
  };
}

function share(trials: number, says: () => boolean): number {
  let count = 0;
  for (let trial = 0; trial < trials; trial++) if (says()) count++;
  return count / trials;
}

function textbook(count: number, dice: Dice): number {
  const k = 1 + dice.roll(2 ** 26) * 2 ** 27 + dice.roll(2 ** 27);
  return count + (dice.chance(0.5) ? 1 : -1) * SCALE * Math.log(k / LEVELS);
}

/** True where only a count of 1 can have led to this sum. */
function tells(sum: number): boolean {
  return !isReachable(sum, 0) && isReachable(sum, 1);
}

function isReachable(sum: number, count: number): boolean {
  const distance = sum - count;
  const near = Math.round(Math.exp(-Math.abs(distance) / SCALE) * LEVELS);
  for (let k = Math.max(1, near - REACH); k <= near + REACH; k++) {
    const noise = SCALE * Math.log(k / LEVELS);
    if (count + noise === sum || count - noise === sum) return true;
  }
  return false;
}

interface ByLowBits {
  readonly advantage: number;
  readonly answers: number;
  readonly areWhole: boolean;
}

/** Our words of the count: on half of them the attacker learns which low bits are the more frequent in which world, on the other half she is judged. */
function byLowBits(answers: number): ByLowBits {
  const query: Query = { kind: "categories", cohort: [], dimension: "region", top: 1, nanoRho: budgetFor(EPSILON) };
  const plan = planOf(query, [{ kind: "categorical", name: "region", categories: ["north"] }]);
  const worlds = [people(0), people(1)].map((rows) => exactWords(plan, [rows]));
  const seen = worlds.map((exact, world) => Array.from({ length: answers / 2 }, (_, i) => noisyWords(plan, exact, `low/${world}/${i}`)[1] ?? 0));
  const bitsOf = (word: number | bigint): number => Number(BigInt.asUintN(LOW_BITS, BigInt(word)));
  const half = answers / 4;
  const balance = new Float64Array(2 ** LOW_BITS);
  seen.forEach((words, world) => words.slice(0, half).forEach((word) => { balance[bitsOf(word)] = (balance[bitsOf(word)] ?? 0) + (world === 1 ? 1 : -1); }));
  const saysOne = (words: readonly (number | bigint)[]): number => words.slice(half).filter((word) => (balance[bitsOf(word)] ?? 0) > 0).length / half;
  const [zero = [], one = []] = seen;
  return { advantage: saysOne(one) - saysOne(zero), answers, areWhole: seen.flat().every((word) => typeof word === "bigint") };
}

function people(count: number): LocalRows {
  return localRows(new Float64Array(), [new Int32Array(count)], new Uint8Array(count));
}
