import { createHash } from "node:crypto";
import { parseDigest, type Digest } from "@cohortium/protocol/session/ids";
import type { SqlEngine } from "../duckdb.js";
import { sqlName, type FeedColumn } from "./feed-table.js";

/**
 * The SHA-256 of one row, in hex, as SQL: of its values in the order of their columns' names, each with its length before it, null as a word of its
 * own. A value counts as it reads, whatever form it lay in: 3, 3.0 and a text 3 are one.
 */
export function rowHashSql(columns: readonly FeedColumn[]): string {
  const framed = inOrder(columns).map((column) => {
    const text = plainTextSql(column, sqlName(column.name));
    return `coalesce(strlen(${text}) || ':' || ${text}, 'null')`;
  });
  return `sha256(concat_ws(',', ${framed.join(", ")}))`;
}

/**
 * The digest of a table: the same for the same rows in whatever form and order. Rows' hashes are added up in four words of 64 bits, without carry
 * and without overflow (MSet-Add-Hash of Clarke et al. 2003, without a key), and hashed with the columns' names. Computed inside the engine.
 *
 * Whoever chooses the rows could make two tables collide by design; it is meant for their owner.
 */
export async function tableDigest(engine: SqlEngine, relation: string, columns: readonly FeedColumn[]): Promise<Digest> {
  const words = [0, 1, 2, 3].map((i) => `CAST(coalesce(sum(CAST('0x' || substr(h, ${1 + i * 16}, 16) AS UBIGINT)), 0) AS VARCHAR)`);
  const [row = []] = await engine.read(`SELECT CAST(count(*) AS VARCHAR), ${words.join(", ")} FROM (SELECT ${rowHashSql(columns)} AS h FROM ${relation})`);
  const names = inOrder(columns).map(({ name }) => JSON.stringify(name)).join(",");
  return parseDigest(createHash("sha256").update(`cohortium/table/v1\n${names}\n${row.map(String).join("\n")}\n`).digest("hex"));
}

/** Code-unit order: the same on every machine. */
function inOrder(columns: readonly FeedColumn[]): readonly FeedColumn[] {
  return [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A value as it reads, whatever form it lay in; numbers in digits alone, without zeros that say nothing. */
export function plainTextSql({ type }: FeedColumn, sql: string): string {
  switch (type) {
    case "text": case "null": return sql;
    case "boolean": case "integer": case "date": return `CAST(${sql} AS VARCHAR)`;
    case "decimal": return withoutZerosSql(`CAST(${sql} AS VARCHAR)`);
    case "double": return doubleTextSql(sql);
    case "timestamp": return `strftime(${sql}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
  }
}

/** The shortest text that reads back to the same double, in digits alone. Adding 0 turns −0 into 0. */
function doubleTextSql(sql: string): string {
  const text = `CAST(${sql} + 0 AS VARCHAR)`;
  return `CASE WHEN contains(${text}, 'e') THEN ${spreadSql(text)} ELSE ${withoutZerosSql(text)} END`;
}

function withoutZerosSql(text: string): string {
  return `CASE WHEN contains(${text}, '.') THEN rtrim(rtrim(${text}, '0'), '.') ELSE ${text} END`;
}

/** 1.5e+22 in digits alone. The engine writes an exponent from 16 on, where a double has at most as many digits behind its point, and below -4. */
function spreadSql(text: string): string {
  const digits = `replace(ltrim(split_part(${text}, 'e', 1), '-'), '.', '')`;
  const exponent = `CAST(split_part(${text}, 'e', 2) AS INTEGER)`;
  return `CASE WHEN starts_with(${text}, '-') THEN '-' ELSE '' END || CASE WHEN ${exponent} >= 0
    THEN ${digits} || repeat('0', ${exponent} - strlen(${digits}) + 1) ELSE '0.' || repeat('0', -${exponent} - 1) || ${digits} END`;
}
