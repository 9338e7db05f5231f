import type { OpenRecipe, RecipeFeature } from "../charter/recipe.js";
import type { OpenDimension, StatisticsClause } from "../charter/statistics-clause.js";
import type { Query } from "./query.js";

/**
 * The clause as one question reads it. Of an open dimension that the question names, the plan has columns of a closed list: for `words` one for each
 * place of a character, for `categories` one of the words that are asked for. Of any other nothing is read.
 */
export function clauseFor(clause: StatisticsClause, query: Query): StatisticsClause {
  if (clause.open === undefined) return clause;
  const { open, ...rest } = clause;
  return { ...rest, features: [...rest.features, ...open.flatMap((dimension) => columnsFor(dimension, query))] };
}

/** The open dimension of this name. */
export function openDimension({ open }: Pick<StatisticsClause, "open">, name: string): OpenDimension | undefined {
  return open?.find((dimension) => dimension.name === name);
}

/** The plan's column of the character at a place, counted from 1. No charter's column has an equals sign in its name. */
export function characterColumn(dimension: string, place: number): string {
  return `${dimension}=${place}`;
}

/** Each character once, as rows are read. */
export function charactersOf({ characters }: Pick<OpenDimension, "characters">): readonly string[] {
  return [...characters];
}

function columnsFor(dimension: OpenDimension, query: Query): readonly RecipeFeature[] {
  if ((query.kind !== "words" && query.kind !== "categories") || query.dimension !== dimension.name) return [];
  const { name, source = name, letters } = dimension;
  const column: Omit<OpenRecipe, "reads" | "length"> = { kind: "open", name, source, letters };
  if (query.kind === "categories") {
    // Without a length there is a problem to be told, and only that one.
    const { words, length = dimension.lengthMax } = query;
    return words === undefined ? [] : [{ ...column, length, reads: { part: "word", words } }];
  }
  const characters = charactersOf(dimension);
  return Array.from({ length: query.length }, (_, i) => (
    { ...column, name: characterColumn(name, i + 1), length: query.length, reads: { part: "character", place: i + 1, characters } }
  ));
}
