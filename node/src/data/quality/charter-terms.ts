import { sourceOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { Columns, RecipeFeature } from "@cohortium/protocol/charter/recipe";
import { sourcesOf, type SourceWords } from "@cohortium/protocol/charter/columns-schema";
import type { Label } from "@cohortium/protocol/charter/features";
import type { OwnWords } from "../recipe/own-words.js";
import type { AskedColumn, AskedKind, GateTerms } from "./terms.js";

/** What a charter asks of one company's rows. */
export interface CharterAsks {
  readonly recipe: Columns;
  /** Where in the charter the recipe stands, as in `questions.0`. */
  readonly at: string;
  readonly rowsMin: number;
  readonly rowsMax: number;
}

/** The charter's rules on the rows, in the company's own words for its columns. Columns that a second feed makes are not among the rows'. */
export function charterTerms({ recipe, at, rowsMin, rowsMax }: CharterAsks, words: OwnWords, keyColumn: string | null): GateTerms {
  const windows = new Set((recipe.transactions?.windows ?? []).map(({ name }) => name));
  const columns = recipe.features.flatMap((feature, i): readonly AskedColumn[] => {
    const { column, holds, unit } = sourceOf(feature);
    if (windows.has(column)) return [];
    return [{ name: words.columnOf({ feed: "rows", column, holds, unit }), at: `${at}.features.${i}`, kind: kindOf(feature) }];
  });
  return { columns, label: recipe.label === undefined ? null : labelTerms(recipe.label, at, words), rowsMin, rowsMax, keyColumn };
}

function labelTerms({ name, positive, negative }: Label, at: string, words: OwnWords): GateTerms["label"] {
  return { name: words.columnOf({ feed: "rows", column: name, holds: "words", unit: null }), positive, negative, at: `${at}.label` };
}

/** The charter's name of each column of the rows that it uses, by the company's own. */
export function charterNames(recipe: Columns, words: OwnWords): ReadonlyMap<string, string> {
  return new Map(rowSources(recipe).map((source) => [words.columnOf(source), source.column]));
}

function rowSources(recipe: Columns): readonly SourceWords[] {
  return sourcesOf(recipe).filter(({ feed, holds }) => feed === "rows" && holds !== "key");
}

function kindOf(feature: RecipeFeature): AskedKind {
  const mayBeNull = feature.missing === "indicate";
  switch (feature.kind) {
    case "numeric": case "log": return { kind: "numeric", ...(feature.outside === "clip" ? NO_BOUNDS : { min: feature.min, max: feature.max }), mayBeNull };
    case "buckets": return { kind: "numeric", ...(feature.outside === "clip" ? NO_BOUNDS : { min: feature.edges[0] ?? null, max: feature.edges.at(-1) ?? null }), mayBeNull };
    case "categorical": return { kind: "categorical", categories: feature.categories, isOpen: feature.otherwise !== undefined, mayBeNull };
    case "hash": return { kind: "words", mayBeNull };
    case "open": return { kind: "words", mayBeNull: true };
  }
}

const NO_BOUNDS = { min: null, max: null };
