import { Refusal } from "@cohortium/protocol/host/refusal";
import { readHeader } from "../csv-header.js";
import { DATA_PROBLEMS, HEADER_PROBLEMS, type DataProblemCode } from "../problem.js";
import { createTexts, dropHeaders, insertCsv, type CsvColumn } from "./csv-rows.js";
import type { PlainSource } from "./feed.js";
import type { DigestedFeed } from "../sql/feed-table.js";
import { asRefusal, type ReadTo } from "./reading.js";
import { checkUnchanged, findFile } from "./source-files.js";

/** Reads a plain file into the engine once. @throws Refusal DATA_… if there is no header, or the file changes meanwhile; a file may have no rows. */
export async function readPlain(source: PlainSource, { engine, relation, onProgress }: ReadTo): Promise<Pick<DigestedFeed, "columns" | "rows" | "places">> {
  const { path } = source;
  const before = await findFile(path);
  const header = await readHeader(source);
  if (header.kind !== "names") throw refused(HEADER_PROBLEMS[header.kind], path);
  onProgress(`reads ${path} …`);
  const columns = columnsOf(header.names);
  // Of a header without any name that stands once a column is read all the same, so that rows can be counted.
  const read = columns.length === 0 ? [{ name: "f0", field: 0 }] : columns;
  await createTexts(engine, relation, read.map(({ name }) => name)).catch(asRefusal(path));
  const csv = { file: source, shown: path, header: header.names, columns: read, nulls: [] };
  const checked = async () => checkUnchanged(path, before, await findFile(path));
  const { headerRow, malformedLines } = await insertCsv(csv, { engine, relation, rejects: `rejects_${relation}` }).finally(checked);
  await dropHeaders(engine, relation, [headerRow]);
  const [[rows] = []] = await engine.read(`SELECT count(*) FROM ${relation}`);
  return { columns: columns.map(({ name }) => ({ name, type: "text" })), rows: Number(rows), places: { order: "own", malformedLines } };
}

/** Names that stand once. The engine does not tell them apart by their case, so neither can we. */
function columnsOf(header: readonly string[]): readonly CsvColumn[] {
  const names = header.map((name) => name.toLowerCase());
  return header.flatMap((name, i) => (name !== "" && names.indexOf(name.toLowerCase()) === names.lastIndexOf(name.toLowerCase()) ? [{ name, field: i }] : []));
}

function refused(code: DataProblemCode, path: string): Refusal {
  return new Refusal({ code, title: DATA_PROBLEMS[code].means, detail: path, fix: DATA_PROBLEMS[code].fix });
}
