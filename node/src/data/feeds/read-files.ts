import { Refusal } from "@cohortium/protocol/host/refusal";
import { readHeader } from "../csv-header.js";
import { ScanFailed, type SqlEngine } from "../duckdb.js";
import { checkNames } from "./column-names.js";
import type { CsvReading, FileSource } from "./feed.js";
import { sqlName, sqlText } from "./feed-table.js";
import type { LogicalType } from "./logical-type.js";
import type { RawColumn, RawTable } from "./raw-table.js";
import { checkUnchanged, findFiles } from "./source-files.js";
import { asUtf8 } from "./transcode.js";

/** Where a source is read to: the engine, under a name of ours, with a folder for what has to be unpacked. */
export interface ReadTo {
  readonly engine: SqlEngine;
  readonly relation: string;
  readonly scratch: string;
  onProgress(says: string): void;
}

/** Reads files into the engine once, so that every question afterwards is about the same rows. @throws Refusal DATA_…. */
export async function readFiles({ path, reading }: FileSource, to: ReadTo): Promise<RawTable> {
  const found = await findFiles(path);
  to.onProgress(`reads ${found.paths.length === 1 ? path : `${found.paths.length} files of ${path}`} …`);
  const raw = reading.format === "csv" ? await readCsv(found.paths, reading, to) : await readTyped(found.paths, reading.format, to);
  await checkUnchanged(path, found);
  return raw;
}

async function readCsv(paths: readonly string[], reading: CsvReading, to: ReadTo): Promise<RawTable> {
  let columns: readonly string[] | null = null;
  for (const [n, path] of paths.entries()) {
    const plain = await asUtf8(path, reading.encoding, { scratch: to.scratch, n });
    const names = await namesIn(plain, path, reading);
    columns ??= await createTexts(names, to);
    if (names.toSorted().join("\n") !== columns.toSorted().join("\n")) throw otherColumns(path, columns, names);
    await insertCsv({ plain, path, names }, reading, { ...to, n });
  }
  return { relation: to.relation, columns: (columns ?? []).map((name): RawColumn => ({ name, sql: sqlName(name), type: null })) };
}

async function namesIn(plain: string, path: string, { delimiter, quote }: CsvReading): Promise<readonly string[]> {
  const header = await readHeader({ path: plain, delimiter, quote });
  if (header.kind !== "names") throw unreadable(path, header.kind === "empty" ? "it is empty" : "its first line is no header", "export it again with a header, and check the quote");
  checkNames(header.names, path);
  return header.names;
}

async function createTexts(names: readonly string[], { engine, relation }: ReadTo): Promise<readonly string[]> {
  await engine.run(`CREATE TABLE ${relation} (${names.map((name) => `${sqlName(name)} VARCHAR`).join(", ")})`);
  return names;
}

async function insertCsv({ plain, path, names }: { readonly plain: string; readonly path: string; readonly names: readonly string[] },
  { delimiter, quote, nulls }: CsvReading, { engine, relation, n }: ReadTo & { readonly n: number }): Promise<void> {
  const rejects = `rejects_${relation}_${n}`;
  const fields = names.map((_, i) => `f${i}: 'VARCHAR'`).join(", ");
  const source = `read_csv(${sqlText(plain)}, auto_detect = false, header = false, skip = 1, columns = {${fields}}, delim = ${sqlText(delimiter)}, quote = ${sqlText(quote)},
    escape = ${sqlText(quote)}, strict_mode = true, null_padding = false, store_rejects = true, rejects_table = ${sqlText(rejects)}, rejects_scan = ${sqlText(`scan_${rejects}`)})`;
  const value = (i: number) => (nulls.length === 0 ? `f${i}` : `CASE WHEN f${i} NOT IN (${nulls.map(sqlText).join(", ")}) THEN f${i} END`);
  await engine.run(`INSERT INTO ${relation} BY NAME SELECT ${names.map((name, i) => `${value(i)} AS ${sqlName(name)}`).join(", ")} FROM ${source}`).catch(asRefusal(path));
  const lines = (await engine.read(`SELECT DISTINCT CAST(line AS INTEGER) FROM ${rejects} ORDER BY 1`)).map(([line]) => Number(line));
  if (lines.length === 0) return;
  throw unreadable(path, `${lines.length} ${lines.length === 1 ? "line has" : "lines have"} another number of fields than the header, or are not text: first at ${lines.slice(0, 5).join(", ")}`,
    "check delimiter, quote and encoding, then export those lines again");
}

/** What declares its own types: Parquet, and JSON, where a value's form is one. */
async function readTyped(paths: readonly string[], format: "parquet" | "json" | "jsonl", to: ReadTo): Promise<RawTable> {
  const { engine, relation } = to;
  const plain = format === "parquet" ? paths : await Promise.all(paths.map((path, n) => asUtf8(path, "utf-8", { scratch: to.scratch, n })));
  const list = `[${plain.map(sqlText).join(", ")}]`;
  const source = format === "parquet" ? `read_parquet(${list}, union_by_name = true)`
    : `read_json(${list}, format = ${format === "json" ? "'auto'" : "'newline_delimited'"}, sample_size = -1, union_by_name = true, records = 'true', map_inference_threshold = -1)`;
  const where = paths[0] ?? "";
  await engine.run(`CREATE TABLE ${relation} AS SELECT * FROM ${source}`).catch(asRefusal(where));
  const described = (await engine.read(`SELECT column_name, column_type FROM (DESCRIBE ${relation})`)).map(([name, type]) => ({ name: String(name), type: String(type) }));
  checkNames(described.map(({ name }) => name), where);
  return { relation, columns: described.map(({ name, type }) => typedColumn(name, type, where)) };
}

const KINDS: readonly (readonly [pattern: RegExp, type: LogicalType, as: string])[] = [
  [/^(U?TINYINT|U?SMALLINT|U?INTEGER|BIGINT)$/, "integer", "BIGINT"],
  [/^(U?BIGINT|U?HUGEINT)$/, "decimal", "DECIMAL(38, 0)"],
  [/^DECIMAL/, "decimal", ""],
  [/^(FLOAT|DOUBLE)$/, "double", "DOUBLE"],
  [/^BOOLEAN$/, "boolean", ""],
  [/^DATE$/, "date", ""],
  [/^TIMESTAMP/, "timestamp", "TIMESTAMP"],
  [/^(VARCHAR|UUID|ENUM)/, "text", "VARCHAR"],
  [/^(JSON|"NULL")$/, "null", "VARCHAR"],
];

/** @throws Refusal DATA_NESTED for lists, objects and bytes: a row holds single values. */
function typedColumn(name: string, engineType: string, where: string): RawColumn {
  const kind = KINDS.find(([pattern]) => pattern.test(engineType));
  if (kind === undefined || engineType.endsWith("]")) {
    throw new Refusal({ code: "DATA_NESTED", title: "a column holds more than single values", detail: `${name} of ${where} is ${engineType.split("(")[0] ?? ""}`, fix: "flatten it into columns of numbers, texts, dates or booleans" });
  }
  const [, type, as] = kind;
  return { name, type, sql: as === "" ? sqlName(name) : `CAST(${sqlName(name)} AS ${as})` };
}

/** The engine's own words are withheld: they quote rows. */
function asRefusal(path: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof ScanFailed) throw unreadable(path, "it is damaged, or not of that format", "check the format; copy or export the file again");
    throw error;
  };
}

function unreadable(path: string, why: string, fix: string): Refusal {
  return new Refusal({ code: "DATA_MALFORMED", title: "the file cannot be read as rows", detail: `${path}: ${why}`, fix });
}

function otherColumns(path: string, columns: readonly string[], names: readonly string[]): Refusal {
  const differ = [...columns.filter((name) => !names.includes(name)).map((name) => `without ${name}`), ...names.filter((name) => !columns.includes(name)).map((name) => `with ${name}`)];
  return new Refusal({ code: "DATA_COLUMNS", title: "the files of the feed have other columns", detail: `${path} is ${differ.slice(0, 5).join(", ")}`, fix: "put files of one table into one folder" });
}
