import { createHash } from "node:crypto";
import { parseDigest, type Digest } from "@cohortium/protocol/session/ids";
import type { SqlEngine } from "../sql/duckdb.js";
import { sqlName, textsOf, type FeedColumn } from "../sql/feed-table.js";

/**
 * A SELECT that gives `h`, the SHA-256 of each row in hex, in the order of the rows: of its values in the order of their columns' names, after their
 * lengths, null as a word of its own. A value counts as it reads, whatever form it lay in: 3, 3.0 and a text 3 are one.
 *
 * In layers, because the engine computes what stands twice in one expression twice.
 */
export function rowHashesSql(relation: string, columns: readonly FeedColumn[]): string {
  const sorted = inOrder(columns);
  const cast = sorted.map((column, i) => `${castSql(column, sqlName(column.name))} AS c${i}`);
  const plain = sorted.map((column, i) => `${plainOfCastSql(column, `c${i}`)} AS v${i}`);
  const lengths = sorted.map((_, i) => `coalesce(CAST(strlen(v${i}) AS VARCHAR), 'null')`);
  const values = sorted.map((_, i) => `v${i}`);
  return `SELECT sha256(concat_ws(',', ${lengths.join(", ")}) || ':' || concat(${values.join(", ")})) AS h
    FROM (SELECT ${plain.join(", ")} FROM (SELECT ${cast.join(", ")} FROM ${relation}))`;
}

/**
 * The digest of a table: the same for the same rows in whatever form and order. The SHA-256 of the columns' names and of all rows' hashes, sorted: of
 * 32 bytes each, they are one text for one multiset of rows, so two tables with one digest are a collision of SHA-256, also for whoever chooses them.
 * The engine sorts, and spills what does not fit into memory; n log n comparisons of one hash a row.
 */
export async function tableDigest(engine: SqlEngine, hashes: string, columns: readonly FeedColumn[]): Promise<Digest> {
  const names = inOrder(columns).map(({ name }) => JSON.stringify(name)).join(",");
  const digest = createHash("sha256").update(`cohortium/table/v2\n${names}\n`);
  await engine.stream(`SELECT h FROM (${hashes}) ORDER BY h`, (chunk) => digest.update(textsOf(chunk, "h").join("")));
  return parseDigest(digest.digest("hex"));
}

/** Code-unit order: the same on every machine. */
function inOrder(columns: readonly FeedColumn[]): readonly FeedColumn[] {
  return [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A value as it reads, whatever form it lay in; numbers in digits alone, without zeros that say nothing. */
export function plainTextSql(column: FeedColumn, sql: string): string {
  return plainOfCastSql(column, castSql(column, sql));
}

/** A value as the engine writes it. Adding 0 turns −0 into 0. */
function castSql({ type }: FeedColumn, sql: string): string {
  switch (type) {
    case "text": case "null": return sql;
    case "boolean": case "integer": case "date": case "decimal": return `CAST(${sql} AS VARCHAR)`;
    case "double": return `CAST(${sql} + 0 AS VARCHAR)`;
    case "timestamp": return `strftime(${sql}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
  }
}

function plainOfCastSql({ type }: FeedColumn, text: string): string {
  switch (type) {
    case "text": case "null": case "boolean": case "integer": case "date": case "timestamp": return text;
    case "decimal": return `CASE WHEN contains(${text}, '.') THEN rtrim(rtrim(${text}, '0'), '.') ELSE ${text} END`;
    // The shortest text that reads back to the same double, in digits alone: it ends in a zero behind its point only if it is a whole number.
    case "double": return `CASE WHEN ends_with(${text}, '.0') THEN left(${text}, strlen(${text}) - 2) WHEN contains(${text}, 'e') THEN ${spreadSql(text)} ELSE ${text} END`;
  }
}

/** 1.5e+22 in digits alone. The engine writes an exponent from 16 on, where a double has at most as many digits behind its point, and below -4. */
function spreadSql(text: string): string {
  const digits = `replace(ltrim(split_part(${text}, 'e', 1), '-'), '.', '')`;
  const exponent = `CAST(split_part(${text}, 'e', 2) AS INTEGER)`;
  return `CASE WHEN starts_with(${text}, '-') THEN '-' ELSE '' END || CASE WHEN ${exponent} >= 0
    THEN ${digits} || repeat('0', ${exponent} - strlen(${digits}) + 1) ELSE '0.' || repeat('0', -${exponent} - 1) || ${digits} END`;
}
