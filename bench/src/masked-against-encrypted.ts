import { addWordsInto } from "@cohortium/crypto/masking";
import { openSeal, type Seal } from "@cohortium/crypto/seal";
import type { Terms } from "@cohortium/protocol/aggregation/context";
import { Accounts, type Stage } from "./accounts.js";
import { castOf, type Cast } from "./cast.js";
import { collectGarbage, nowMs, spreadOf } from "./measure.js";
import { column, megabytes, power, three, times, type Column, type Row, type Section } from "./section.js";
import { VectorHands } from "./scheme-hands.js";
import { playScheme, setUpScheme } from "./scheme-play.js";
import { mustEqual } from "./vectors.js";

/** The two ways of taking a sum, on the same vectors in one run: what a party and the coordinator spend, and what travels. */
export async function measureSchemes(quick: boolean): Promise<readonly Section[]> {
  const seal = await openSeal();
  const cases = (quick ? [3, 10] : [3, 5, 10]).flatMap((parties) => (quick ? [1e3, 1e5] : [1e3, 1e4, 1e5]).map((words) => ({ parties, words })));
  const compared = cases.map((size) => compare(size, seal, quick ? 3 : 7));
  return [roundSection(compared), phaseSection(compared), byteSection(compared), setUpSection(compared)];
}

const SCHEMES = ["masked", "encrypted"] as const satisfies readonly Terms["scheme"][];
/** Each scheme throws one round away: it meets cold caches, and SEAL's first allocations. */
const WARM_UPS = 1;
const STAGES_SHOWN = ["mask", "sum", "unmask", "root"] as const satisfies readonly Stage[];

/** Of one scheme, medians over the rounds; of parties, over the parties too. Bytes are of the party that sends or receives most. */
interface Costs {
  readonly partyMs: number;
  readonly coordinatorMs: number;
  ofParty(stage: Stage): number;
  ofCoordinator(stage: Stage): number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly setUpMs: number;
  readonly setUpSentBytes: number;
  readonly setUpReceivedBytes: number;
}

interface Compared {
  readonly parties: number;
  readonly words: number;
  readonly masked: Costs;
  readonly encrypted: Costs;
}

/** The schemes take turns, and every sum is compared with the plain one. */
function compare({ parties, words }: { readonly parties: number; readonly words: number }, seal: Seal, runs: number): Compared {
  const cast = castOf(parties);
  const hands = new VectorHands(cast, words, seal);
  const expected = new BigUint64Array(words);
  for (const vector of hands.vectors.values()) addWordsInto(expected, vector);
  const sessions = SCHEMES.map((scheme) => {
    const setUp = new Accounts(nowMs);
    const rounds: Accounts[] = [];
    return { setUp, rounds, session: setUpScheme(cast, scheme, WARM_UPS + runs, { hands, accounts: setUp }) };
  });
  for (let round = 1; round <= WARM_UPS + runs; round++) {
    for (const { session, rounds } of sessions) {
      const accounts = new Accounts(nowMs);
      collectGarbage();
      mustEqual(playScheme(session, { round, words }, hands, accounts).words, expected);
      if (round > WARM_UPS) rounds.push(accounts);
    }
  }
  const [masked, encrypted] = sessions.map(({ setUp, rounds }) => costsOf(cast, setUp, rounds));
  if (masked === undefined || encrypted === undefined) throw new Error("two schemes are compared");
  return { parties, words, masked, encrypted };
}

function costsOf({ companies, leader }: Cast, setUp: Accounts, rounds: readonly Accounts[]): Costs {
  const names = companies.map(({ name }) => name);
  const median = (of: (accounts: Accounts, name: string) => number, among: readonly string[]) =>
    spreadOf(rounds.flatMap((accounts) => among.map((name) => of(accounts, name)))).median;
  const most = (of: (name: string) => number) => Math.max(...names.map(of));
  const [first = setUp] = rounds;
  return {
    partyMs: median((accounts, name) => accounts.totalMs(name), names), coordinatorMs: median((accounts, name) => accounts.totalMs(name), [leader.self]),
    ofParty: (stage) => median((accounts, name) => accounts.stageMs(name, stage), names),
    ofCoordinator: (stage) => median((accounts, name) => accounts.stageMs(name, stage), [leader.self]),
    sentBytes: most((name) => first.sentBytes(name)), receivedBytes: most((name) => first.receivedBytes(name)),
    setUpMs: spreadOf(names.map((name) => setUp.totalMs(name))).median,
    setUpSentBytes: most((name) => setUp.sentBytes(name)), setUpReceivedBytes: most((name) => setUp.receivedBytes(name)),
  };
}

const SIZE: readonly Column[] = [column("parties", "n"), column("words", "d", power)];

function roundSection(compared: readonly Compared[]): Section {
  return {
    title: "1. One sum of d words of 64 bits among n parties: time of a party and of the coordinator",
    notes: [
      "ratio = encrypted ÷ masked, on the same vectors in the same run; every sum is compared with the plain one, bit for bit.",
      "Work alone: no network, no disk. Parties work side by side in the field. Nobody is missing: masks could do without some, encryption could not.",
    ],
    columns: [
      ...SIZE, column("maskedParty", "party, masked ms", three), column("encryptedParty", "encrypted ms", three), column("partyRatio", "ratio", times),
      column("maskedCoordinator", "coordinator, masked ms", three), column("encryptedCoordinator", "encrypted ms", three), column("coordinatorRatio", "ratio", times),
    ],
    rows: compared.map(({ parties, words, masked, encrypted }) => ({
      parties, words, maskedParty: masked.partyMs, encryptedParty: encrypted.partyMs, partyRatio: encrypted.partyMs / masked.partyMs,
      maskedCoordinator: masked.coordinatorMs, encryptedCoordinator: encrypted.coordinatorMs, coordinatorRatio: encrypted.coordinatorMs / masked.coordinatorMs,
    })),
  };
}

const PHASES: Readonly<Record<(typeof STAGES_SHOWN)[number], string>> = {
  mask: "masks, or packs and encrypts", sum: "adds vectors, or ciphertexts", unmask: "takes masks off, or decrypts and opens", root: "hashes what is sent or kept",
};

function phaseSection(compared: readonly Compared[]): Section {
  const last = compared.at(-1);
  const rows: readonly Row[] = last === undefined ? [] : STAGES_SHOWN.map((stage) => ({
    phase: PHASES[stage], maskedParty: spent(last.masked.ofParty(stage)), encryptedParty: spent(last.encrypted.ofParty(stage)),
    maskedCoordinator: spent(last.masked.ofCoordinator(stage)), encryptedCoordinator: spent(last.encrypted.ofCoordinator(stage)),
  }));
  return {
    title: `2. Where the time goes, in ms: n = ${last?.parties ?? 0}, d = ${power(last?.words ?? 0)}`,
    notes: ["Signing, checking, deciding and letters are in section 1 and cost the same in both schemes but for the number of letters."],
    columns: [
      column("phase", "phase"), column("maskedParty", "party, masked", three), column("encryptedParty", "encrypted", three),
      column("maskedCoordinator", "coordinator, masked", three), column("encryptedCoordinator", "encrypted", three),
    ],
    rows,
  };
}

function byteSection(compared: readonly Compared[]): Section {
  return {
    title: "3. Bytes of a party in one sum",
    notes: [
      "Frames with signed envelopes and 1 MiB chunks, of the party that sends or receives most; ratio = encrypted ÷ masked.",
      "Encrypted, a party sends two halves of its ciphertexts and its decryptions, and receives one half of everybody else's.",
      "Not counted: TLS and HTTP/2, the log's inclusion proofs, and the model that a round shows.",
    ],
    columns: [
      ...SIZE, column("bareBytes", "8·d", megabytes), column("maskedSent", "sent, masked", megabytes), column("encryptedSent", "encrypted", megabytes), column("sentRatio", "ratio", times),
      column("maskedReceived", "received, masked", megabytes), column("encryptedReceived", "encrypted", megabytes), column("receivedRatio", "ratio", times),
    ],
    rows: compared.map(({ parties, words, masked, encrypted }) => ({
      parties, words, bareBytes: 8 * words, maskedSent: masked.sentBytes, encryptedSent: encrypted.sentBytes, sentRatio: encrypted.sentBytes / masked.sentBytes,
      maskedReceived: masked.receivedBytes, encryptedReceived: encrypted.receivedBytes, receivedRatio: encrypted.receivedBytes / masked.receivedBytes,
    })),
  };
}

function setUpSection(compared: readonly Compared[]): Section {
  const [{ words = 0 } = {}] = compared;
  return {
    title: "4. The set-up before the first sum, of a party",
    notes: ["Masked, it grows with the number of rounds (a few here, as many as section 1 played); encrypted, it does not. ratio = encrypted ÷ masked."],
    columns: [
      column("parties", "n"), column("maskedMs", "masked ms", three), column("encryptedMs", "encrypted ms", three), column("msRatio", "ratio", times),
      column("maskedSent", "sent, masked", megabytes), column("encryptedSent", "encrypted", megabytes),
      column("maskedReceived", "received, masked", megabytes), column("encryptedReceived", "encrypted", megabytes),
    ],
    rows: compared.filter((one) => one.words === words).map(({ parties, masked, encrypted }) => ({
      parties, maskedMs: masked.setUpMs, encryptedMs: encrypted.setUpMs, msRatio: encrypted.setUpMs / masked.setUpMs,
      maskedSent: masked.setUpSentBytes, encryptedSent: encrypted.setUpSentBytes,
      maskedReceived: masked.setUpReceivedBytes, encryptedReceived: encrypted.setUpReceivedBytes,
    })),
  };
}

/** Nothing is shown where nothing is done. */
function spent(ms: number): number | null {
  return ms === 0 ? null : ms;
}
