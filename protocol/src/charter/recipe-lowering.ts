import { z } from "zod";
import type { CategoricalFeature, Feature, NumericFeature } from "./features.js";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import { logOfOnePlus } from "../session/logarithm.js";
import { MISSING_WORD, NO_CHARACTER, OTHER_WORD } from "./missing-word.js";
import type { Columns, HashRecipe, LogRecipe, RecipeFeature, WindowRecipe } from "./recipe.js";

/** What model code sees of a recipe: one number or one word per feature, in charter order. */
export function featuresOf({ features }: Pick<Columns, "features">): readonly Feature[] {
  return features.map(featureOf);
}

export function featureOf(recipe: RecipeFeature): Feature {
  switch (recipe.kind) {
    case "numeric": return numeric(recipe, recipe);
    case "log": return numeric(recipe, logged(recipe));
    case "buckets": return words(recipe, intervalsOf(recipe.edges));
    case "categorical": return words(recipe, recipe.categories);
    case "hash": return words(recipe, bucketsOf(recipe));
    case "open": return words(recipe, recipe.reads.part === "character" ? [...recipe.reads.characters, NO_CHARACTER, OTHER_WORD] : [...recipe.reads.words, OTHER_WORD]);
  }
}

/** The column a feature takes its value from, what must be in it, and in which unit numbers are. A window can stand for a column. */
export function sourceOf(recipe: RecipeFeature): { readonly column: string; readonly holds: "number" | "words"; readonly unit: string | null } {
  const column = recipe.source ?? recipe.name;
  switch (recipe.kind) {
    case "numeric": case "log": case "buckets": return { column, holds: "number", unit: recipe.unit };
    case "categorical": case "hash": case "open": return { column, holds: "words", unit: null };
  }
}

/** The unit of a window's number. */
export function windowUnit({ measure }: WindowRecipe, transactions: { readonly unit: string }): string {
  switch (measure) {
    case "recency": return "days";
    case "frequency": return "purchases";
    case "monetary": return transactions.unit;
  }
}

/** SHA-256 of the recipe's canonical JSON. Two companies with one digest compute their columns in one way. */
export function recipeDigest({ features, label, transactions, consent }: Columns): Digest {
  const optional = {
    ...(label === undefined ? {} : { label }), ...(transactions === undefined ? {} : { transactions }), ...(consent === undefined ? {} : { consent }),
  };
  return jsonDigest(z.json().parse({ features, ...optional }));
}

/** Interval names, such as `[17, 25)`; the last one ends with its edge. */
export function intervalsOf(edges: readonly number[]): readonly string[] {
  return edges.slice(1).map((to, i) => `[${edges[i] ?? ""}, ${to}${i === edges.length - 2 ? "]" : ")"}`);
}

function numeric({ name, missing }: RecipeFeature, { unit, min, max }: Pick<NumericFeature, "unit" | "min" | "max">): NumericFeature {
  return { kind: "numeric", name, unit, min, max, ...(missing === "indicate" ? { missing } : {}) };
}

function logged({ unit, base, min, max }: LogRecipe): Pick<NumericFeature, "unit" | "min" | "max"> {
  return { unit: `${base === "e" ? "ln" : `log${base}`}(1 + ${unit})`, min: logOfOnePlus(min, base), max: logOfOnePlus(max, base) };
}

function words({ name, missing }: RecipeFeature, listed: readonly string[]): CategoricalFeature {
  return { kind: "categorical", name, categories: missing === "indicate" ? [...listed, MISSING_WORD] : listed };
}

function bucketsOf({ buckets }: HashRecipe): readonly string[] {
  return Array.from({ length: buckets }, (_, i) => `#${i}`);
}
