import { Refusal } from "@cohortium/protocol/host/refusal";
import { keySql } from "../sql/column-values.js";
import type { SqlEngine } from "../sql/duckdb.js";
import { sqlName, sqlText, type FeedColumn, type LeftOut } from "../sql/feed-table.js";

/** Whose rows a feed holds: who is in which row, which rows may take part, or that the file is one that all companies share and nobody changes. */
export type Subjects =
  | { readonly kind: "people"; readonly keyColumn: string | null; readonly consents: readonly Consent[] }
  | { readonly kind: "common" };

/** Only rows whose `column` holds one of `granted` take part; a row that does not say is not one of them. */
export interface Consent {
  readonly column: string;
  readonly granted: readonly string[];
}

/** Who was removed at this node, as a reader of rows needs it. */
export interface Deletions {
  /** How many there are. It never falls, so that whoever read rows before the last one can tell. */
  count(): number;
  /** HMAC-SHA-256 in hex, one for each key that was removed. */
  tokens(): readonly string[];
  /** The key of the HMAC, XORed with ipad and opad (RFC 2104, §2): 64 bytes in hex each. Lent to the engine in memory alone. */
  pads(): { readonly inner: string; readonly outer: string };
}

export interface Remaining {
  readonly rows: number;
  readonly leftOut: readonly LeftOut[];
  /** Places of rows left out, ascending, counted from 1 over all rows that were read. */
  readonly places: readonly number[];
}

interface Opened {
  readonly feed: string;
  /** Quoted. */
  readonly relation: string;
  readonly columns: readonly FeedColumn[];
  readonly rows: number;
}

/**
 * Takes rows out of a table that was read: first of people who were removed, then those without consent. Everything that is asked of the feed is asked
 * of what remains.
 *
 * @throws Refusal DATA_DELETED or DATA_CONSENT if nobody can say which rows those are: without a key column, or without the column of consent.
 */
export async function leaveOut(engine: SqlEngine, opened: Opened, subjects: Subjects | undefined, deletions: Deletions | undefined): Promise<Remaining> {
  const nobody = { rows: opened.rows, leftOut: [], places: [] };
  const tokens = deletions?.tokens() ?? [];
  if (subjects?.kind === "common") return nobody;
  if (tokens.length > 0 && (subjects === undefined || subjects.keyColumn === null)) throw withoutKey(opened.feed);
  const rules = [
    ...(tokens.length === 0 || deletions === undefined ? [] : [{ because: "deleted", column: subjects?.keyColumn ?? "", when: await deletedSql(engine, opened, subjects?.keyColumn ?? "", deletions) } as const]),
    ...(subjects?.consents ?? []).map((consent) => ({ because: "no-consent", column: consent.column, when: unconsentedSql(opened, consent) } as const)),
  ];
  if (rules.length === 0) return nobody;
  return removed(engine, opened, rules);
}

interface Rule extends Pick<LeftOut, "because" | "column"> {
  /** True where the row is to go; never null. */
  readonly when: string;
}

/** Marked once, so that a hash is computed once a row, and the place of every row is known before any goes. */
async function removed(engine: SqlEngine, { relation, columns, rows }: Opened, rules: readonly Rule[]): Promise<Remaining> {
  const marks = sqlName(`marks_of_${relation.replaceAll("\"", "")}`);
  const which = `CASE ${rules.map(({ when }, i) => `WHEN ${when} THEN ${i}`).join(" ")} END`;
  const names = columns.length === 0 ? "*" : columns.map(({ name }) => sqlName(name)).join(", ");
  const alias = sqlName(markName(columns));
  await engine.run(`CREATE TABLE ${marks} AS SELECT ${names}, CAST(${which} AS INTEGER) AS ${alias} FROM ${relation}`);
  const placed = await engine.read(`SELECT place, mark FROM (SELECT row_number() OVER () AS place, ${alias} AS mark FROM ${marks}) WHERE mark IS NOT NULL ORDER BY place`);
  await engine.run(`DROP TABLE ${relation}`);
  await engine.run(`CREATE TABLE ${relation} AS SELECT * EXCLUDE (${alias}) FROM ${marks} WHERE ${alias} IS NULL`);
  await engine.run(`DROP TABLE ${marks}`);
  const leftOut = rules.map(({ because, column }, i) => ({ because, column, rows: placed.filter(([, mark]) => Number(mark) === i).length }));
  return { rows: rows - placed.length, leftOut: leftOut.filter((one) => one.rows > 0), places: placed.map(([place]) => Number(place)) };
}

/** A name that no column has, whatever its case. */
function markName(columns: readonly FeedColumn[]): string {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  let name = "left_out";
  while (taken.has(name)) name += "_";
  return name;
}

/** HMAC-SHA-256 in the engine's own functions, so that no key leaves it: SHA-256(opad ‖ SHA-256(ipad ‖ key)). */
async function deletedSql(engine: SqlEngine, { feed, relation, columns }: Opened, column: string, deletions: Deletions): Promise<string> {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) throw withoutColumn("DATA_DELETED", feed, column);
  const tokens = sqlName(`tokens_of_${relation.replaceAll("\"", "")}`);
  await engine.run(`CREATE TABLE ${tokens} (token VARCHAR)`);
  await engine.append(tokens.replaceAll("\"", ""), inOneBatch(deletions.tokens()));
  const { inner, outer } = deletions.pads();
  const key = `encode(${keySql({ sql: sqlName(found.name), type: found.type })})`;
  return `coalesce(sha256(unhex(${sqlText(outer)}) || unhex(sha256(unhex(${sqlText(inner)}) || ${key}))) IN (SELECT token FROM ${tokens}), false)`;
}

async function* inOneBatch(tokens: readonly string[]): AsyncGenerator<readonly (readonly string[])[]> {
  yield tokens.map((token) => [token]);
}

function unconsentedSql({ feed, columns }: Opened, { column, granted }: Consent): string {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) throw withoutColumn("DATA_CONSENT", feed, column);
  const word = keySql({ sql: sqlName(found.name), type: found.type });
  return granted.length === 0 ? "true" : `NOT coalesce(${word} IN (${granted.map(sqlText).join(", ")}), false)`;
}

function withoutKey(feed: string): Refusal {
  return new Refusal({
    code: "DATA_DELETED", title: "people were removed at this node, and nobody can say which rows of this feed are theirs", detail: `${feed} has no key column`,
    fix: "name the column that says who a row is about as rows.key in node.yaml, then start the node again",
  });
}

function withoutColumn(code: "DATA_DELETED" | "DATA_CONSENT", feed: string, column: string): Refusal {
  return new Refusal({
    code, title: code === "DATA_DELETED" ? "the column that says who a row is about is not in the feed" : "the column that says who agreed is not in the feed",
    detail: `${feed} has no column ${column}`, fix: "correct the column's name in node.yaml, or the export",
  });
}
