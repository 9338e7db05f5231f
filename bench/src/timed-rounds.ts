import { Accounts } from "./accounts.js";
import type { Consortium } from "./consortium.js";
import { collectGarbage, nowMs, spreadOf } from "./measure.js";
import { playRound } from "./round.js";
import { mustEqual, Vectors } from "./vectors.js";

/** One round, everybody in turn in one thread, and the plain sum of the same vectors right before it. */
export interface TimedRound {
  readonly accounts: Accounts;
  readonly plainMs: number;
  readonly wholeMs: number;
  readonly coordinatorMs: number;
  /** The median of the parties, who would work at the same time, each on a machine of its own. */
  readonly partyMs: number;
}

export interface RoundsAsked {
  /** The consortium's first round that nobody has played yet. */
  readonly firstRound: number;
  readonly warmUps: number;
  readonly runs: number;
  /** d: 32-bit words in each vector. */
  readonly words: number;
}

/** Plain sum and round take turns, A B A B. @throws Error if a round's sum is not the plain one. */
export function timeRounds(consortium: Consortium, { firstRound, warmUps, runs, words }: RoundsAsked): readonly TimedRound[] {
  const vectors = new Vectors(consortium.cast, words);
  const rounds = Array.from({ length: warmUps + runs }, (_, index) => timeRound(consortium, vectors, firstRound + index));
  return rounds.slice(warmUps);
}

function timeRound(consortium: Consortium, vectors: Vectors, round: number): TimedRound {
  const { companies, leader } = consortium.cast;
  const accounts = new Accounts(nowMs);
  collectGarbage();
  const [plainMs, expected] = timed(() => vectors.plainSum());
  collectGarbage();
  const [wholeMs, result] = timed(() => playRound(consortium, { round, words: vectors.length, hands: vectors }, accounts));
  mustEqual(result.words, expected);
  return {
    accounts, plainMs, wholeMs, coordinatorMs: accounts.totalMs(leader.self),
    partyMs: spreadOf(companies.map(({ name }) => accounts.totalMs(name))).median,
  };
}

function timed<T>(work: () => T): readonly [ms: number, result: T] {
  const startMs = nowMs();
  const result = work();
  return [nowMs() - startMs, result];
}
