import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withSqlEngine, type SqlEngine } from "@cohortium/node/data/sql/duckdb";
import type { FeedTable } from "@cohortium/node/data/sql/feed-table";
import { importRows } from "@cohortium/node/data/import-rows";
import { CHARTER_WORDS } from "@cohortium/node/data/recipe/own-words";
import { readRecipe } from "@cohortium/node/data/recipe/read-recipe";
import type { RecipeFeature, TransactionsClause } from "@cohortium/protocol/charter/recipe";
import { collectGarbage } from "./measure.js";
import { column, power, three, type Row, type Section } from "./section.js";

/** What it costs a node to make the columns of a model: the recipe's SQL, and the typed arrays it ends in. */
export async function measureFeatureSql(quick: boolean): Promise<Section> {
  const sizes = quick ? [1e5, 1e6] : [1e5, 1e6, 1e7];
  const rows: Row[] = [];
  for (const size of sizes) {
    for (const made of [PLAIN, RICH, WINDOWS]) rows.push(await typedCase(made, size));
    // A file of 10^7 rows is a gigabyte of text, and no other question.
    if (size <= 1e6) rows.push(await csvCase(size));
  }
  return {
    title: "Feature SQL: from a feed to the arrays a model is trained on",
    notes: [
      `M rows/s per core = rows ÷ processor time of all threads; goal ≥ ${GOAL} for numbers and words from typed columns. Wall time is beside it.`,
      "20 features and a label. Typed columns lie in the engine, as they do in Parquet; CSV is opened as a plain feed first, all text.",
      "Every kind: logarithms, intervals, clipped and absent numbers, hashes, open lists. Windows: recency, frequency and sum over 5 purchases a row.",
    ],
    columns: [
      column("case", "case"), column("rows", "rows", power), column("perCore", "M rows/s per core", three), column("perSecond", "M rows/s", three),
      column("peakMB", "peak MB", three), column("goal", "goal"),
    ],
    rows,
  };
}

const GOAL = 1;
const MEMORY_MIB = 4_096;

interface Case {
  readonly name: string;
  readonly features: readonly RecipeFeature[];
  readonly transactions?: TransactionsClause;
  readonly hasGoal: boolean;
}

const NUMBERS = Array.from({ length: 10 }, (_, i) => `n${i}`);
const WORDS = Array.from({ length: 10 }, (_, i) => `w${i}`);
const LISTED = ["clerk", "farmer", "student", "retired", "unknown", "admin", "services", "technician"];
const LABEL = { name: "y", positive: "yes", negative: "no" } as const;
const number = (name: string) => ({ kind: "numeric", name, unit: "units", min: 0, max: 100 } as const);
const word = (name: string) => ({ kind: "categorical", name, categories: LISTED } as const);

const PLAIN: Case = { name: "numbers and words", features: [...NUMBERS.map(number), ...WORDS.map(word)], hasGoal: true };

const RICH: Case = {
  name: "every kind", hasGoal: false,
  features: [
    ...NUMBERS.map((name, i): RecipeFeature => {
      if (i < 3) return { ...number(name), kind: "log", base: 10, outside: "clip" };
      return i < 6 ? { kind: "buckets", name, unit: "units", edges: [0, 10, 25, 50, 75, 100], missing: "indicate" } : { ...number(name), missing: "indicate", outside: "clip" };
    }),
    ...WORDS.map((name, i): RecipeFeature => (i < 2 ? { kind: "hash", name, buckets: 64, salt: "bench" } : { ...word(name), otherwise: "unknown" })),
  ],
};

const WINDOWS: Case = {
  name: "windows", hasGoal: false,
  features: [
    { kind: "numeric", name: "last", unit: "days", min: 1, max: 365, missing: "indicate" }, { kind: "numeric", name: "often", unit: "purchases", min: 0, max: 1e6 },
    { kind: "numeric", name: "spent", unit: "euro", min: 0, max: 1e9 },
  ],
  transactions: {
    before: "2026-01-01", key: "id", time: "day", amount: "paid", unit: "euro",
    windows: [{ name: "last", measure: "recency", days: 365 }, { name: "often", measure: "frequency", days: 365 }, { name: "spent", measure: "monetary", days: 90 }],
  },
};

/** Numbers and words that follow from the row's number, so that every run has the same. */
const ROWS_SQL = [
  ...NUMBERS.map((name, i) => `(hash(i * 31 + ${i}) % 100000) / 1000.0::DOUBLE AS ${name}`),
  ...WORDS.map((name, i) => `[${LISTED.map((one) => `'${one}'`).join(", ")}][(hash(i * 17 + ${i}) % ${LISTED.length} + 1)::INTEGER] AS ${name}`),
  "CASE WHEN hash(i) % 9 = 0 THEN 'yes' ELSE 'no' END AS y", "i AS id",
].join(", ");
const PURCHASES_PER_ROW = 5;

async function typedCase({ name, features, transactions, hasGoal }: Case, size: number): Promise<Row> {
  return withFolder(async (scratch) => withSqlEngine({ memoryMaxMiB: MEMORY_MIB, threads: 2, scratch }, async (engine) => {
    const rows = await madeUp(engine, { name: "made_up", sql: `SELECT ${ROWS_SQL} FROM range(${size}) made(i)`, rows: size, columns: [...NUMBERS.map((one) => ({ name: one, type: "double" } as const)), ...[...WORDS, "y"].map((one) => ({ name: one, type: "text" } as const)), { name: "id", type: "integer" }] });
    const bought = `SELECT i % ${size} AS id, DATE '2026-01-01' - (hash(i) % 500)::INTEGER AS day, (hash(i * 7) % 10000) / 100.0::DOUBLE AS paid FROM range(${PURCHASES_PER_ROW * size}) made(i)`;
    const purchases = transactions === undefined ? null : await madeUp(engine, { name: "purchases", sql: bought, rows: PURCHASES_PER_ROW * size, columns: [{ name: "id", type: "integer" }, { name: "day", type: "date" }, { name: "paid", type: "double" }] });
    const terms = { rowsMin: 1, rowsMax: size, uniqueColumn: null, words: CHARTER_WORDS, order: "own", malformedLines: [] } as const;
    return timed(name, size, hasGoal, async () => {
      const read = await readRecipe({ rows, transactions: purchases }, { ...terms, recipe: { features, label: LABEL, transactions } });
      if (read.kind === "refused") throw new Error(read.problems.map(({ code, column: at }) => `${code} ${at ?? ""}`).join(", "));
    });
  }));
}

async function csvCase(size: number): Promise<Row> {
  return withFolder(async (folder) => {
    const path = join(folder, "rows.csv");
    writeFileSync(path, csvText(size));
    return timed("numbers and words, CSV", size, false, async () => {
      const read = await importRows({ path, delimiter: ",", quote: "\"", keyColumn: null }, { recipe: { features: PLAIN.features, label: LABEL }, rowsMin: 1, rowsMax: size });
      if (read.kind === "refused") throw new Error("the made-up rows do not fit");
    });
  });
}

export interface MadeUp extends Pick<FeedTable, "name" | "columns" | "rows"> {
  readonly sql: string;
}

/** A feed over the rows of a query, which are made before anything is measured. */
export async function madeUp(engine: SqlEngine, { name, sql, rows, columns }: MadeUp): Promise<FeedTable> {
  await engine.run(`CREATE TABLE ${name} AS ${sql}`);
  return {
    name, relation: name, rows, columns,
    query: (asked) => engine.query(asked), stream: (asked, onChunk) => engine.stream(asked, onChunk),
  };
}

async function timed(name: string, size: number, hasGoal: boolean, read: () => Promise<void>): Promise<Row> {
  collectGarbage();
  const [cpu, startMs] = [process.cpuUsage(), performance.now()];
  await read();
  const [{ user, system }, tookMs] = [process.cpuUsage(cpu), performance.now() - startMs];
  const perCore = size / (user + system);
  return {
    case: name, rows: size, perCore, perSecond: size / tookMs / 1_000, peakMB: process.resourceUsage().maxRSS / 1_000,
    goal: hasGoal ? (perCore >= GOAL ? "met" : "not met") : null,
  };
}

function csvText(size: number): string {
  const lines = [[...NUMBERS, ...WORDS, "y"].join(",")];
  for (let row = 0; row < size; row++) {
    const numbers = NUMBERS.map((_, i) => ((row * 7_919 + i * 104_729) % 100_000) / 1_000);
    const words = WORDS.map((_, i) => LISTED[(row * 31 + i * 17) % LISTED.length]);
    lines.push([...numbers, ...words, row % 9 === 0 ? "yes" : "no"].join(","));
  }
  return `${lines.join("\n")}\n`;
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-bench-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
