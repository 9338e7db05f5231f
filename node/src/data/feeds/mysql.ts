import { createConnection } from "mysql2";
import type { TableName } from "./feed.js";
import type { Login, ServerTable } from "./server-table.js";

/** The door to `mysql2`, which also speaks to MariaDB. */

const BATCH_ROWS = 5_000;
const CONNECT_MAX_MS = 10_000;
/** Protocol::ColumnType: VARCHAR, ENUM, SET, the BLOB family (TEXT is one), VAR_STRING, STRING. */
const TEXT_TYPES: readonly number[] = [15, 247, 248, 249, 250, 251, 252, 253, 254];

export async function openMysql(login: Login, table: TableName): Promise<{ readonly table: ServerTable; close(): Promise<void> }> {
  const { host, port, database, user, password, tls, ca } = login;
  const line = createConnection({
    host, port, database, user, password, connectTimeout: CONNECT_MAX_MS, ...(tls ? { ssl: { rejectUnauthorized: true, ...(ca === null ? {} : { ca }) } } : {}),
    // Values as the server writes them.
    typeCast: (field, next) => { void next; return field.string(); },
    rowsAsArray: true, timezone: "Z", dateStrings: true,
  });
  // Errors after the connection was lost also reject whatever is awaited.
  line.on("error", () => undefined);
  const connection = line.promise();
  await connection.query("SET time_zone = '+00:00'");
  await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  await connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  const [, fields] = await connection.query(`SELECT * FROM ${identifier(table)} LIMIT 0`);
  const columns = fields.map(({ name, columnType }) => ({ name, type: TEXT_TYPES.includes(columnType ?? -1) ? "text" : null } as const));
  const stream = () => line.query({ sql: `SELECT * FROM ${identifier(table)}`, rowsAsArray: true }).stream({ highWaterMark: BATCH_ROWS });
  return { table: { columns, batches: () => batchesOf(stream()) }, close: () => connection.end() };
}

async function* batchesOf(rows: AsyncIterable<unknown>): AsyncIterable<readonly (readonly (string | null)[])[]> {
  let batch: (readonly (string | null)[])[] = [];
  for await (const row of rows) {
    batch.push(parseRow(row));
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The driver was asked for arrays of texts. */
function parseRow(row: unknown): readonly (string | null)[] {
  return row as readonly (string | null)[];
}

function identifier({ schema, name }: TableName): string {
  const quoted = (text: string) => `\`${text.replaceAll("`", "``")}\``;
  return schema === null ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}
