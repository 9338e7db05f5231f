import type { Digest } from "@cohortium/protocol/session/ids";
import type { Limit } from "./limit.js";
import type { ContractType } from "./odcs-form.js";

/**
 * What a company promises of a feed, and what it asks of it: read from ODCS YAML by `read-contract.ts`, which has checked its form. Whether it is
 * a good contract, `lint-contract.ts` says. `at` is everywhere the JSON pointer into the file.
 */
export interface DataContract {
  readonly id: string;
  readonly version: string;
  readonly name: string | null;
  readonly status: string;
  readonly purpose: string | null;
  readonly tables: readonly ContractTable[];
  /** SHA-256 of the whole document's RFC 8785 form, keys that we do not read included. */
  readonly digest: Digest;
}

export interface ContractTable {
  readonly at: string;
  readonly name: string;
  /** The feed's name. */
  readonly feed: string;
  readonly columns: readonly ContractColumn[];
  readonly rules: readonly QualityClause[];
  /** Rules of other kinds (text, sql, custom), by pointer: kept, and not run here. */
  readonly foreignRules: readonly string[];
  readonly freshness: readonly Freshness[];
}

export interface ContractColumn {
  readonly at: string;
  readonly name: string;
  /** The name in the feed. */
  readonly source: string;
  readonly type: ContractType | null;
  readonly bounds: Bounds;
  readonly lengths: { readonly min: number | null; readonly max: number | null };
  readonly pattern: string | null;
  readonly required: boolean;
  readonly unique: boolean;
  readonly primaryKey: boolean;
  /** As written; `CLASSES` are those we know. */
  readonly classification: string | null;
  readonly extension: Extension;
  readonly rules: readonly QualityClause[];
  readonly foreignRules: readonly string[];
}

/** What the custom property `cohortium` says. */
export interface Extension {
  readonly at: string;
  readonly unit: string | null;
  readonly purpose: string | null;
  /** What `schema map` guessed and nobody confirmed. */
  readonly guessed: readonly string[];
  /** The label's value that is predicted, as text; null where the column is not the label. */
  readonly positive: string | null;
  readonly knownBefore: boolean;
  readonly hashed: boolean;
}

/** Ends of what a column may hold: numbers, or for dates their ISO text. */
export interface Bounds {
  readonly min: Bound | null;
  readonly max: Bound | null;
}

export interface Bound {
  readonly at: string;
  readonly value: number | string;
  /** The end itself is not allowed. */
  readonly exclusive: boolean;
}

/** One rule of the standard's library. Every limit must hold. */
export interface QualityClause {
  readonly at: string;
  readonly measure: Measure;
  readonly limits: readonly Limit[];
  readonly unit: "rows" | "percent";
  readonly severity: "error" | "warning";
  /** The severity's word, where it is none of those we know. */
  readonly strangeSeverity: string | null;
}

/** What a rule counts; words as text, null for null itself. */
export type Measure =
  | { readonly metric: "nullValues" }
  | { readonly metric: "missingValues"; readonly words: readonly (string | null)[] }
  | { readonly metric: "invalidValues"; readonly validValues: readonly (string | null)[] | null; readonly pattern: string | null }
  | { readonly metric: "duplicateValues"; readonly properties: readonly string[] | null }
  | { readonly metric: "rowCount" };

/** The newest `element` may be this old. */
export interface Freshness {
  readonly at: string;
  readonly element: string | null;
  readonly value: number;
  readonly unit: string | null;
}

/** What a column may tell of a person, and the words a contract says it with. */
export const CLASSES = ["identifier", "quasi-identifier", "sensitive", "none"] as const;
export type ColumnClass = (typeof CLASSES)[number];

/** The table of a feed: that of its name, or the only one. */
export function tableOf({ tables }: DataContract, feed: string): ContractTable | null {
  return tables.find((table) => table.feed === feed || table.name === feed) ?? (tables.length === 1 ? tables[0] ?? null : null);
}

/** The values a column may have, where the contract lists them. */
export function listedValues({ rules }: ContractColumn): readonly (string | null)[] | null {
  for (const { measure } of rules) if (measure.metric === "invalidValues" && measure.validValues !== null) return measure.validValues;
  return null;
}
