import { zeroWords } from "@cohortium/crypto/words";
import { withSqlEngine } from "@cohortium/node/data/sql/duckdb";
import { CHARTER_WORDS } from "@cohortium/node/data/recipe/own-words";
import { readRecipe } from "@cohortium/node/data/recipe/read-recipe";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { addNoise } from "@cohortium/node/egress/noise";
import { computeStatistic } from "@cohortium/node/statistics/compute";
import type { RecipeFeature } from "@cohortium/protocol/charter/recipe";
import { statisticLayout, statisticNoise } from "@cohortium/protocol/statistics/layout";
import type { StatisticPlan } from "@cohortium/protocol/statistics/plan";
import { madeUp, withFolder } from "../feature-sql.js";
import { collectGarbage, nowMs } from "../measure.js";
import { column, power, three, times, type Row, type Section } from "../section.js";

const PURCHASES_PER_CUSTOMER = 10;
const MEMORY_MIB = 4_096;
const DAYS = 365;
const FEATURES = [
  { kind: "numeric", name: "last", unit: "days", min: 1, max: DAYS }, { kind: "numeric", name: "often", unit: "purchases", min: 0, max: 1_000 },
  { kind: "numeric", name: "spent", unit: "EUR", min: 0, max: 100_000 },
] as const satisfies readonly RecipeFeature[];
const TRANSACTIONS = {
  before: "2026-01-01", key: "id", time: "day", amount: "paid", unit: "EUR",
  windows: [{ name: "last", measure: "recency", days: DAYS }, { name: "often", measure: "frequency", days: DAYS }, { name: "spent", measure: "monetary", days: DAYS }],
} as const;
const EDGES = { recency: [30, 90, 150, 250], frequency: [2, 5, 10, 12], monetary: [100, 250, 500, 700] };

/** Recency, frequency and money at one node: from a table of purchases to the numbers of both sums. */
export async function measureRfm(quick: boolean): Promise<Section> {
  const rows: Row[] = [];
  for (const purchases of quick ? [1e5, 1e6] : [1e5, 1e6, 1e7]) rows.push(await measured(purchases));
  return {
    title: "2. RFM at one node: purchases to columns by the charter's recipe, columns to the numbers of both sums",
    notes: [
      `${PURCHASES_PER_CUSTOMER} purchases a customer, in typed columns in the engine, as they lie in Parquet; two threads.`,
      "bare SQL = latest day, count and sum by customer in one statement, without checks, bounds or typed arrays; ratio = recipe ÷ bare SQL.",
      "sums = the numbers of both sums, one thread; noise = this company's share of it, which depends on the numbers alone.",
    ],
    columns: [
      column("purchases", "purchases", power), column("customers", "customers", power), column("recipeMs", "recipe ms", three), column("bareMs", "bare SQL ms", three),
      column("ratio", "ratio", times), column("sumsMs", "sums ms", three), column("noiseMs", "noise ms", three), column("perSecond", "M purchases/s", three),
    ],
    rows,
  };
}

async function measured(purchases: number): Promise<Row> {
  const size = purchases / PURCHASES_PER_CUSTOMER;
  return withFolder(async (scratch) => withSqlEngine({ memoryMaxMiB: MEMORY_MIB, threads: 2, scratch }, async (engine) => {
    const people = await madeUp(engine, { name: "people", sql: `SELECT i AS id FROM range(${size}) made(i)`, rows: size, columns: [{ name: "id", type: "integer" }] });
    const bought = `
      SELECT i % ${size} AS id, DATE '2026-01-01' - (1 + hash(i) % ${DAYS - 1})::INTEGER AS day, (hash(i * 7) % 10000) / 100.0::DOUBLE AS paid
      FROM range(${purchases}) made(i)`;
    const table = await madeUp(engine, {
      name: "purchases", sql: bought, rows: purchases, columns: [{ name: "id", type: "integer" }, { name: "day", type: "date" }, { name: "paid", type: "double" }],
    });
    const terms = { rowsMin: 1, rowsMax: size, uniqueColumn: null, words: CHARTER_WORDS, order: "own", malformedLines: [] } as const;
    const bareMs = await timed(() => engine.run("CREATE OR REPLACE TABLE bare AS SELECT id, min(DATE '2026-01-01' - day), count(*), sum(paid) FROM purchases GROUP BY id"));
    let rows: LocalRows | null = null;
    const recipeMs = await timed(async () => {
      const read = await readRecipe({ rows: people, transactions: table }, { ...terms, recipe: { features: FEATURES, transactions: TRANSACTIONS } });
      if (read.kind === "refused") throw new Error(read.problems.map(({ code, column: at }) => `${code} ${at ?? ""}`).join(", "));
      ({ rows } = read);
    });
    if (rows === null) throw new Error("no rows");
    return rowOf(purchases, { recipeMs, bareMs }, rows);
  }));
}

async function rowOf(purchases: number, { recipeMs, bareMs }: { readonly recipeMs: number; readonly bareMs: number }, rows: LocalRows): Promise<Row> {
  const plan: StatisticPlan = {
    question: "statistics.ask", query: { kind: "rfm", recency: "last", frequency: "often", monetary: "spent", edges: null, nanoRho: 20_000_000 },
    features: FEATURES, clause: { kinds: ["rfm"], features: FEATURES, cellRows: 20 }, parties: 3, rowsMaxPerParty: rows.rows, rowsMinPerParty: 1, rowsMinJoint: 1,
    noise: { honest: 2 }, rounds: 2,
  };
  const questions = [{ kind: "statistic", step: 0, edges: null }, { kind: "statistic", step: 1, edges: EDGES }] as const;
  const sumsMs = await timed(() => { for (const question of questions) computeStatistic(rows, question, plan); });
  const noises = questions.map((question) => statisticNoise(question, plan) ?? []);
  const noiseMs = await timed(() => {
    questions.forEach((question, i) => {
      addNoise(zeroWords(64, statisticLayout(question, plan).words), { segments: noises[i] ?? [], entropy: new Uint8Array(32).fill(7), label: `${question.step}` });
    });
  });
  const perSecond = purchases / (recipeMs + sumsMs + noiseMs) / 1_000;
  return { purchases, customers: rows.rows, recipeMs, bareMs, ratio: recipeMs / bareMs, sumsMs, noiseMs, perSecond };
}

async function timed(work: () => unknown): Promise<number> {
  collectGarbage();
  const startMs = nowMs();
  await work();
  return nowMs() - startMs;
}
