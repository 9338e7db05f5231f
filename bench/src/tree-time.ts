import type { LocalRows } from "@cohortium/node/data/local-rows";
import { collectGarbage, nowMs, pairedRatio, spreadOf } from "./measure.js";
import { column, power, range, three, times, type Row, type Section } from "./section.js";
import { CLAUSE, COLUMNS, grow, madeUpRows, primed, summedHere } from "./tree-rows.js";
import { openXgBoost, type XgBoost } from "./xgboost.js";

/** One party's trees in the clear against XGBoost's, taking turns in one run. */
export async function measureTreeTime(quick: boolean): Promise<Section> {
  const sizes = quick ? [1e5] : [1e5, 1e6];
  const rows: Row[] = [];
  let version: string | null = null;
  for (const size of sizes) {
    const found = await measuredAt(size, quick || size > 1e5 ? 3 : 7);
    rows.push(found.row);
    version ??= found.version;
  }
  return {
    title: `1. Time per tree of one party in the clear: ${COLUMNS} columns, ${CLAUSE.bins} bins, depth ${CLAUSE.depth}`,
    notes: [
      version === null ? "The peer is missing: npm run oracles installs XGBoost where there is a Python, and then this is a comparison." : `against ${version}, tree_method hist, in a process of its own, on the same rows and bins. Both in one thread.`,
      `ratio = our time ÷ XGBoost's, turn by turn, ${TREES} trees a turn. Binning is left out on both sides; finding splits is not.`,
    ],
    columns: [
      column("size", "rows", power), column("ours", "ours ms", three), column("theirs", "XGBoost ms", three),
      column("ratio", "ratio", times), column("ratioRange", "min–max"), column("runs", "runs"),
    ],
    rows,
  };
}

const TREES = 10;
const WARM_UPS = 1;

async function measuredAt(size: number, runs: number): Promise<{ readonly row: Row; readonly version: string | null }> {
  const table = madeUpRows(size, 5);
  const { step, learner } = await primed(table, summedHere);
  learner.close();
  if (step.scene.stage !== "level") throw new Error("the first tree follows the bins");
  const xgboost = await openXgBoost(table, step.scene.start);
  try {
    return { row: await compared(table, xgboost, runs), version: xgboost?.version ?? null };
  } finally {
    xgboost?.close();
  }
}

async function compared(table: LocalRows, xgboost: XgBoost | null, runs: number): Promise<Row> {
  const [our, their]: [number[], number[]] = [[], []];
  for (let turn = -WARM_UPS; turn < runs; turn++) {
    const pair = [await timeOurs(table), await xgboost?.grow(TREES) ?? Number.NaN] as const;
    if (turn < 0) continue;
    our.push(pair[0] / TREES);
    their.push(pair[1] / TREES);
  }
  const shared = { size: table.rows, ours: spreadOf(our).median, runs };
  if (xgboost === null) return { ...shared, theirs: null, ratio: null, ratioRange: null };
  const ratio = pairedRatio(our, their);
  return { ...shared, theirs: spreadOf(their).median, ratio: ratio.median, ratioRange: range(ratio) };
}

async function timeOurs(table: LocalRows): Promise<number> {
  const ready = await primed(table, summedHere);
  collectGarbage();
  const startMs = nowMs();
  await grow(ready, TREES);
  const tookMs = nowMs() - startMs;
  ready.learner.close();
  return tookMs;
}
