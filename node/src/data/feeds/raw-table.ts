import type { LogicalType } from "./logical-type.js";

/** What a source gave before its values were given their types: a relation, and per column what is known of its type. */
export interface RawTable {
  readonly relation: string;
  readonly columns: readonly RawColumn[];
}

/** `sql` is the column in `relation`. `type` is what the source itself declares; null where it only has texts. */
export interface RawColumn {
  readonly name: string;
  readonly sql: string;
  readonly type: LogicalType | null;
}
