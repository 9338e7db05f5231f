import pg from "pg";
import type { TableName } from "./feed.js";
import { sqlName } from "../sql/feed-table.js";
import { NUMBER, type RawForm } from "./raw-table.js";
import { refuseNested, type Login, type OpenTable, type ServerColumn } from "./server-table.js";

/** The door to `pg`. */

const BATCH_ROWS = 5_000;
const CONNECT_MAX_MS = 10_000;

/** @throws what the server or the driver throws; the connection is closed then. */
export async function openPostgres(login: Login, table: TableName): Promise<OpenTable> {
  const { host, port, database, user, password, tls, ca } = login;
  const client = new pg.Client({
    host, port, database, user, password, connectionTimeoutMillis: CONNECT_MAX_MS,
    ssl: tls ? { rejectUnauthorized: true, ...(ca === null ? {} : { ca }) } : false,
    // Values as the server writes them: a driver's Date or number would have lost what makes two forms equal.
    types: { getTypeParser: () => (value: string | Buffer) => String(value) },
  });
  // Errors after the connection was lost also reject whatever is awaited.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const types = await client.query<{ oid: string; nested: string }>("SELECT oid, (typcategory IN ('A', 'C') OR typname IN ('json', 'jsonb', 'bytea', 'xml'))::text AS nested FROM pg_catalog.pg_type");
    await client.query(`DECLARE cohortium_rows NO SCROLL CURSOR FOR SELECT * FROM ${identifier(table)}`);
    const { fields } = await client.query("FETCH 0 FROM cohortium_rows");
    const nested = new Set(types.rows.filter((type) => type.nested === "true").map(({ oid }) => Number(oid)));
    refuseNested(fields.filter(({ dataTypeID }) => nested.has(dataTypeID)).map(({ name }) => name));
    const columns = fields.map(({ name, dataTypeID }): ServerColumn => ({ name, form: FORMS.get(dataTypeID) ?? TEXT }));
    return { table: { columns, batches: () => batchesOf(client) }, close: () => client.end() };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

const TEXT: RawForm = { kind: "told", type: "text" };
const DOUBLE: RawForm = { kind: "told", type: "double" };
const INSTANT: RawForm = { kind: "told", type: "timestamp" };

/** By `pg_type.oid`: bool; int8, int2, int4; float4, float8; numeric; date; timestamp, timestamptz. All else is text as the server writes it. */
const FORMS: ReadonlyMap<number, ServerColumn["form"]> = new Map<number, ServerColumn["form"]>([
  [16, { kind: "truth" }], ...[20, 21, 23].map((oid) => [oid, NUMBER] as const), [700, DOUBLE], [701, DOUBLE], [1700, NUMBER],
  [1082, { kind: "told", type: "date" }], [1114, INSTANT], [1184, INSTANT],
]);

async function* batchesOf(client: pg.Client): AsyncIterable<readonly (readonly (string | null)[])[]> {
  for (;;) {
    const { rows } = await client.query<(string | null)[]>({ text: `FETCH ${BATCH_ROWS} FROM cohortium_rows`, rowMode: "array" });
    if (rows.length === 0) return;
    yield rows;
  }
}

function identifier({ schema, name }: TableName): string {
  return schema === null ? sqlName(name) : `${sqlName(schema)}.${sqlName(name)}`;
}
