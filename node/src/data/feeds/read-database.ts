import { readFileSync } from "node:fs";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { checkNames } from "./column-names.js";
import type { DatabaseSource, PasswordAt, Tls } from "./feed.js";
import { sqlName } from "../sql/feed-table.js";
import { openMysql } from "./mysql.js";
import { openPostgres } from "./postgres.js";
import type { RawColumn, RawTable } from "./raw-table.js";
import type { ReadTo } from "./reading.js";
import type { SqlEngine } from "../sql/duckdb.js";
import type { Login, ServerColumn, ServerTable } from "./server-table.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a table of a database server into the engine, in one read-only transaction. @throws Refusal NETWORK_… or DATA_…, never with the password. */
export async function readDatabase(source: DatabaseSource, environment: Environment, to: ReadTo): Promise<RawTable> {
  const { engine, relation, onProgress } = to;
  onProgress(`connects to ${whereOf(source)} …`);
  return withTable(source, environment, async (table) => {
    const { columns } = table;
    await engine.run(`CREATE TABLE ${relation} (${columns.map(({ name }) => `${sqlName(name)} VARCHAR`).join(", ")})`);
    await engine.append(relation, told(table.batches(), onProgress));
    return { relation, columns: await Promise.all(columns.map((column) => rawColumn(engine, relation, column))) };
  });
}

/** What the columns are called, without reading rows. @throws Refusal as `readDatabase`. */
export function columnsOfDatabase(source: DatabaseSource, environment: Environment): Promise<readonly string[]> {
  return withTable(source, environment, ({ columns }) => Promise.resolve(columns.map(({ name }) => name)));
}

function whereOf({ kind, host, port, database }: DatabaseSource): string {
  return `${kind}://${host}:${port}/${database}`;
}

async function withTable<T>(source: DatabaseSource, environment: Environment, use: (table: ServerTable) => Promise<T>): Promise<T> {
  const login = loginOf(source, environment);
  const where = whereOf(source);
  const open = source.kind === "postgres" ? openPostgres : openMysql;
  const opened = await open(login, source.table).catch((error: unknown) => { throw refusalOf(error, source, where); });
  try {
    checkNames(opened.table.columns.map(({ name }) => name), where);
    return await use(opened.table);
  } catch (error) {
    throw refusalOf(error, source, where);
  } finally {
    await opened.close();
  }
}

async function rawColumn(engine: SqlEngine, relation: string, { name, form }: ServerColumn): Promise<RawColumn> {
  const sql = sqlName(name);
  if (form.kind !== "truth") return { name, sql, form };
  const [[others] = []] = await engine.read(`SELECT count(*) FROM ${relation} WHERE ${sql} NOT IN ('0', '1', 'f', 't')`);
  if (Number(others) > 0) return { name, sql, form: { kind: "told", type: "integer" } };
  return { name, sql: `(CASE WHEN ${sql} IN ('1', 't') THEN 'true' WHEN ${sql} IN ('0', 'f') THEN 'false' END)`, form: { kind: "told", type: "boolean" } };
}

async function* told(batches: AsyncIterable<readonly (readonly (string | null)[])[]>, onProgress: (says: string) => void) {
  let rows = 0;
  for await (const batch of batches) {
    rows += batch.length;
    onProgress(`reads ${rows.toLocaleString("en-US")} rows …`);
    yield batch;
  }
}

function loginOf({ host, port, database, user, password, tls }: DatabaseSource, environment: Environment): Login {
  return { host, port, database, user, password: passwordAt(password, environment), ...trustOf(tls) };
}

function passwordAt(at: PasswordAt, environment: Environment): string {
  switch (at.kind) {
    case "none": return "";
    case "environment": {
      const password = environment[at.variable];
      if (password !== undefined) return password;
      throw new Refusal({ code: "CONFIG_PASSWORD", title: "the database's password is not there", detail: `the environment has no ${at.variable}`, fix: `set ${at.variable} where the node runs` });
    }
    case "file": return readText(at.path, "the database's password").trimEnd();
  }
}

function trustOf(tls: Tls): Pick<Login, "tls" | "ca"> {
  if (tls.kind === "off") return { tls: false, ca: null };
  return { tls: true, ca: tls.caFile === null ? null : readText(tls.caFile, "the database's authority") };
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new Refusal({ code: "CONFIG_FILE", title: `${what} cannot be read`, detail: path, fix: "correct the path, and let this user read the file" });
  }
}

/** Drivers' messages are not passed on: they may quote a value or a login. Their codes say enough. */
function refusalOf(error: unknown, { user, table }: DatabaseSource, where: string): unknown {
  if (error instanceof Refusal) return error;
  const code = codeOf(error);
  const told = toldBy(code, `${table.schema === null ? "" : `${table.schema}.`}${table.name}`, { user, where });
  return told ?? new Refusal({ code: "NETWORK_DATABASE", title: "the database cannot be read", detail: `${where}${code === "" ? "" : ` (${code})`}`, fix: "check that it runs and that this machine may connect to it" });
}

function codeOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error) return String(error.code);
  // The one refusal of `pg` that has no code.
  return error instanceof Error && error.message === "The server does not support SSL connections" ? "HANDSHAKE_NO_SSL_SUPPORT" : "";
}

/** What the server's own code says, if it is one that people meet. */
function toldBy(code: string, table: string, { user, where }: { readonly user: string; readonly where: string }): Refusal | null {
  if (LOGIN_CODES.includes(code)) return new Refusal({ code: "NETWORK_LOGIN", title: "the database does not let this user in", detail: `${user} at ${where}`, fix: "check user and password with the database's owner" });
  if (TABLE_CODES.includes(code)) return new Refusal({ code: "DATA_TABLE", title: "the database has no such table, or this user may not read it", detail: `${table} at ${where}`, fix: "name it with --table schema.name, and let the user SELECT from it" });
  if (DATABASE_CODES.includes(code)) return new Refusal({ code: "DATA_TABLE", title: "the server has no such database", detail: where, fix: "correct the database's name" });
  if (code === "HANDSHAKE_NO_SSL_SUPPORT") return new Refusal({ code: "NETWORK_TLS", title: "the database speaks no TLS", detail: where, fix: "turn it on at the server; say --tls off only for a server on this machine or a network of your own" });
  if (/CERT|TLS|SSL|SELF_SIGNED|HOSTNAME/.test(code)) return new Refusal({ code: "NETWORK_TLS", title: "the database's certificate is not trusted", detail: `${where} (${code})`, fix: "name its authority with --ca FILE, or say --tls off for a server on this machine" });
  return null;
}

/** PostgreSQL appendix A; MySQL server error names. */
const LOGIN_CODES = ["28P01", "28000", "ER_ACCESS_DENIED_ERROR", "ER_DBACCESS_DENIED_ERROR"];
const TABLE_CODES = ["42P01", "42501", "3F000", "ER_NO_SUCH_TABLE", "ER_TABLEACCESS_DENIED_ERROR"];
const DATABASE_CODES = ["3D000", "ER_BAD_DB_ERROR"];
