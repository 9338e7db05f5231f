import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { afterAll } from "@jest/globals";
import type { Answer, FeedTable } from "../../../src/data/sql/feed-table.js";
import type { LogicalType } from "../../../src/data/sql/logical-type.js";

const opened: { close(): void }[] = [];
afterAll(() => opened.forEach((one) => one.close()));

const TYPES: Readonly<Record<string, LogicalType>> = { VARCHAR: "text", BIGINT: "integer", INTEGER: "integer", DOUBLE: "double", BOOLEAN: "boolean", DATE: "date", TIMESTAMP: "timestamp" };

/** A feed over what a SELECT gives, in memory. */
export async function tableOver(select: string, name = "rows"): Promise<FeedTable> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  opened.push({ close: () => { connection.closeSync(); instance.closeSync(); } });
  await connection.run(`CREATE TABLE feed AS ${select}`);
  const described = (await connection.runAndReadAll("DESCRIBE feed")).getRows();
  const columns = described.map(([column, type]) => ({ name: String(column), type: TYPES[String(type)] ?? (String(type).startsWith("DECIMAL") ? "decimal" : "null") }));
  const rows = Number((await connection.runAndReadAll("SELECT count(*) FROM feed")).getRows()[0]?.[0]);
  return {
    name, columns, rows, relation: "\"feed\"",
    query: (sql) => answerOf(connection, sql),
    stream: async (sql, onChunk) => onChunk(await answerOf(connection, sql)),
  };
}

async function answerOf(connection: DuckDBConnection, sql: string): Promise<Answer> {
  const result = await connection.runAndReadAll(sql);
  const values = result.getColumns();
  const types = result.columnTypes();
  const columns = result.columnNames().map((name, i) => {
    const type = TYPES[String(types[i])] ?? "decimal";
    const column = values[i] ?? [];
    if (type === "text" || type === "date" || type === "timestamp") return { kind: "texts", name, type, values: column.map((value) => (value === null ? null : String(value))) } as const;
    return { kind: "numbers", name, type, values: Float64Array.from(column, (value) => (value === null ? Number.NaN : Number(value))) } as const;
  });
  return { rows: result.currentRowCount, columns };
}
