import { Refusal } from "@cohortium/protocol/host/refusal";
import { countRecords } from "../count-records.js";
import { csvSource, ScanFailed, type CsvFile, type SqlEngine } from "../sql/duckdb.js";
import { DATA_PROBLEMS } from "../problem.js";
import { sqlName, sqlText } from "../sql/feed-table.js";
import { asRefusal, unreadable } from "./reading.js";

/** A CSV file under its header. `shown` is where its owner knows it to be; `file.path` may be a copy in UTF-8. */
export interface CsvTable {
  readonly file: CsvFile;
  readonly shown: string;
  readonly header: readonly string[];
  /** The columns that are read; others are left out. */
  readonly columns: readonly CsvColumn[];
  /** Fields that read like one of these are null. */
  readonly nulls: readonly string[];
}

/** `field` is its place in the header. */
export interface CsvColumn {
  readonly name: string;
  readonly field: number;
}

/** Where the rows go, all of them before the headers are taken out: rows keep their `rowid` as long as none is deleted. */
export interface CsvTarget {
  readonly engine: SqlEngine;
  readonly relation: string;
  /** A name of its own for each file. */
  readonly rejects: string;
}

/** `malformedLines` are no rows, ascending. */
export interface CsvRead {
  readonly headerRow: number;
  readonly malformedLines: readonly number[];
}

export async function createTexts(engine: SqlEngine, relation: string, names: readonly string[]): Promise<void> {
  await engine.run(`CREATE TABLE ${relation} (${names.map((name) => `${sqlName(name)} VARCHAR`).join(", ")})`);
}

/**
 * Adds a file to a table of texts, its header as a row among them, and holds the engine to a count of our own: no row vanishes without refusing the file.
 *
 * @throws Refusal DATA_MALFORMED, DATA_LINE_ENDS.
 */
export async function insertCsv(csv: CsvTable, { engine, relation, rejects }: CsvTarget): Promise<CsvRead> {
  const { file, shown, header, columns, nulls } = csv;
  const headerRow = await rowsIn(engine, relation);
  const value = (i: number) => (nulls.length === 0 ? `f${i}` : `CASE WHEN f${i} NOT IN (${nulls.map(sqlText).join(", ")}) THEN f${i} END`);
  const selected = columns.map(({ name, field }) => `${value(field)} AS ${sqlName(name)}`).join(", ");
  const reading = engine.run(`INSERT INTO ${relation} BY NAME SELECT ${selected} FROM ${csvSource(file, header.length, rejects)}`).then(() => null, (error: unknown) => ({ error }));
  const [{ records, endings }, failed] = await Promise.all([countRecords(file, header.length), reading]);
  if (failed !== null) {
    if (failed.error instanceof ScanFailed && endings > 1) throw endsDiffer(shown);
    return asRefusal(shown)(failed.error);
  }
  const malformedLines = await engine.rejectedLines(rejects);
  const read = await rowsIn(engine, relation) - headerRow;
  if (malformedLines.length === 0 && read !== records) throw unreadable(shown, `of its ${records - 1} rows the engine reads ${read - 1}`, "export it again, with every field in quotes");
  await checkHeader(csv, { engine, relation, headerRow });
  return { headerRow, malformedLines };
}

/** Leaves the rows alone. */
export async function dropHeaders(engine: SqlEngine, relation: string, rows: readonly number[]): Promise<void> {
  await engine.run(`DELETE FROM ${relation} WHERE rowid IN (${rows.join(", ")})`);
}

async function rowsIn(engine: SqlEngine, relation: string): Promise<number> {
  const [[rows] = []] = await engine.read(`SELECT count(*) FROM ${relation}`);
  return Number(rows);
}

/** The engine must have read the names that we read: else it divides lines in another way than we believe. */
async function checkHeader({ shown, header, columns, nulls }: CsvTable, { engine, relation, headerRow }: Pick<CsvTarget, "engine" | "relation"> & { readonly headerRow: number }): Promise<void> {
  const [row = []] = await engine.read(`SELECT ${columns.map(({ name }) => sqlName(name)).join(", ")} FROM ${relation} WHERE rowid = ${headerRow}`);
  const expected = columns.map(({ field }) => header[field] ?? "").map((name) => (name === "" || nulls.includes(name) ? null : name));
  if (expected.length !== row.length || expected.some((name, i) => row[i] !== name)) throw unreadable(shown, "its first line is no header", "export it again with a header, and check the quote");
}

function endsDiffer(shown: string): Refusal {
  const { means, fix } = DATA_PROBLEMS.DATA_LINE_ENDS;
  return new Refusal({ code: "DATA_LINE_ENDS", title: means, detail: shown, fix });
}
