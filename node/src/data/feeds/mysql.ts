import { createConnection, type FieldPacket } from "mysql2";
import type { TableName } from "./feed.js";
import { NUMBER, type RawForm } from "./raw-table.js";
import { refuseNested, type Login, type OpenTable, type ServerColumn } from "./server-table.js";

/** The door to `mysql2`, which also speaks to MariaDB. */

const BATCH_ROWS = 5_000;
const CONNECT_MAX_MS = 10_000;

/** @throws what the server or the driver throws; the connection is closed then. */
export async function openMysql(login: Login, table: TableName): Promise<OpenTable> {
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
  try {
    await connection.query("SET time_zone = '+00:00'");
    await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
    const [, fields] = await connection.query(`SELECT * FROM ${identifier(table)} LIMIT 0`);
    refuseNested(fields.filter(isNested).map(({ name }) => name));
    const stream = () => line.query({ sql: `SELECT * FROM ${identifier(table)}`, rowsAsArray: true }).stream({ highWaterMark: BATCH_ROWS });
    // The rest of a table that is not wanted any more is not waited for.
    return { table: { columns: fields.map(columnOf), batches: () => batchesOf(stream()) }, close: async () => line.destroy() };
  } catch (error) {
    line.destroy();
    throw error;
  }
}

const TEXT: RawForm = { kind: "told", type: "text" };
const INTEGER: RawForm = { kind: "told", type: "integer" };
const DOUBLE: RawForm = { kind: "told", type: "double" };
const INSTANT: RawForm = { kind: "told", type: "timestamp" };

/** By Protocol::ColumnType: SHORT, LONG, INT24, YEAR; FLOAT, DOUBLE; DECIMAL, NEWDECIMAL, LONGLONG (which may be beyond 2^63); DATE; TIMESTAMP, DATETIME. */
const FORMS: ReadonlyMap<number, RawForm> = new Map<number, RawForm>([
  ...[2, 3, 9, 13].map((type) => [type, INTEGER] as const), [4, DOUBLE], [5, DOUBLE], ...[0, 8, 246].map((type) => [type, NUMBER] as const),
  [10, { kind: "told", type: "date" }], [7, INSTANT], [12, INSTANT],
]);
const TINY = 1;

/** BOOLEAN is a name for TINYINT(1), and nothing else tells the two apart. All that is not in the table is text as the server writes it. */
function columnOf({ name, columnType = -1, columnLength }: FieldPacket): ServerColumn {
  if (columnType === TINY) return { name, form: columnLength === 1 ? { kind: "truth" } : INTEGER };
  return { name, form: FORMS.get(columnType) ?? TEXT };
}

const BIT = 16;
const JSON_TYPE = 245;
const GEOMETRY = 255;
/** Of BLOB, VARBINARY and BINARY, whose column types are those of TEXT, VARCHAR and CHAR. */
const BINARY_CHARSET = 63;

function isNested({ columnType = -1, characterSet }: FieldPacket): boolean {
  return [BIT, JSON_TYPE, GEOMETRY].includes(columnType) || (columnType >= 249 && columnType <= 254 && characterSet === BINARY_CHARSET);
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
