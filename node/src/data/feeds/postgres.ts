import pg from "pg";
import type { TableName } from "./feed.js";
import type { Login, ServerTable } from "./server-table.js";

/** The door to `pg`. */

const BATCH_ROWS = 5_000;
const CONNECT_MAX_MS = 10_000;
/** `pg_type.oid` of types whose values are texts: char, name, text, bpchar, varchar, uuid. What else comes as text and reads as what it is. */
const TEXT_OIDS: readonly number[] = [18, 19, 25, 1042, 1043, 2950];

export async function openPostgres(login: Login, table: TableName): Promise<{ readonly table: ServerTable; close(): Promise<void> }> {
  const { host, port, database, user, password, tls, ca } = login;
  const client = new pg.Client({
    host, port, database, user, password, connectionTimeoutMillis: CONNECT_MAX_MS,
    ssl: tls ? { rejectUnauthorized: true, ...(ca === null ? {} : { ca }) } : false,
    // Values as the server writes them: a driver's Date or number would have lost what makes two forms equal.
    types: { getTypeParser: () => (value: string | Buffer) => String(value) },
  });
  // Errors after the connection was lost also reject whatever is awaited.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await client.query(`DECLARE cohortium_rows NO SCROLL CURSOR FOR SELECT * FROM ${identifier(table)}`);
  const { fields } = await client.query("FETCH 0 FROM cohortium_rows");
  const columns = fields.map(({ name, dataTypeID }) => ({ name, type: TEXT_OIDS.includes(dataTypeID) ? "text" : null } as const));
  const booleans = fields.map(({ dataTypeID }) => dataTypeID === BOOLEAN_OID);
  return { table: { columns, batches: () => batchesOf(client, booleans) }, close: () => client.end() };
}

const BOOLEAN_OID = 16;

async function* batchesOf(client: pg.Client, booleans: readonly boolean[]): AsyncIterable<readonly (readonly (string | null)[])[]> {
  for (;;) {
    const { rows } = await client.query<(string | null)[]>({ text: `FETCH ${BATCH_ROWS} FROM cohortium_rows`, rowMode: "array" });
    if (rows.length === 0) return;
    yield rows.map((row) => row.map((value, i) => (booleans[i] === true && value !== null ? (value === "t" ? "true" : "false") : value)));
  }
}

function identifier({ schema, name }: TableName): string {
  const quoted = (text: string) => `"${text.replaceAll("\"", "\"\"")}"`;
  return schema === null ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}
