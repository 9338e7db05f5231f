/** A process of its own that takes one made-up table through everything a node does before and in a round. Started by `scale.ts`. */
import { withSqlEngine } from "@cohortium/node/data/sql/duckdb";
import type { DigestedFeed } from "@cohortium/node/data/sql/feed-table";
import type { Readable } from "@cohortium/node/data/feeds/feed";
import { withFeed, type FeedSettings } from "@cohortium/node/data/feeds/with-feed";
import { splitOwn } from "@cohortium/node/data/holdout";
import { charterTerms } from "@cohortium/node/data/quality/charter-terms";
import { passes, runGate } from "@cohortium/node/data/quality/gate";
import { CHARTER_WORDS } from "@cohortium/node/data/recipe/own-words";
import { readRecipe } from "@cohortium/node/data/recipe/read-recipe";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { momentsOf } from "@cohortium/node/learning/logistic";
import { TreesLearner } from "@cohortium/node/learning/trees/learner";
import type { Recipe } from "@cohortium/protocol/charter/recipe";
import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import type { Feature } from "@cohortium/protocol/charter/features";
import { pooledFirst, pooledNext, type Pooled } from "@cohortium/protocol/training/trees/pooled";
import { peakBytes } from "./peak-bytes.js";
import { SCALE_FEATURES, SCALE_LABEL } from "./scale-table.js";

const [path = "", format = "", scratch = "", memory = "", rowsText = ""] = process.argv.slice(2);
const size = Number(rowsText);
const settings: FeedSettings = { scratch, memoryMaxMiB: Number(memory), threads: 2, environment: {}, onProgress: () => undefined };
const recipe: Recipe = { features: SCALE_FEATURES, label: SCALE_LABEL };
const clause: TreesClause = {
  kind: "trees", trees: 1, depth: 4, learningRate: 0.3, lambda: 1, gamma: 0, childWeightMin: 1, bins: 64, rowSample: 1, columnSample: 1, seed: 7,
};

interface Phase {
  readonly phase: string;
  readonly tookMs: number;
  /** Of the whole process, up to the end of this phase. */
  readonly peakBytes: number;
}

const phases: Phase[] = [];

async function phase<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const startMs = performance.now();
  const result = await work();
  phases.push({ phase: name, tookMs: performance.now() - startMs, peakBytes: peakBytes() });
  return result;
}

/** The engine alone: every number summed up and every word counted, over the same file. */
async function scanOnly(): Promise<void> {
  const sums = SCALE_FEATURES.map(({ kind, name }) => (kind === "numeric" ? `sum(${name})` : `count(${name})`)).join(", ");
  await withSqlEngine({ memoryMaxMiB: Number(memory), threads: 2, scratch }, (engine) => engine.read(`SELECT count(*), ${sums} FROM read_${format}('${path}')`));
}

async function rowsOf(table: DigestedFeed): Promise<LocalRows> {
  const terms = { recipe, at: "questions.0", rowsMin: 1, rowsMax: size };
  const read = await phase("recipe", () => readRecipe({ rows: table, transactions: null }, { ...terms, ...table.places, uniqueColumn: null, words: CHARTER_WORDS }));
  if (read.kind === "refused") throw new Error(read.problems.map(({ code, column }) => `${code} ${column ?? ""}`).join(", "));
  const gate = await phase("gate", () => runGate(table, {
    table: null, contract: null, terms: charterTerms(terms, CHARTER_WORDS, null), accepted: new Map(), nowMs: Date.parse("2026-01-01T00:00:00Z"),
  }));
  if (!passes(gate)) throw new Error(gate.results.filter(({ outcome }) => outcome === "fail").map(({ check: { rule, column } }) => `${rule} ${column ?? ""}`).join(", "));
  return read.rows;
}

/** Bins in as many looks as it takes, then every level of one tree. */
async function oneTree(rows: LocalRows, features: readonly Feature[]): Promise<void> {
  const learner = new TreesLearner(rows, features, clause);
  const terms = { plan: { features, rowsMinJoint: 20, categoryRowsMin: 1 }, clause };
  for (let step: Pooled = pooledFirst(terms); ; ) {
    const { scene } = step;
    if (scene.stage === "evaluation") throw new Error("unreachable: no evaluation was asked for");
    const next = pooledNext(step, await learner.answer(scene), terms);
    if (next.kind !== "asks") break;
    step = next;
  }
  learner.close();
}

const source: Readable["source"] = format === "parquet"
  ? { kind: "files", path, reading: { format: "parquet" } } : { kind: "files", path, reading: { format: "csv", delimiter: ",", quote: "\"", encoding: "utf-8", nulls: [] } };
await phase("scan", scanOnly);
const openedMs = performance.now();
const rows = await withFeed({ name: "made-up", source, types: {} }, settings, async (table) => {
  phases.push({ phase: "open", tookMs: performance.now() - openedMs, peakBytes: peakBytes() });
  await phase("table digest", () => table.digest());
  return rowsOf(table);
});
await phase("row digests", () => [rows.digest, rows.setDigest]);
const { train } = await phase("split", () => splitOwn(rows, 0.2));
await phase("logistic sums", () => momentsOf(train, SCALE_FEATURES));
await phase("one tree", () => oneTree(train, SCALE_FEATURES));
process.stdout.write(JSON.stringify(phases));
