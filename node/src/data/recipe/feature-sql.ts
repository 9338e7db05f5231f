import { logOfOnePlus } from "@cohortium/protocol/session/logarithm";
import type { CategoricalRecipe, HashRecipe, OpenRecipe, RecipeFeature } from "@cohortium/protocol/charter/recipe";
import { sqlNumber, sqlText } from "../sql/feed-table.js";
import type { DataNoteCode } from "../note.js";
import type { DataProblemCode } from "../problem.js";
import { placeSql } from "../sql/column-values.js";

/** What a feature is computed from: a number, and whether there is a value at all; or a word. All are SQL over the prepared rows. */
export type Input =
  | { readonly kind: "number"; readonly value: string; readonly there: string }
  | { readonly kind: "word"; readonly word: string };

/** A rule that a row can break, or that changes its value. `when` is SQL that is true for such a row and never null. */
export interface RowRule<Code> {
  readonly code: Code;
  readonly when: string;
  /** In the charter's words. */
  readonly rule: string;
}

/** What stands for a number that is refused; no charter's bounds reach so far. */
export const REFUSED_NUMBER = 1e300;
/** What stands for a word that is refused. */
export const REFUSED_WORD = -1;

/**
 * One feature as SQL. `value` is a DOUBLE: the number, null where it is absent, `REFUSED_NUMBER` where it is refused; or the place of the word,
 * `REFUSED_WORD` where it is refused. Which rule was broken is not asked before one was.
 */
export interface FeatureSql {
  readonly value: string;
  /** True, and never null, where the feed has no value. */
  readonly absent: string;
  readonly problems: readonly RowRule<DataProblemCode>[];
  readonly notes: readonly RowRule<DataNoteCode>[];
}

/** SQL for one feature. @throws RangeError if the input is of the wrong kind, which `bind-recipe.ts` has refused. */
export function featureSql(feature: RecipeFeature, input: Input): FeatureSql {
  switch (feature.kind) {
    case "numeric": return numberSql({ feature, bounds: feature, ...numberIn(input) }, (value) => value);
    case "log": return numberSql({ feature, bounds: feature, ...numberIn(input) }, (value) => logSql(feature, value));
    case "buckets": return bucketSql(feature, numberIn(input));
    case "categorical": return categorySql(feature, wordIn(input));
    case "hash": return hashSql(feature, wordIn(input));
    case "open": return openSql(feature, wordIn(input));
  }
}

type NumberInput = Extract<Input, { kind: "number" }>;

interface Measured {
  readonly feature: Exclude<RecipeFeature, CategoricalRecipe | HashRecipe | OpenRecipe>;
  readonly bounds: { readonly min: number; readonly max: number };
  readonly value: string;
  readonly there: string;
}

function numberSql({ feature, bounds: { min, max }, value, there }: Measured, then: (value: string) => string): FeatureSql {
  const [least, most] = [sqlNumber(min), sqlNumber(max)];
  const outside = `coalesce(${value} < ${least} OR ${value} > ${most}, false)`;
  const rule = `${min} to ${max} ${feature.unit}`;
  const indicated = feature.missing === "indicate";
  const unreadable = `(${value} IS NULL${indicated ? ` AND ${there}` : ""})`;
  const clipped = feature.outside === "clip";
  const refused = feature.kind === "buckets" ? REFUSED_WORD : sqlNumber(REFUSED_NUMBER);
  const valueSql = (): string => {
    // The engine's `greatest` passes over null, which would make a bound of an absent value.
    const fits = clipped ? `${value} IS NOT NULL` : `${value} BETWEEN ${least} AND ${most}`;
    const taken = `CASE WHEN ${fits} THEN ${then(clipped ? `greatest(${least}, least(${most}, ${value}))` : value)} ELSE ${refused} END`;
    if (!indicated) return taken;
    return `CASE WHEN ${there} THEN ${taken} ELSE ${feature.kind === "buckets" ? feature.edges.length - 1 : "NULL"} END`;
  };
  return {
    value: valueSql(),
    absent: `NOT ${there}`,
    problems: [
      { code: "DATA_NOT_A_NUMBER", when: unreadable, rule },
      ...(clipped ? [] : [{ code: "DATA_OUT_OF_BOUNDS", when: outside, rule } as const]),
    ],
    notes: [
      ...(clipped ? [{ code: "DATA_CLIPPED", when: outside, rule } as const] : []),
      ...(indicated ? [{ code: "DATA_ABSENT", when: `NOT ${there}`, rule } as const] : []),
    ],
  };
}

/** Kept within the logarithms of the bounds: the engine's last bit may differ from ours. */
function logSql({ base, min, max }: Extract<RecipeFeature, { kind: "log" }>, value: string): string {
  const [least, most] = [sqlNumber(logOfOnePlus(min, base)), sqlNumber(logOfOnePlus(max, base))];
  const ln = `ln(1 + ${value})`;
  const scaled = base === "e" ? ln : `${ln} / ${sqlNumber(base === 2 ? Math.LN2 : Math.LN10)}`;
  return `greatest(${least}, least(${most}, ${scaled}))`;
}

function bucketSql(feature: Extract<RecipeFeature, { kind: "buckets" }>, input: NumberInput): FeatureSql {
  const { edges } = feature;
  const bounds = { min: edges[0] ?? Number.NaN, max: edges.at(-1) ?? Number.NaN };
  const inner = edges.slice(1, -1);
  return numberSql({ feature, bounds, ...input }, (value) => `CAST(${inner.map((edge) => `CAST(${value} >= ${sqlNumber(edge)} AS INTEGER)`).join(" + ")} AS DOUBLE)`);
}

function categorySql({ categories, otherwise, missing }: CategoricalRecipe, word: string): FeatureSql {
  const rule = `one of ${categories.join(", ")}`;
  const indicated = missing === "indicate";
  const place = placeSql(word, categories);
  const listed = indicated ? `CASE WHEN ${word} IS NULL THEN ${categories.length} ELSE ${place} END` : place;
  const unlisted = `(${indicated ? `${word} IS NOT NULL AND ` : ""}${place} IS NULL)`;
  const stand = otherwise === undefined ? REFUSED_WORD : categories.indexOf(otherwise);
  return {
    value: `coalesce(${listed}, ${stand})`,
    absent: `${word} IS NULL`,
    problems: otherwise === undefined ? [{ code: "DATA_UNKNOWN_CATEGORY", when: unlisted, rule }] : [],
    notes: [
      ...(otherwise === undefined ? [] : [{ code: "DATA_OTHERWISE", when: unlisted, rule: `${rule}; any other counts as ${otherwise}` } as const]),
      ...(indicated ? [{ code: "DATA_ABSENT", when: `${word} IS NULL`, rule } as const] : []),
    ],
  };
}

/** 48 bits of SHA-256, modulo the buckets: the same at every company, which DuckDB's own hash is not from one version to the next. */
function hashSql({ buckets, salt, missing }: HashRecipe, word: string): FeatureSql {
  const place = `CAST(CAST('0x' || left(sha256(${sqlText(`${salt}\n`)} || ${word}), 12) AS BIGINT) % ${buckets} AS DOUBLE)`;
  const rule = "a word";
  const indicated = missing === "indicate";
  return {
    value: `CASE WHEN ${word} IS NULL THEN ${indicated ? buckets : REFUSED_WORD} ELSE ${place} END`,
    absent: `${word} IS NULL`,
    problems: indicated ? [] : [{ code: "DATA_UNKNOWN_CATEGORY", when: `(${word} IS NULL)`, rule }],
    notes: indicated ? [{ code: "DATA_ABSENT", when: `${word} IS NULL`, rule }] : [],
  };
}

/** Nothing is refused: what was not asked for has a place of its own, and so has a word that ends earlier; an absent one ends at once. */
function openSql({ letters, length, reads }: OpenRecipe, word: string): FeatureSql {
  const written = `nfc_normalize(trim(${word}))`;
  // Cut inside two words, a space would be left that nobody sees.
  const cut = `rtrim(left(${letters === "lower" ? `lower(${written})` : written}, ${length}))`;
  // One absent word is told once, and not once a character.
  const isFirst = reads.part === "word" || reads.place === 1;
  const value = reads.part === "word" ? `coalesce(${placeSql(cut, reads.words)}, ${reads.words.length})`
    : `CASE WHEN ${word} IS NULL OR length(${cut}) < ${reads.place} THEN ${reads.characters.length} `
      + `ELSE coalesce(${placeSql(`substring(${cut}, ${reads.place}, 1)`, reads.characters)}, ${reads.characters.length + 1}) END`;
  return { value: `CAST(${value} AS DOUBLE)`, absent: `${word} IS NULL`, problems: [], notes: isFirst ? [{ code: "DATA_ABSENT", when: `${word} IS NULL`, rule: "a word" }] : [] };
}

function numberIn(input: Input): NumberInput {
  if (input.kind !== "number") throw new RangeError("a number is computed from a number");
  return input;
}

function wordIn(input: Input): string {
  if (input.kind !== "word") throw new RangeError("a word is computed from a word");
  return input.word;
}
