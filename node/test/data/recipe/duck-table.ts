import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { sqlName, sqlText, type Answer, type AnswerColumn, type FeedTable } from "../../../src/data/sql/feed-table.js";
import type { LogicalType } from "../../../src/data/sql/logical-type.js";

/** Columns of made-up rows: null is null, numbers and texts are written out as SQL. */
export type Columns = Readonly<Record<string, { readonly type: LogicalType; readonly values: readonly (string | number | null)[] }>>;

const SQL_TYPES: Readonly<Record<LogicalType, string>> = {
  text: "VARCHAR", integer: "BIGINT", decimal: "DECIMAL(18, 4)", double: "DOUBLE", boolean: "BOOLEAN", date: "DATE", timestamp: "TIMESTAMP", null: "VARCHAR",
};

/** An engine in memory, and feeds over tables in it: what `withFeed` gives, without a file. */
export class Duck {
  readonly #connection: DuckDBConnection;
  #tables = 0;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(): Promise<Duck> {
    return new Duck(await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect());
  }

  async table(columns: Columns): Promise<FeedTable> {
    const name = `t${++this.#tables}`;
    const entries = Object.entries(columns);
    await this.#connection.run(`CREATE TABLE ${name} (${entries.map(([column, { type }]) => `${sqlName(column)} ${SQL_TYPES[type]}`).join(", ")})`);
    const rows = entries[0]?.[1].values.length ?? 0;
    for (let from = 0; from < rows; from += 1_000) {
      const tuples = Array.from({ length: Math.min(1_000, rows - from) }, (_, i) => `(${entries.map(([, { values }]) => literal(values[from + i] ?? null)).join(", ")})`);
      await this.#connection.run(`INSERT INTO ${name} VALUES ${tuples.join(", ")}`);
    }
    return this.over(name, entries.map(([column, { type }]) => ({ name: column, type })), rows);
  }

  /** A feed over a query that the test wrote. */
  async query(sql: string, columns: FeedTable["columns"]): Promise<FeedTable> {
    const name = `t${++this.#tables}`;
    await this.#connection.run(`CREATE TABLE ${name} AS ${sql}`);
    const counted = await this.#connection.runAndReadAll(`SELECT count(*) FROM ${name}`);
    return this.over(name, columns, Number(counted.getRows()[0]?.[0] ?? 0));
  }

  over(relation: string, columns: FeedTable["columns"], rows: number): FeedTable {
    const answer = async (sql: string): Promise<Answer> => {
      const read = await this.#connection.runAndReadAll(sql);
      return answerOf(read.columnNames(), read.getRows());
    };
    return {
      name: relation, columns, rows, relation,
      query: answer,
      stream: async (sql, onChunk) => {
        const result = await this.#connection.stream(sql);
        for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) onChunk(answerOf(result.columnNames(), chunk.getRows()));
      },
    };
  }
}

function answerOf(names: readonly string[], rows: readonly (readonly unknown[])[]): Answer {
  const columns = names.map((name, i): AnswerColumn => {
    const values = rows.map((row) => row[i] ?? null);
    const isText = values.some((value) => typeof value === "string");
    if (isText) return { kind: "texts", name, type: "text", values: values.map((value) => (value === null ? null : String(value))) };
    return { kind: "numbers", name, type: "double", values: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))) };
  });
  return { rows: rows.length, columns };
}

function literal(value: string | number | null): string {
  return value === null ? "NULL" : typeof value === "number" ? `CAST('${value}' AS DOUBLE)` : sqlText(value);
}
