import { Refusal } from "@cohortium/protocol/host/refusal";
import { literalPath } from "../sql/duckdb.js";
import { checkNames } from "./column-names.js";
import { sqlName, sqlText } from "../sql/feed-table.js";
import { INSTANT, NUMBER, type RawColumn, type RawForm, type RawTable } from "./raw-table.js";
import { asRefusal, describedColumns, nested, type ReadTo } from "./reading.js";
import { asUtf8 } from "./transcode.js";

/**
 * Objects as rows. The engine finds the keys; what their values are is counted over every row, since the engine would guess dates in formats of its own
 * and call a column of mixed values JSON.
 *
 * @throws Refusal DATA_MALFORMED, DATA_COLUMNS; DATA_NESTED for lists and objects in any row; DATA_MIXED for a column of, say, numbers and texts.
 */
export async function readJson(paths: readonly string[], format: "json" | "jsonl", to: ReadTo): Promise<RawTable> {
  const { engine, relation, scratch } = to;
  const where = paths[0] ?? "";
  const plain = await Promise.all(paths.map((path, n) => asUtf8(path, "utf-8", { scratch, n })));
  const list = `[${plain.map((path) => sqlText(literalPath(path))).join(", ")}]`;
  const lines = format === "json" ? "'auto'" : "'newline_delimited'";
  const source = `read_json(${list}, format = ${lines}, sample_size = -1, maximum_depth = 1, union_by_name = true, records = 'true', map_inference_threshold = -1)`;
  await engine.run(`CREATE TABLE ${relation} AS SELECT * FROM ${source}`).catch(asRefusal(where));
  const names = (await describedColumns(engine, relation)).map(({ name }) => name);
  checkNames(names.map((name) => unnumbered(name, names)), where);
  const [counts = []] = await engine.read(`SELECT ${names.flatMap((name) => KINDS.map(([, sql]) => `count(*) FILTER (WHERE ${sql(sqlName(name))})`)).join(", ")} FROM ${relation}`);
  return { relation, columns: names.map((name, i) => jsonColumn(name, counts.slice(i * KINDS.length, (i + 1) * KINDS.length).map(Number), where)) };
}

const KINDS: readonly (readonly [kind: "text" | "boolean" | "number" | "nested", sql: (column: string) => string])[] = [
  ["text", (column) => `json_type(${column}) = 'VARCHAR'`],
  ["boolean", (column) => `json_type(${column}) = 'BOOLEAN'`],
  ["number", (column) => `json_type(${column}) IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')`],
  ["nested", (column) => `json_type(${column}) IN ('ARRAY', 'OBJECT')`],
];

function jsonColumn(name: string, counts: readonly number[], where: string): RawColumn {
  const present = KINDS.flatMap(([kind], i) => ((counts[i] ?? 0) > 0 ? [{ kind, count: counts[i] }] : []));
  const deep = present.find(({ kind }) => kind === "nested");
  if (deep !== undefined) throw nested(`${name} of ${where} holds lists or objects in ${deep.count} rows`);
  const [first] = present;
  if (present.length > 1) {
    const detail = `${name} of ${where}: ${present.map(({ kind, count }) => `${count} of kind ${kind}`).join(", ")}`;
    throw new Refusal({ code: "DATA_MIXED", title: "a column holds values of several kinds", detail, fix: "write one kind of value in a column; quote all of them, or none" });
  }
  return { name, sql: `(${sqlName(name)} ->> '$')`, form: first === undefined ? NOTHING : FORMS[first.kind === "nested" ? "text" : first.kind] };
}

const NOTHING: RawForm = { kind: "spelled", as: [] };

const FORMS: Readonly<Record<"text" | "boolean" | "number", RawForm>> = { text: INSTANT, boolean: { kind: "told", type: "boolean" }, number: NUMBER };

/** The engine counts up a key that differs from another in case alone: X beside x becomes X_1. */
function unnumbered(name: string, names: readonly string[]): string {
  const bare = /^(.+)_\d+$/s.exec(name)?.[1];
  return bare !== undefined && names.some((other) => other !== bare && other.toLowerCase() === bare.toLowerCase()) ? bare : name;
}
