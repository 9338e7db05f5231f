import type { Json } from "@cohortium/crypto/canonical-json";
import type { Feature, Label } from "./features.js";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import { featuresOf, recipeDigest, sourceOf } from "./recipe-lowering.js";
import type { Columns, RecipeFeature } from "./recipe.js";

/** What the columns of a session mean, as every party of it must state before a number is shared. It follows from the charter alone. */
export interface Schema {
  /** `recipeDigest`: how the columns are computed. */
  readonly recipe: Digest;
  /** Null where nothing is predicted. */
  readonly label: Label | null;
  /** What enters the model or the answer, in the charter's order. */
  readonly features: readonly FeatureWords[];
  /** What the feeds must hold. */
  readonly sources: readonly SourceWords[];
}

/** One column of the model. `list` is the SHA-256 of the canonical JSON of its categories, in order. */
export type FeatureWords =
  | { readonly name: string; readonly type: "number"; readonly unit: string; readonly min: number; readonly max: number; readonly missing: "refuse" | "indicate" }
  | { readonly name: string; readonly type: "category"; readonly categories: number; readonly list: Digest };

/** One column of a feed. A `key` joins two feeds and goes no further. */
export interface SourceWords {
  readonly feed: "rows" | "transactions";
  readonly column: string;
  readonly holds: "number" | "words" | "key" | "time";
  /** Of numbers; otherwise null. */
  readonly unit: string | null;
}

export function schemaOf(recipe: Columns): Schema {
  return { recipe: recipeDigest(recipe), label: recipe.label ?? null, features: featuresOf(recipe).map(featureWords), sources: sourcesOf(recipe) };
}

/** The schema as JSON, for entries of the log. */
export function schemaJson({ recipe, label, features, sources }: Schema): { readonly [member: string]: Json } {
  const all = { features: features.map((feature) => ({ ...feature })), sources: sources.map((source) => ({ ...source })) };
  return { recipe, label: label === null ? null : { ...label }, ...all };
}

/** Every column of every feed, once, in the order the recipe names them; the label and what says consent are among them, a window is not. */
export function sourcesOf({ features, label, transactions, consent, open = [] }: Columns): readonly SourceWords[] {
  const windows = new Set((transactions?.windows ?? []).map(({ name }) => name));
  const rows = features.map(rowsSource).filter(({ column }) => !windows.has(column));
  const named = [...(label === undefined ? [] : [label.name]), ...(consent === undefined ? [] : [consent.column])];
  const labelled = [...named, ...open.map(({ name, source = name }) => source)].map((column): SourceWords => ({ feed: "rows", column, holds: "words", unit: null }));
  if (transactions === undefined) return once([...rows, ...labelled]);
  const { key, time, amount, unit, order } = transactions;
  return [
    ...once([...rows, ...labelled]),
    { feed: "rows", column: key, holds: "key", unit: null },
    { feed: "transactions", column: key, holds: "key", unit: null },
    { feed: "transactions", column: time, holds: "time", unit: null },
    { feed: "transactions", column: amount, holds: "number", unit },
    ...(order === undefined ? [] : [{ feed: "transactions", column: order, holds: "words", unit: null } as const]),
  ];
}

function rowsSource(feature: RecipeFeature): SourceWords {
  return { feed: "rows", ...sourceOf(feature) };
}

function once(sources: readonly SourceWords[]): readonly SourceWords[] {
  return sources.filter(({ column }, i) => sources.findIndex((other) => other.column === column) === i);
}

function featureWords(feature: Feature): FeatureWords {
  switch (feature.kind) {
    case "numeric": return { name: feature.name, type: "number", unit: feature.unit, min: feature.min, max: feature.max, missing: feature.missing ?? "refuse" };
    case "categorical": return { name: feature.name, type: "category", categories: feature.categories.length, list: jsonDigest([...feature.categories]) };
  }
}
