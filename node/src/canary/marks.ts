import { sourceOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { Columns, RecipeFeature } from "@cohortium/protocol/charter/recipe";
import type { ContractTable } from "../data/contract/contract.js";
import type { Consent } from "../data/feeds/left-out.js";
import type { FeedColumn } from "../data/sql/feed-table.js";
import type { OwnWords } from "../data/recipe/own-words.js";

/** What a marked row has in a column: a word or a number nobody else has; the word of those who agreed; or what the row had before, and why. */
export type ColumnMark =
  | { readonly kind: "key" | "token" }
  | { readonly kind: "number"; readonly min: number; readonly max: number; readonly isWhole: boolean }
  | { readonly kind: "granted"; readonly word: string }
  | { readonly kind: "kept"; readonly because: string };

/** What is known of a feed's columns. */
export interface MarkTerms {
  readonly feed: "rows" | "transactions";
  readonly recipe: Columns;
  readonly words: OwnWords;
  readonly keyColumn: string | null;
  readonly contract: ContractTable | null;
  readonly consents: readonly Consent[];
}

/** A whole number needs so much room that it stands nowhere by chance. */
const WHOLE_ROOM = 1e12;
const KEPT_WORDS: ColumnMark = { kind: "kept", because: "only the charter's own words are legal in it" };

/** How each column of a feed is marked. Marks are legal under the charter, or the gate would refuse the rows before anything is computed. */
export function columnMarks(columns: readonly FeedColumn[], terms: MarkTerms): readonly ColumnMark[] {
  return columns.map((column) => withinContract(terms.feed === "rows" ? rowMark(column, terms) : purchaseMark(column, terms), column, terms.contract));
}

function rowMark(column: FeedColumn, { recipe, words, keyColumn, consents }: MarkTerms): ColumnMark {
  const consent = consents.find((one) => one.column === column.name);
  if (consent !== undefined) return { kind: "granted", word: consent.granted[0] ?? "" };
  const own = (name: string, holds: "number" | "words" | "key") => words.columnOf({ feed: "rows", column: name, holds, unit: null });
  if (column.name === keyColumn || (recipe.transactions !== undefined && column.name === own(recipe.transactions.key, "key"))) return keyMark(column);
  if (recipe.label !== undefined && column.name === own(recipe.label.name, "words")) return KEPT_WORDS;
  const features = recipe.features.filter((feature) => own(sourceOf(feature).column, sourceOf(feature).holds) === column.name);
  return features.length === 0 ? freeMark(column) : features.map((feature) => featureMark(feature, column)).reduce(both);
}

function purchaseMark(column: FeedColumn, { recipe: { transactions }, words }: MarkTerms): ColumnMark {
  if (transactions === undefined) return freeMark(column);
  const own = (name: string | undefined, holds: "number" | "words" | "key" | "time") => (name === undefined ? null : words.columnOf({ feed: "transactions", column: name, holds, unit: null }));
  if (column.name === own(transactions.key, "key")) return keyMark(column);
  if (column.name === own(transactions.time, "time")) return { kind: "kept", because: "days are few, and others have the same" };
  if (column.name === own(transactions.amount, "number")) return { kind: "number", min: 1, max: 900, isWhole: column.type === "integer" };
  return freeMark(column);
}

function featureMark(feature: RecipeFeature, { type }: FeedColumn): ColumnMark {
  const isWhole = type === "integer";
  switch (feature.kind) {
    case "numeric": case "log": return { kind: "number", min: feature.min, max: feature.max, isWhole };
    case "buckets": return { kind: "number", min: feature.edges[0] ?? 0, max: feature.edges.at(-1) ?? 0, isWhole };
    case "hash": return type === "text" ? { kind: "token" } : freeMark({ name: "", type });
    case "categorical": case "open": return KEPT_WORDS;
  }
}

/** A column that two features read is marked as both allow. */
function both(a: ColumnMark, b: ColumnMark): ColumnMark {
  if (a.kind === "number" && b.kind === "number") return { ...a, min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
  return a.kind === "kept" ? a : b;
}

function keyMark({ type }: FeedColumn): ColumnMark {
  return type === "text" || type === "null" ? { kind: "key" } : freeMark({ name: "", type });
}

/** The charter does not read it: whatever its type allows. */
function freeMark({ type }: FeedColumn): ColumnMark {
  switch (type) {
    case "text": return { kind: "token" };
    case "integer": return { kind: "number", min: 1e12, max: 9e15, isWhole: true };
    case "double": return { kind: "number", min: 1e5, max: 9e5, isWhole: false };
    case "decimal": return { kind: "kept", because: "its type has too few digits for a number that nobody else has" };
    case "boolean": case "date": case "timestamp": case "null": return { kind: "kept", because: "it has too few values for one that nobody else has" };
  }
}

/** A contract that promises more than text of a column may refuse a mark; numbers are kept within its bounds. */
function withinContract(mark: ColumnMark, { name }: FeedColumn, table: ContractTable | null): ColumnMark {
  const column = table?.columns.find(({ source }) => source === name);
  const held = mark.kind === "number" ? roomFor(mark) : mark;
  if (column === undefined || held.kind === "kept" || held.kind === "granted") return held;
  if (held.kind !== "number") {
    const isFree = (column.type === null || column.type === "string") && column.pattern === null && column.lengths.min === null && column.lengths.max === null && column.rules.length === 0;
    return isFree ? held : { kind: "kept", because: "the data contract holds it to rules that no mark meets" };
  }
  const bound = (end: "min" | "max") => (typeof column.bounds[end]?.value === "number" ? column.bounds[end].value : held[end]);
  return roomFor({ ...held, isWhole: held.isWhole || column.type === "integer", min: Math.max(held.min, bound("min")), max: Math.min(held.max, bound("max")) });
}

function roomFor(mark: Extract<ColumnMark, { readonly kind: "number" }>): ColumnMark {
  if (!(mark.max > mark.min)) return { kind: "kept", because: "its bounds leave no room" };
  return mark.isWhole && mark.max - mark.min < WHOLE_ROOM ? { kind: "kept", because: "it holds whole numbers, of which others have the same" } : mark;
}
