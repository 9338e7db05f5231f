import { Accounts } from "./accounts.js";
import { setUp, type Consortium } from "./consortium.js";
import { growthExponent, nowMs, pairedRatio, spreadOf } from "./measure.js";
import { bulkFrameBytes } from "./post.js";
import { column, megabytes, power, three, times, type Row, type Section } from "./section.js";
import { timeRounds } from "./timed-rounds.js";

/** How time and bytes grow with the number of parties n and the length d, and the set-up, which does not depend on d. */
export function measureGrowth(quick: boolean): readonly Section[] {
  const sizes = quick ? QUICK : FULL;
  // Otherwise the smallest consortium would pay for compiling the code of all.
  setUp(3, 2, new Accounts(nowMs));
  const grown = sizes.parties.map((parties) => grow(parties, sizes.words));
  const points = grown.flatMap((one) => one.points);
  return [growth(points, grown.flatMap((one) => one.skipped)), exponents(points), setUps(grown, roundsFor(sizes.words))];
}

interface Sizes {
  readonly parties: readonly number[];
  readonly words: readonly number[];
}

const FULL: Sizes = { parties: [3, 5, 10, 20, 50], words: [1e3, 1e4, 1e5, 1e6, 1e7] };
const QUICK: Sizes = { parties: [3, 10], words: [1e3, 1e5, 1e6] };

/** Bytes of pad one case should not make over all its runs: a second for every 2·10^9 or so. */
const PADS_PER_CASE_BYTES = 4e9;
/** A round that makes more than this is skipped: it would take most of a minute alone. */
const PADS_PER_ROUND_BYTES = 2e10;
const RUNS_MIN = 3;
const RUNS_MAX = 5;

interface Point {
  readonly parties: number;
  readonly words: number;
  readonly runs: number;
  readonly partyMs: number;
  readonly coordinatorMs: number;
  readonly plainMs: number;
  readonly partyRatio: number;
  readonly coordinatorRatio: number;
  readonly sentBytes: number;
}

interface Skipped {
  readonly parties: number;
  readonly words: number;
  readonly because: string;
}

interface Grown {
  readonly parties: number;
  readonly points: readonly Point[];
  readonly skipped: readonly Skipped[];
  readonly setUpPartyMs: number;
  readonly setUpCoordinatorMs: number;
  readonly setUpSentBytes: number;
}

function grow(parties: number, lengths: readonly number[]): Grown {
  const accounts = new Accounts(nowMs);
  const consortium = setUp(parties, roundsFor(lengths), accounts);
  const names = consortium.cast.companies.map(({ name }) => name);
  const points: Point[] = [];
  const skipped: Skipped[] = [];
  lengths.forEach((words, index) => {
    const because = skipReason(parties, words);
    if (because === null) points.push(measurePoint(consortium, words, index * (RUNS_MAX + 1) + 1));
    else skipped.push({ parties, words, because });
  });
  return {
    parties, points, skipped,
    setUpPartyMs: spreadOf(names.map((name) => accounts.totalMs(name))).median,
    setUpCoordinatorMs: accounts.totalMs(consortium.cast.leader.self),
    setUpSentBytes: Math.max(...names.map((name) => accounts.sentBytes(name))),
  };
}

/** Enough for every length, warm-up included. */
function roundsFor(lengths: readonly number[]): number {
  return lengths.length * (RUNS_MAX + 1);
}

/** Every party makes n pads, its own and one with each peer. */
function padBytes(parties: number, words: number): number {
  return parties * parties * words * 4;
}

function skipReason(parties: number, words: number): string | null {
  if (!(padBytes(parties, words) <= PADS_PER_ROUND_BYTES)) return `${three(padBytes(parties, words) / 1e9)} GB of pads in one thread`;
  const vectorsBytes = parties * words * 4;
  // Half of what is free: the vectors are not all there is.
  return vectorsBytes <= process.availableMemory() / 2 ? null : `${megabytes(vectorsBytes)} of vectors do not fit this machine's memory`;
}

function measurePoint(consortium: Consortium, words: number, firstRound: number): Point {
  const { companies, leader } = consortium.cast;
  const affordable = Math.floor(PADS_PER_CASE_BYTES / padBytes(companies.length, words));
  const runs = Math.min(RUNS_MAX, Math.max(RUNS_MIN, affordable));
  // Lengths are measured from short to long, so at the longest nothing is left to warm up.
  const rounds = timeRounds(consortium, { firstRound, warmUps: affordable >= RUNS_MAX ? 1 : 0, runs, words });
  const plain = rounds.map(({ plainMs }) => plainMs);
  const ms = (of: "partyMs" | "coordinatorMs") => rounds.map((round) => round[of]);
  const letters = rounds.flatMap(({ accounts }) => companies.map(({ name }) => accounts.sentBytes(name)));
  return {
    parties: companies.length, words, runs,
    partyMs: spreadOf(ms("partyMs")).median, coordinatorMs: spreadOf(ms("coordinatorMs")).median, plainMs: spreadOf(plain).median,
    partyRatio: pairedRatio(ms("partyMs"), plain).median, coordinatorRatio: pairedRatio(ms("coordinatorMs"), plain).median,
    sentBytes: Math.max(...letters) + bulkFrameBytes(leader.session, firstRound, 4 * words),
  };
}

function growth(points: readonly Point[], skipped: readonly Skipped[]): Section {
  const row = (point: Point): Row => {
    const { parties, words, partyMs, coordinatorMs, sentBytes } = point;
    const perWord = 1e6 / (parties * words);
    return { ...point, partyNs: partyMs * perWord, coordinatorNs: coordinatorMs * perWord, sentRatio: sentBytes / (4 * words) };
  };
  return {
    title: "4. Growth with parties and length",
    notes: [
      "ratio = time of one party, or of the coordinator, ÷ time of the plain sum of the same n vectors.",
      "ns per n·d is level where time grows with both alike.",
      ...skipped.map(({ parties, words, because }) => `skipped: n = ${parties}, d = ${power(words)}: ${because}`),
    ],
    columns: [
      column("parties", "n"), column("words", "d", power), column("plainMs", "plain ms", three),
      column("partyMs", "party ms", three), column("partyRatio", "ratio", times), column("partyNs", "ns per n·d", three),
      column("coordinatorMs", "coord. ms", three), column("coordinatorRatio", "ratio", times), column("coordinatorNs", "ns per n·d", three),
      column("sentBytes", "sent", megabytes), column("sentRatio", "÷ 4·d", times), column("runs", "runs"),
    ],
    rows: points.map(row),
  };
}

function exponents(points: readonly Point[]): Section {
  const words = [...new Set(points.map((point) => point.words))];
  const parties = [...new Set(points.map((point) => point.parties))];
  const along = (fixed: string, line: readonly Point[], x: (point: Point) => number): Row => {
    const [from, to] = [line.at(0), line.at(-1)];
    if (from === undefined || to === undefined || from === to) return { fixed, span: "–", party: null, coordinator: null, sent: null };
    const exponent = (y: (point: Point) => number) => growthExponent({ x: x(from), y: y(from) }, { x: x(to), y: y(to) });
    return {
      fixed, span: `${power(x(from))} → ${power(x(to))}`,
      party: exponent(({ partyMs }) => partyMs),
      coordinator: exponent(({ coordinatorMs }) => coordinatorMs),
      sent: exponent(({ sentBytes }) => sentBytes),
    };
  };
  return {
    title: "4b. Exponents of growth in 4",
    notes: ["p of time or bytes ~ d^p between the two longest, or ~ n^p from fewest to most: 1 is linear, below 1 fixed cost still shows."],
    columns: [
      column("fixed", "fixed"), column("span", "from → to"),
      column("party", "party time", three), column("coordinator", "coordinator time", three), column("sent", "sent", three),
    ],
    rows: [
      ...parties.map((n) => along(`n = ${n}, in d`, points.filter((point) => point.parties === n).slice(-2), (point) => point.words)),
      ...words.map((d) => along(`d = ${power(d)}, in n`, points.filter((point) => point.words === d), (point) => point.parties)),
    ],
  };
}

function setUps(grown: readonly Grown[], rounds: number): Section {
  const [first] = grown;
  return {
    title: `4c. One set-up, good for ${rounds} rounds of any length`,
    notes: [
      "Once a session: X25519 and ML-KEM with every peer, sealed shares for every round. ratio = ÷ the smallest consortium.",
      "Run once each: a party's time is the median of its n parties, the coordinator's a single one.",
    ],
    columns: [
      column("parties", "n"), column("partyMs", "party ms", three), column("partyRatio", "ratio", times),
      column("coordinatorMs", "coord. ms", three), column("coordinatorRatio", "ratio", times),
      column("sentBytes", "sent", megabytes), column("sentRatio", "ratio", times),
    ],
    rows: grown.map(({ parties, setUpPartyMs, setUpCoordinatorMs, setUpSentBytes }) => ({
      parties, partyMs: setUpPartyMs, coordinatorMs: setUpCoordinatorMs, sentBytes: setUpSentBytes,
      partyRatio: setUpPartyMs / (first?.setUpPartyMs ?? Number.NaN),
      coordinatorRatio: setUpCoordinatorMs / (first?.setUpCoordinatorMs ?? Number.NaN),
      sentRatio: setUpSentBytes / (first?.setUpSentBytes ?? Number.NaN),
    })),
  };
}
