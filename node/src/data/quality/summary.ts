import type { LogicalType } from "../sql/logical-type.js";
import { sqlName, type FeedColumn } from "../sql/feed-table.js";

/** An X-ray of one column. `different` is an estimate, within a few per cent. */
export interface ColumnSummary {
  readonly name: string;
  readonly type: LogicalType;
  readonly nulls: number;
  readonly different: number;
}

/** The aggregates a summary is made of. */
export function summaryScalars(columns: readonly FeedColumn[]): readonly string[] {
  return columns.flatMap(({ name }) => [nullsIn(name), differentIn(name)]);
}

export function summariesFrom(columns: readonly FeedColumn[], figures: ReadonlyMap<string, number>): readonly ColumnSummary[] {
  return columns.map(({ name, type }) => ({
    name, type, nulls: figures.get(nullsIn(name)) ?? Number.NaN, different: figures.get(differentIn(name)) ?? Number.NaN,
  }));
}

function nullsIn(name: string): string {
  return `count(*) FILTER (WHERE ${sqlName(name)} IS NULL)`;
}

function differentIn(name: string): string {
  return `approx_count_distinct(${sqlName(name)})`;
}
