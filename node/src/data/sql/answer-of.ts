import {
  DuckDBDateValue, DuckDBDecimalValue, DuckDBDoubleVector, DuckDBTimestampValue, DuckDBTypeId, type DuckDBDataChunk, type DuckDBValue, type DuckDBVector,
} from "@duckdb/node-api";
import type { Answer, AnswerColumn } from "./feed-table.js";
import type { LogicalType } from "./logical-type.js";

/** One chunk of the engine as a feed answers it. @throws RangeError for a type that a feed has no answer for: silence would read as null. */
export function answerOf(names: readonly string[], chunk: DuckDBDataChunk): Answer {
  const columns = names.map((name, i): AnswerColumn => {
    const vector = chunk.getColumnVector(i);
    const type = typeOf(name, vector.type.typeId);
    switch (type) {
      case "integer": case "decimal": case "double": case "boolean": return { kind: "numbers", name, type, values: numbersIn(vector) };
      case "text": case "null": case "date": case "timestamp": return { kind: "texts", name, type, values: textsIn(vector) };
    }
  });
  return { rows: chunk.rowCount, columns };
}

/** Chunks of one answer, one behind the other. */
export function joined(chunks: readonly Answer[]): Answer {
  const [first = { rows: 0, columns: [] }] = chunks;
  const columns = first.columns.map((column, i): AnswerColumn => {
    const parts = chunks.flatMap((chunk) => chunk.columns[i] ?? []);
    if (column.kind === "numbers") return { ...column, values: Float64Array.from(parts.flatMap((part) => (part.kind === "numbers" ? [...part.values] : []))) };
    return { ...column, values: parts.flatMap((part) => (part.kind === "texts" ? part.values : [])) };
  });
  return { rows: chunks.reduce((sum, { rows }) => sum + rows, 0), columns };
}

const TYPES: ReadonlyMap<DuckDBTypeId, LogicalType> = new Map<DuckDBTypeId, LogicalType>([
  ...[DuckDBTypeId.TINYINT, DuckDBTypeId.SMALLINT, DuckDBTypeId.INTEGER, DuckDBTypeId.BIGINT, DuckDBTypeId.HUGEINT].map((id) => [id, "integer"] as const),
  ...[DuckDBTypeId.UTINYINT, DuckDBTypeId.USMALLINT, DuckDBTypeId.UINTEGER, DuckDBTypeId.UBIGINT, DuckDBTypeId.UHUGEINT].map((id) => [id, "integer"] as const),
  [DuckDBTypeId.DECIMAL, "decimal"], [DuckDBTypeId.FLOAT, "double"], [DuckDBTypeId.DOUBLE, "double"], [DuckDBTypeId.BOOLEAN, "boolean"],
  [DuckDBTypeId.VARCHAR, "text"], [DuckDBTypeId.SQLNULL, "null"], [DuckDBTypeId.DATE, "date"], [DuckDBTypeId.TIMESTAMP, "timestamp"],
]);

function typeOf(name: string, id: DuckDBTypeId): LogicalType {
  const type = TYPES.get(id);
  if (type === undefined) throw new RangeError(`column ${name} is of a type that no feed answers with; cast it in the SELECT`);
  return type;
}

function numbersIn(vector: DuckDBVector): Float64Array {
  const values = new Float64Array(vector.itemCount);
  // Most of what is asked for in bulk is this; its items need no looking at.
  if (vector instanceof DuckDBDoubleVector) for (let row = 0; row < values.length; row++) values[row] = vector.getItem(row) ?? Number.NaN;
  else for (let row = 0; row < values.length; row++) values[row] = numberOf(vector.getItem(row));
  return values;
}

function numberOf(value: DuckDBValue): number {
  if (value === null) return Number.NaN;
  return value instanceof DuckDBDecimalValue ? value.toDouble() : Number(value);
}

function textsIn(vector: DuckDBVector): readonly (string | null)[] {
  return Array.from({ length: vector.itemCount }, (_, row) => textOf(vector.getItem(row)));
}

function textOf(value: DuckDBValue): string | null {
  if (typeof value === "string" || value === null) return value;
  if (value instanceof DuckDBTimestampValue) return instantText(value.micros);
  if (value instanceof DuckDBDateValue) return value.toString();
  throw new RangeError("unreachable: a text column holds texts, dates or timestamps");
}

/** 2026-01-31T23:59:59.000000Z, from microseconds since 1970. */
function instantText(micros: bigint): string {
  const inMilli = ((micros % 1_000n) + 1_000n) % 1_000n;
  return `${new Date(Number((micros - inMilli) / 1_000n)).toISOString().slice(0, -1)}${String(inMilli).padStart(3, "0")}Z`;
}
