import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { applyMasks, MASK_KEY_BYTES, type MaskKey } from "@cohortium/crypto/masking";
import type { Part } from "./masking-worker.js";
import { interleave, pairedRatio, spreadOf } from "./measure.js";
import { column, power, range, three, times, type Row, type Section } from "./section.js";

/** One thread masking a whole vector against two with half each, the second a worker over shared memory: the best that workers could do. */
export function measureThreads(quick: boolean): Section {
  const cases = quick ? QUICK : FULL;
  return {
    title: "1b. Masking on one thread and on two",
    notes: [
      "ratio = time of one thread ÷ time of two that take half of the vector each, started before and sharing its memory; 2 is all there is to win.",
      "What a node waits for in a round besides is the journal, the link and the other nodes: see 2 for the whole of it.",
    ],
    columns: [
      column("words", "words", power), column("keys", "keys"), column("oneMs", "one ms", three), column("twoMs", "two ms", three),
      column("ratio", "ratio", times), column("ratioRange", "min–max"), column("runs", "runs"),
    ],
    rows: cases.map(([words, keys]) => measureCase(words, keys, quick ? 5 : 11)),
  };
}

type Case = readonly [words: number, keys: number];
const FULL: readonly Case[] = [[1e5, 3], [1e6, 3], [1e7, 3], [1e7, 10]];
const QUICK: readonly Case[] = [[1e5, 3], [1e7, 3]];

function measureCase(words: number, keys: number, runs: number): Row {
  const masks = Array.from({ length: keys }, (_, i): MaskKey => ({ key: new Uint8Array(MASK_KEY_BYTES).fill(i + 2), sign: i % 2 === 0 ? 1 : -1 }));
  const shared = new SharedArrayBuffer(4 * words);
  const half = Math.floor(words / 8) * 4;
  const second = startWorker({ shared, signal: new SharedArrayBuffer(8), from: half, to: words, masks });
  const [whole, first] = [new Uint32Array(shared), new Uint32Array(shared, 0, half)];
  try {
    const subjects = [() => applyMasks(whole, masks, 0), () => second.alongside(() => applyMasks(first, masks, 0))];
    const [one = [], two = []] = interleave(subjects, { warmUps: 2, runs, calls: Math.max(1, Math.round(2e6 / words)) });
    const ratio = pairedRatio(one, two);
    return { words, keys, oneMs: spreadOf(one).median, twoMs: spreadOf(two).median, ratio: ratio.median, ratioRange: range(ratio), runs };
  } finally {
    second.end();
  }
}

interface Second {
  /** Both parts; returns when both are done. */
  alongside(own: () => void): void;
  end(): void;
}

/** Waits without an event loop, because what is timed takes turns in one. */
function startWorker(part: Part): Second {
  const turns = new Int32Array(part.signal);
  const worker = new Worker(fileURLToPath(new URL("./masking-worker.js", import.meta.url)), { workerData: part });
  worker.unref();
  const ask = (turn: number): void => {
    Atomics.store(turns, 0, turn);
    Atomics.notify(turns, 0);
  };
  return {
    alongside: (own) => {
      const turn = Atomics.load(turns, 0) + 1;
      ask(turn);
      own();
      while (Atomics.load(turns, 1) !== turn) Atomics.wait(turns, 1, turn - 1, WAIT_MS);
    },
    end: () => ask(-1),
  };
}

const WAIT_MS = 1_000;
