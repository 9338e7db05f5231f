import type { LogicalType } from "../sql/logical-type.js";

/** What a source gave before its values were given their types: a relation, and per column what is known of its type. */
export interface RawTable {
  readonly relation: string;
  readonly columns: readonly RawColumn[];
}

/** `sql` is the column in `relation`. */
export interface RawColumn {
  readonly name: string;
  readonly sql: string;
  readonly form: RawForm;
}

/**
 * `typed`: the engine has the values as that type. `told`: they are texts, and the source says what they spell; those that do not, refuse.
 * `spelled`: they are texts, and the column is of the first of these types that all of them spell, else text.
 */
export type RawForm =
  | { readonly kind: "typed"; readonly type: LogicalType }
  | { readonly kind: "told"; readonly type: LogicalType }
  | { readonly kind: "spelled"; readonly as: readonly LogicalType[] };

/** What a text may spell where nothing is said, as in CSV. */
export const ANYTHING: RawForm = { kind: "spelled", as: ["boolean", "integer", "double", "decimal", "date", "timestamp"] };
/** What a number may be that is written in digits. */
export const NUMBER: RawForm = { kind: "spelled", as: ["integer", "double", "decimal"] };
/** What a text may be where numbers have a form of their own, as in JSON. */
export const INSTANT: RawForm = { kind: "spelled", as: ["date", "timestamp"] };
