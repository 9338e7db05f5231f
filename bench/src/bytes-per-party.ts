import { zeroWords } from "@cohortium/crypto/words";
import { Accounts } from "./accounts.js";
import { setUp, type Consortium } from "./consortium.js";
import { nowMs } from "./measure.js";
import { bulkFrameBytes } from "./post.js";
import { playRound, type Hands } from "./round.js";
import { column, megabytes, power, times, type Row, type Section } from "./section.js";

/** What one party sends and receives, in bytes of real frames, against the 4·d bytes of its vector in the clear. */
export function measureBytes(quick: boolean): Section {
  return {
    title: "3. Bytes of a party against its bare vector of 4·d bytes",
    notes: [
      "Frames with signed envelopes and 1 MiB chunks, encoded as for the wire, of the party that sends or receives most; ratio = ÷ 4·d.",
      `with set-up = a round and its share of one set-up over ${ROUNDS} rounds.`,
      "Not counted: TLS and HTTP/2, the log's inclusion proofs, and the model that a round shows.",
    ],
    columns: [
      column("parties", "n"), column("words", "d", power), column("bareBytes", "4·d", megabytes),
      column("sentBytes", "sent", megabytes), column("sentRatio", "ratio", times), column("sentWithSetUp", "with set-up", times),
      column("receivedBytes", "received", megabytes), column("receivedRatio", "ratio", times),
      column("receivedWithSetUp", "with set-up", times),
    ],
    rows: (quick ? [3, 10] : [3, 5, 10, 20, 50]).flatMap((parties) => rowsOf(parties)),
  };
}

/** Moments, a few steps of Newton's method, and an evaluation. */
const ROUNDS = 10;
const WORDS = [1e3, 1e4, 1e5, 1e6, 1e7];

function rowsOf(parties: number): readonly Row[] {
  const setUpAccounts = new Accounts(nowMs);
  const consortium = setUp(parties, ROUNDS, setUpAccounts);
  const setUpBytes = heaviest(consortium, setUpAccounts);
  return WORDS.map((words, index) => {
    const accounts = new Accounts(nowMs);
    playRound(consortium, { round: index + 1, words, hands: EMPTY_HANDS }, accounts);
    const letters = heaviest(consortium, accounts);
    const bareBytes = 4 * words;
    const sentBytes = letters.sent + bulkFrameBytes(consortium.cast.leader.session, index + 1, bareBytes);
    return {
      parties, words, bareBytes,
      sentBytes, sentRatio: sentBytes / bareBytes, sentWithSetUp: (sentBytes + setUpBytes.sent / ROUNDS) / bareBytes,
      receivedBytes: letters.received, receivedRatio: letters.received / bareBytes,
      receivedWithSetUp: (letters.received + setUpBytes.received / ROUNDS) / bareBytes,
    };
  });
}

/** Lengths do not depend on what is in the words, so none are made: every root is 64 digits. */
const EMPTY_HANDS: Hands = {
  contribute: () => "0".repeat(64),
  sum: () => ({ root: "0".repeat(64), words: zeroWords(32, 0) }),
};

function heaviest({ cast: { companies } }: Consortium, accounts: Accounts): { readonly sent: number; readonly received: number } {
  const names = companies.map(({ name }) => name);
  return {
    sent: Math.max(...names.map((name) => accounts.sentBytes(name))),
    received: Math.max(...names.map((name) => accounts.receivedBytes(name))),
  };
}
