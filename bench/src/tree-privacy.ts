import { encodeFixed, decodeFixed } from "@cohortium/crypto/fixed-point";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { addWordsInto, applyMasks, type MaskKey } from "@cohortium/crypto/masking";
import { bytesOfWords, zeroWords, type Words } from "@cohortium/crypto/words";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { TreesLearner } from "@cohortium/node/learning/trees/learner";
import { layoutOf } from "@cohortium/protocol/training/layout";
import type { Layout } from "@cohortium/protocol/training/layout-parts";
import { contextDigest } from "@cohortium/protocol/training/plan";
import { pooledNext, type Pooled } from "@cohortium/protocol/training/trees/pooled";
import { collectGarbage, nowMs, pairedRatio, spreadOf } from "./measure.js";
import { BROKEN, column, HOLDS, megabytes, power, range, three, times, type Row, type Section } from "./section.js";
import { CLAUSE, COLUMNS, dealt, FEATURES, madeUpRows, primed, summedHere, TREE_TERMS, type Primed } from "./tree-rows.js";

/** What masks cost trees: five parties under masks against one in the clear on all their rows, taking turns in one run. */
export async function measureTreePrivacy(quick: boolean): Promise<Section> {
  const rows: Row[] = [];
  for (const size of quick ? [1e5] : [1e5, 1e6]) rows.push(await measuredAt(size, quick || size > 1e5 ? 3 : 7));
  return {
    title: `2. Trees of ${PARTIES} parties under masks against one in the clear on all rows: ${COLUMNS} columns, ${CLAUSE.bins} bins, depth ${CLAUSE.depth}`,
    notes: [
      "clear = histograms of all rows in one thread, and the choice of splits. All ratios ÷ clear, turn by turn, per tree.",
      "masked = everybody's work one after the other: histograms, fixed point, masks, Merkle root; the coordinator's sum and unmasking; splits.",
      "side by side = the slowest party of each level, the coordinator and the splits: what is waited for in the field beside round trips.",
      "sent = masked words of one party per tree. Letters, signatures and the disk are in `npm run bench -- aggregation`. The trees must be the same.",
    ],
    columns: [
      column("size", "rows", power), column("clearMs", "clear ms", three), column("wholeMs", "masked ms", three), column("wholeRatio", "ratio", times),
      column("sideMs", "side by side ms", three), column("ratio", "ratio", times), column("ratioRange", "min–max"),
      column("sentBytes", "sent", megabytes), column("runs", "runs"), column("invariant", "same trees"),
    ],
    rows,
  };
}

const PARTIES = 5;
const TREES = 4;
const WARM_UPS = 1;

async function measuredAt(size: number, runs: number): Promise<Row> {
  const table = madeUpRows(size, 5);
  const parts = dealt(table, PARTIES);
  const [clear, whole, side]: [number[], number[], number[]] = [[], [], []];
  let [sentBytes, isSame] = [0, true];
  for (let turn = -WARM_UPS; turn < runs; turn++) {
    const plain = await inTheClear(await primed(table, summedHere));
    const masked = await underMasks(await primed(table, summedHere), parts);
    isSame &&= plain.digest === masked.digest;
    if (turn < 0) continue;
    clear.push(plain.ms / TREES);
    whole.push(masked.wholeMs / TREES);
    side.push(masked.sideMs / TREES);
    sentBytes = masked.sentBytes / TREES;
  }
  const ratio = pairedRatio(side, clear);
  return {
    size, clearMs: spreadOf(clear).median, wholeMs: spreadOf(whole).median, wholeRatio: pairedRatio(whole, clear).median,
    sideMs: spreadOf(side).median, ratio: ratio.median, ratioRange: range(ratio), sentBytes, runs, invariant: isSame ? HOLDS : BROKEN,
  };
}

async function inTheClear({ learner, step }: Primed): Promise<{ readonly ms: number; readonly digest: string }> {
  collectGarbage();
  const startMs = nowMs();
  let at = step;
  while (at.scene.stage === "level" && at.scene.trees.length < TREES) at = following(at, await learner.answer(at.scene));
  const ms = nowMs() - startMs;
  learner.close();
  return { ms, digest: contextDigest(at.progress.context) };
}

interface Masked {
  readonly wholeMs: number;
  readonly sideMs: number;
  readonly sentBytes: number;
  readonly digest: string;
}

/** @param whole - Only where it begins is taken of it: the bins are those of all rows together. */
async function underMasks(whole: Primed, parts: readonly LocalRows[]): Promise<Masked> {
  whole.learner.close();
  const parties = parts.map((part) => new TreesLearner(part, FEATURES, CLAUSE, summedHere));
  // Each has binned its rows by the joint bins before the clock starts.
  for (const party of parties) if (whole.step.scene.stage === "level") await party.answer(whole.step.scene);
  collectGarbage();
  let at = whole.step;
  let [wholeMs, sideMs, sentBytes] = [0, 0, 0];
  while (at.scene.stage === "level" && at.scene.trees.length < TREES) {
    const { scene } = at;
    const layout = layoutOf(scene.question, LAYOUT_TERMS);
    const uploads: Words[] = [];
    const spent: number[] = [];
    for (const [party, learner] of parties.entries()) {
      const startMs = nowMs();
      uploads.push(maskedWords(await learner.answer(scene), layout, party));
      spent.push(nowMs() - startMs);
    }
    sentBytes += (layout.words * layout.ring) / 8;
    const startMs = nowMs();
    at = following(at, opened(uploads, layout));
    const afterMs = nowMs() - startMs;
    wholeMs += spent.reduce((sum, ms) => sum + ms, 0) + afterMs;
    sideMs += Math.max(...spent) + afterMs;
  }
  for (const learner of parties) learner.close();
  return { wholeMs, sideMs, sentBytes, digest: contextDigest(at.progress.context) };
}

const LAYOUT_TERMS = { features: FEATURES, model: CLAUSE, scoreBins: 4_096, parties: PARTIES, rowsMaxPerParty: 1e7 };

/** A party's own mask, and one with each other party: added by the first of the two, subtracted by the second. */
function maskedWords(values: Float64Array, { segments, ring }: Layout, party: number): Words {
  const words = encodeFixed(values, segments, ring);
  const pairs = Array.from({ length: PARTIES }, (_, other): MaskKey => (
    { key: keyOf(Math.min(party, other), Math.max(party, other)), sign: party <= other ? 1 : -1 }));
  applyMasks(words, pairs, 0);
  chunkRoot(bytesOfWords(words));
  return words;
}

function opened(uploads: readonly Words[], { segments, ring, words }: Layout): Float64Array {
  const sum = zeroWords(ring, words);
  for (const upload of uploads) addWordsInto(sum, upload);
  applyMasks(sum, uploads.map((_, party): MaskKey => ({ key: keyOf(party, party), sign: -1 })), 0);
  return decodeFixed(sum, segments, ring);
}

/** No secret, so that runs can be repeated; each pair has its own. */
function keyOf(a: number, b: number): Uint8Array {
  return new Uint8Array(32).fill(1 + a * PARTIES + b);
}

function following(at: Pooled, sum: Float64Array): Pooled {
  const next = pooledNext(at, sum, TREE_TERMS);
  if (next.kind !== "asks") throw new Error("a training of so many trees does not end here");
  return next;
}
