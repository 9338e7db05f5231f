import { Refusal } from "@cohortium/protocol/host/refusal";
import type { SqlEngine } from "../sql/duckdb.js";
import type { Readable } from "./feed.js";
import { sqlName, type FeedColumn } from "../sql/feed-table.js";
import type { LogicalType } from "../sql/logical-type.js";
import type { RawColumn, RawTable } from "./raw-table.js";
import { plainTextSql } from "./row-digest.js";
import { typesOfTexts, valueOfSpelledSql, valueOfTextSql } from "./types-of-texts.js";

interface TypedColumn extends FeedColumn {
  readonly raw: RawColumn;
  readonly sql: string;
  /** No value can be of another type. */
  readonly isKnown: boolean;
}

interface Wanted {
  readonly feed: Pick<Readable, "name" | "types">;
  readonly relation: string;
}

interface TypedTable {
  readonly columns: readonly FeedColumn[];
  readonly rows: number;
}

/**
 * The rows with every value of its column's type: the declared one, else the source's own, else what all its texts spell.
 *
 * @throws Refusal DATA_EMPTY without rows, DATA_COLUMN_MISSING for a declared column that is not there, DATA_TYPE for values that are not of the
 *   declared type, DATA_INFINITE for numbers that are none. Counts and columns, never values.
 */
export async function typedTable(engine: SqlEngine, raw: RawTable, { feed, relation }: Wanted): Promise<TypedTable> {
  const absent = Object.keys(feed.types).filter((name) => !raw.columns.some((column) => column.name === name));
  if (absent.length > 0) throw refused("DATA_COLUMN_MISSING", "a declared column is not in the feed", `${feed.name} has no ${absent.slice(0, 5).join(", ")}`, "correct the contract, or the export");
  const spelled = await typesOfTexts(engine, raw);
  const columns = raw.columns.map((column): TypedColumn => {
    const declared = feed.types[column.name];
    const { name, sql, form } = column;
    // What all texts are known to spell is read without asking again.
    if (declared === undefined && form.kind === "spelled") return { name, raw: column, ...known(sql, spelled.get(name) ?? "text") };
    const type = declared ?? (form.kind === "spelled" ? "text" : form.type);
    return { name, type, raw: column, sql: typedSql(column, type), isKnown: form.kind === "typed" && form.type === type };
  });
  await engine.run(`CREATE TABLE ${sqlName(relation)} AS SELECT ${columns.map(({ name, sql }) => `${sql} AS ${sqlName(name)}`).join(", ")} FROM ${raw.relation}`);
  const rows = await checkedRows(engine, { raw, relation, columns }, feed.name);
  await engine.run(`DROP TABLE ${raw.relation}`);
  return { columns: columns.map(({ name, type }) => ({ name, type })), rows };
}

function known(sql: string, type: LogicalType): Pick<TypedColumn, "type" | "sql" | "isKnown"> {
  return { type, sql: valueOfSpelledSql(sql, type), isKnown: true };
}

function typedSql({ sql, form }: RawColumn, type: LogicalType): string {
  switch (form.kind) {
    case "told": case "spelled": return valueOfTextSql(sql, type);
    // A declared type outranks the source's: its values are read as texts again.
    case "typed": return form.type === type ? sql : valueOfTextSql(plainTextSql({ name: "", type: form.type }, sql), type);
  }
}

interface Made {
  readonly raw: RawTable;
  readonly relation: string;
  readonly columns: readonly TypedColumn[];
}

/** How many rows there are, if every value became one of its type. Counted over the values that were made, so that no text is read twice. */
async function checkedRows(engine: SqlEngine, { raw, relation, columns }: Made, feed: string): Promise<number> {
  const unsure = columns.filter(({ isKnown }) => !isKnown);
  const [before = []] = await engine.read(`SELECT ${["count(*)", ...unsure.map(({ raw: { sql } }) => `count(${sql})`)].join(", ")} FROM ${raw.relation}`);
  const counts = columns.flatMap(({ name, type }) => {
    const sql = sqlName(name);
    return [`count(${sql})`, type === "double" ? `count(*) FILTER (WHERE NOT isfinite(${sql}))` : "0"];
  });
  const [[rows, ...made] = []] = await engine.read(`SELECT count(*), ${counts.join(", ")} FROM ${sqlName(relation)}`);
  if (!(Number(rows) > 0)) throw refused("DATA_EMPTY", "the feed has no rows", feed, "export again; a feed without rows cannot take part");
  const lost = (column: TypedColumn, i: number) => (column.isKnown ? 0 : Number(before[1 + unsure.indexOf(column)]) - Number(made[2 * i]));
  const found = columns.flatMap((column, i) => [lost(column, i), Number(made[2 * i + 1])]);
  const [wrong, infinite] = [0, 1].map((which) => columns.flatMap(({ name, type }, i) => {
    const count = found[2 * i + which] ?? Number.NaN;
    return count === 0 ? [] : [`${name} (${type}) in ${count} rows`];
  }));
  if (wrong !== undefined && wrong.length > 0) throw refused("DATA_TYPE", "values are not of the type that was declared", wrong.slice(0, 5).join(", "), "correct the declared type, or the values; a view can leave out what the database calls a date and is none");
  if (infinite !== undefined && infinite.length > 0) throw refused("DATA_INFINITE", "numbers are infinite or not a number", infinite.slice(0, 5).join(", "), "write finite numbers and leave unknown ones empty, or name the word for them with --nulls");
  return Number(rows);
}

function refused(code: string, title: string, detail: string, fix: string): Refusal {
  return new Refusal({ code, title, detail, fix });
}
