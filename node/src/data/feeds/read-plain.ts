import { Refusal } from "@cohortium/protocol/host/refusal";
import { readHeader } from "../csv-header.js";
import { csvSource } from "../duckdb.js";
import { DATA_PROBLEMS, HEADER_PROBLEMS, type DataProblemCode } from "../problem.js";
import type { PlainSource } from "./feed.js";
import { sqlName, type DigestedFeed } from "./feed-table.js";
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
  const rejects = `rejects_${relation}`;
  const read = columns.length === 0 ? "f0" : columns.map(({ name, field }) => `${field} AS ${sqlName(name)}`).join(", ");
  await engine.run(`CREATE TABLE ${relation} AS SELECT ${read} FROM ${csvSource(source, header.names.length, rejects)}`).catch(asRefusal(path));
  checkUnchanged(path, before, await findFile(path));
  const [[rows] = []] = await engine.read(`SELECT count(*) FROM ${relation}`);
  const malformedLines = await engine.rejectedLines(rejects);
  return { columns: columns.map(({ name }) => ({ name, type: "text" })), rows: Number(rows), places: { order: "own", malformedLines } };
}

/** Names that stand once. The engine does not tell them apart by their case, so neither can we. */
function columnsOf(header: readonly string[]): readonly { readonly name: string; readonly field: string }[] {
  const names = header.map((name) => name.toLowerCase());
  return header.flatMap((name, i) => (name !== "" && names.indexOf(name.toLowerCase()) === names.lastIndexOf(name.toLowerCase()) ? [{ name, field: `f${i}` }] : []));
}

function refused(code: DataProblemCode, path: string): Refusal {
  return new Refusal({ code, title: DATA_PROBLEMS[code].means, detail: path, fix: DATA_PROBLEMS[code].fix });
}
