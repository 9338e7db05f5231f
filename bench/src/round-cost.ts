import { Accounts, STAGES, type Stage } from "./accounts.js";
import { setUp, type Consortium } from "./consortium.js";
import { nowMs, pairedRatio, spreadOf } from "./measure.js";
import { column, power, range, three, times, type Row, type Section } from "./section.js";
import { timeRounds, type TimedRound } from "./timed-rounds.js";

/** One round against the plain sum of the same vectors, and where its time goes. */
export function measureRoundCost(quick: boolean): readonly Section[] {
  const runs = quick ? 5 : 15;
  const consortium = setUp(PARTIES, WARM_UPS + runs, new Accounts(nowMs));
  const rounds = timeRounds(consortium, { firstRound: 1, warmUps: WARM_UPS, runs, words: WORDS });
  return [costs(rounds), shares(consortium, rounds)];
}

const PARTIES = 10;
const WORDS = 1e6;
const WARM_UPS = 2;
const CASE = `n = ${PARTIES}, d = ${power(WORDS)} words of 32 bits`;

function costs(rounds: readonly TimedRound[]): Section {
  const plain = rounds.map(({ plainMs }) => plainMs);
  const row = (who: string, samples: readonly number[]): Row => {
    const ratio = pairedRatio(samples, plain);
    return { who, ms: spreadOf(samples).median, ratio: ratio.median, ratioRange: range(ratio), runs: samples.length };
  };
  return {
    title: `2. One round against the plain sum of the same vectors: ${CASE}`,
    notes: [
      "ratio = time ÷ time of adding the same vectors without masks, with the same kernel and 1 MiB stretches.",
      "whole round = everybody's work one after the other in one thread; in the field the parties work side by side. Nobody drops out.",
    ],
    columns: [
      column("who", "whose work"), column("ms", "ms", three),
      column("ratio", "ratio", times), column("ratioRange", "min–max"), column("runs", "runs"),
    ],
    rows: [
      row("plain sum", plain),
      row("whole round", rounds.map(({ wholeMs }) => wholeMs)),
      row("one party", rounds.map(({ partyMs }) => partyMs)),
      row("coordinator", rounds.map(({ coordinatorMs }) => coordinatorMs)),
      row("party + coordinator", rounds.map(({ partyMs, coordinatorMs }) => partyMs + coordinatorMs)),
    ],
  };
}

function shares({ cast: { companies, leader } }: Consortium, rounds: readonly TimedRound[]): Section {
  const names = companies.map(({ name }) => name);
  const stageRow = (stage: Stage): Row => {
    const partyMs = spreadOf(rounds.flatMap(({ accounts }) => names.map((name) => accounts.stageMs(name, stage)))).median;
    const coordinatorMs = spreadOf(rounds.map(({ accounts }) => accounts.stageMs(leader.self, stage))).median;
    const everybody = [...names, leader.self];
    const ofWhole = rounds.map(({ accounts, wholeMs }) => everybody.reduce((sum, name) => sum + accounts.stageMs(name, stage), 0) / wholeMs);
    return {
      stage: MEANING[stage], share: spreadOf(ofWhole).median, partyMs: spent(partyMs), coordinatorMs: spent(coordinatorMs),
      ofParty: spent(partyMs / spreadOf(rounds.map((round) => round.partyMs)).median),
      ofCoordinator: spent(coordinatorMs / spreadOf(rounds.map((round) => round.coordinatorMs)).median),
    };
  };
  return {
    title: `2b. Where a round's time goes: ${CASE}`,
    notes: ["share = of the whole round, everybody together; then of one party's own time, and of the coordinator's."],
    columns: [
      column("stage", "stage"), column("share", "share", percent),
      column("partyMs", "one party ms", three), column("ofParty", "of a party", percent),
      column("coordinatorMs", "coordinator ms", three), column("ofCoordinator", "of coordinator", percent),
    ],
    rows: STAGES.map(stageRow),
  };
}

const MEANING: Readonly<Record<Stage, string>> = {
  mask: "mask (AES and add)",
  root: "hash, Merkle root",
  sum: "sum",
  unmask: "unmask (AES and subtract)",
  machine: "protocol (sign, check)",
  letters: "envelopes (sign, check, parse)",
};

/** A stage that is not this actor's has no time, rather than a very short one. */
function spent(value: number): number | null {
  return value === 0 ? null : value;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
