import { Refusal } from "@cohortium/protocol/host/refusal";
import { readHeader } from "../csv-header.js";
import { literalPath, type SqlEngine } from "../sql/duckdb.js";
import { likelyDelimiter, spelled } from "../likely-delimiter.js";
import { checkNames } from "./column-names.js";
import { createTexts, dropHeaders, insertCsv } from "./csv-rows.js";
import type { CsvReading, FileSource } from "./feed.js";
import { sqlName, sqlText } from "../sql/feed-table.js";
import type { LogicalType } from "../sql/logical-type.js";
import { ANYTHING, type RawColumn, type RawTable } from "./raw-table.js";
import { readJson } from "./read-json.js";
import { asRefusal, describedColumns, nested, unreadable, type ReadTo } from "./reading.js";
import { checkUnchanged, findFiles } from "./source-files.js";
import { asUtf8 } from "./transcode.js";

/** Reads files into the engine once, so that every question afterwards is about the same rows. @throws Refusal DATA_…. */
export async function readFiles({ path, reading }: FileSource, to: ReadTo): Promise<RawTable> {
  const found = await findFiles(path);
  to.onProgress(`reads ${found.paths.length === 1 ? path : `${found.paths.length} files of ${path}`} …`);
  const read = reading.format === "csv" ? readCsv(found.paths, reading, to) : reading.format === "parquet" ? readParquet(found.paths, to) : readJson(found.paths, reading.format, to);
  // Also of a file that could not be read: that it changed meanwhile is why.
  return read.finally(async () => checkUnchanged(path, found, await findFiles(path)));
}

async function readCsv(paths: readonly string[], reading: CsvReading, { engine, relation, scratch }: ReadTo): Promise<RawTable> {
  const { delimiter, quote, nulls } = reading;
  let columns: readonly string[] | null = null;
  const headers: number[] = [];
  for (const [n, path] of paths.entries()) {
    const plain = await asUtf8(path, reading.encoding, { scratch, n });
    const names = await namesIn(plain, path, reading);
    if (columns === null) await createTexts(engine, relation, names).catch(asRefusal(path));
    columns ??= names;
    if (names.toSorted().join("\n") !== columns.toSorted().join("\n")) throw otherColumns(path, columns, names);
    const csv = { file: { path: plain, delimiter, quote }, shown: path, header: names, columns: names.map((name, field) => ({ name, field })), nulls };
    const { headerRow, malformedLines } = await insertCsv(csv, { engine, relation, rejects: `rejects_${relation}_${n}` });
    if (malformedLines.length > 0) throw malformed(path, malformedLines);
    headers.push(headerRow);
  }
  await dropHeaders(engine, relation, headers);
  return { relation, columns: (columns ?? []).map((name): RawColumn => ({ name, sql: sqlName(name), form: ANYTHING })) };
}

function malformed(path: string, lines: readonly number[]): Refusal {
  return unreadable(path, `${lines.length} ${lines.length === 1 ? "line has" : "lines have"} another number of fields than the header, or are not text: first at ${lines.slice(0, 5).join(", ")}`,
    "check delimiter, quote and encoding, then export those lines again");
}

/** @throws Refusal DATA_MALFORMED, DATA_ENCODING, DATA_DELIMITER, DATA_COLUMNS. */
async function namesIn(plain: string, path: string, { delimiter, quote, encoding }: CsvReading): Promise<readonly string[]> {
  const header = await readHeader({ path: plain, delimiter, quote });
  switch (header.kind) {
    case "bytes": throw new Refusal({ code: "DATA_ENCODING", title: `the header is not written in ${encoding}`, detail: path, fix: "name its encoding with --encoding, such as utf-16le (as spreadsheets write it), windows-1252 or gb18030" });
    case "empty": throw unreadable(path, "it is empty", NO_HEADER);
    case "missing": case "unreadable": throw unreadable(path, "its first line is no header", NO_HEADER);
    case "names": {
      const divider = likelyDelimiter(header.names);
      if (divider !== null && divider !== delimiter) throw new Refusal({ code: "DATA_DELIMITER", title: "the header has one column", detail: `${path} is not divided by ${spelled(delimiter)}`, fix: `say how it is divided: --delimiter '${divider === "\t" ? "\\t" : divider}'` });
      checkNames(header.names, path);
      return header.names;
    }
  }
}

const NO_HEADER = "export it again with a header, and check the quote";

/** What the columns are called, without reading rows: of CSV from the first file's header, of Parquet from what it declares. @throws Refusal DATA_…. */
export async function columnsOfFiles({ path, reading }: FileSource, { engine, scratch }: Pick<ReadTo, "engine" | "scratch">): Promise<readonly string[] | null> {
  const { paths: [first = ""] } = await findFiles(path);
  switch (reading.format) {
    case "csv": return namesIn(await asUtf8(first, reading.encoding, { scratch, n: 0 }), first, reading);
    case "parquet": return parquetNames(engine, first).catch(asRefusal(first));
    case "json": case "jsonl": return null;
  }
}

async function parquetNames(engine: SqlEngine, path: string): Promise<readonly string[]> {
  return (await engine.read(`SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(${sqlText(literalPath(path))}))`)).map(([name]) => String(name));
}

/** Parquet declares its own types. */
async function readParquet(paths: readonly string[], { engine, relation }: ReadTo): Promise<RawTable> {
  const where = paths[0] ?? "";
  const source = `read_parquet([${paths.map((path) => sqlText(literalPath(path))).join(", ")}], union_by_name = true)`;
  await engine.run(`CREATE TABLE ${relation} AS SELECT * FROM ${source}`).catch(asRefusal(where));
  await checkSameColumns(engine, paths);
  const described = await describedColumns(engine, relation);
  checkNames(described.map(({ name }) => name), where);
  return { relation, columns: described.map(({ name, type }) => typedColumn(name, type, where)) };
}

/** A column that only some files have would be null in the others. @throws Refusal DATA_COLUMNS. */
async function checkSameColumns(engine: SqlEngine, paths: readonly string[]): Promise<void> {
  let first: readonly string[] | null = null;
  for (const path of paths) {
    const names = await parquetNames(engine, path);
    first ??= names;
    if (names.toSorted().join("\n") !== first.toSorted().join("\n")) throw otherColumns(path, first, names);
  }
}

const KINDS: readonly (readonly [pattern: RegExp, type: LogicalType, as: (sql: string) => string])[] = [
  [/^(U?TINYINT|U?SMALLINT|U?INTEGER|BIGINT)$/, "integer", (sql) => `CAST(${sql} AS BIGINT)`],
  [/^(UBIGINT|HUGEINT)$/, "decimal", (sql) => `CAST(${sql} AS DECIMAL(38, 0))`],
  [/^DECIMAL/, "decimal", (sql) => sql],
  // A float means the shortest number that reads back to it, as everybody writes it: 0.1, not 0.10000000149.
  [/^FLOAT$/, "double", (sql) => `CAST(CAST(${sql} AS VARCHAR) AS DOUBLE)`],
  [/^DOUBLE$/, "double", (sql) => sql],
  [/^BOOLEAN$/, "boolean", (sql) => sql],
  [/^DATE$/, "date", (sql) => sql],
  [/^TIMESTAMP/, "timestamp", (sql) => `CAST(${sql} AS TIMESTAMP)`],
  // A time of day is what CSV would have for it.
  [/^TIME(_NS)?$/, "text", (sql) => `CAST(${sql} AS VARCHAR)`],
  [/^(VARCHAR|UUID|ENUM)/, "text", (sql) => `CAST(${sql} AS VARCHAR)`],
  [/^"NULL"$/, "null", (sql) => `CAST(${sql} AS VARCHAR)`],
];

/** @throws Refusal DATA_NESTED for lists, objects and bytes: a row holds single values. */
function typedColumn(name: string, engineType: string, where: string): RawColumn {
  const kind = KINDS.find(([pattern]) => pattern.test(engineType));
  if (kind === undefined || engineType.endsWith("]")) throw nested(`${name} of ${where} is ${engineType.split("(")[0] ?? ""}`);
  const [, type, as] = kind;
  return { name, sql: as(sqlName(name)), form: { kind: "typed", type } };
}

function otherColumns(path: string, columns: readonly string[], names: readonly string[]): Refusal {
  const differ = [...columns.filter((name) => !names.includes(name)).map((name) => `without ${name}`), ...names.filter((name) => !columns.includes(name)).map((name) => `with ${name}`)];
  return new Refusal({ code: "DATA_COLUMNS", title: "the files of the feed have other columns", detail: `${path} is ${differ.slice(0, 5).join(", ")}`, fix: "put files of one table into one folder" });
}
