import { featureOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { Columns, RecipeFeature } from "@cohortium/protocol/charter/recipe";
import type { DataNoteCode } from "../note.js";
import { LINES_NAMED_MAX, type DataProblemCode } from "../problem.js";
import type { BoundFeature, BoundRecipe } from "./bind-recipe.js";
import { featureSql, REFUSED_WORD, type FeatureSql, type Input, type RowRule } from "./feature-sql.js";
import { packed, type Pack } from "./packed-words.js";
import { placeSql } from "../sql/column-values.js";
import { joinSql, windowInput, windowsSql } from "./windows-sql.js";

/** A rule about one column, in the words of the charter. `absent` is SQL that is true where the column has no value. */
export interface ColumnRule<Code> extends RowRule<Code> {
  readonly column: string;
  readonly absent: string;
}

/** A recipe as SQL over the rows of one feed. */
export interface CompiledRecipe {
  /** One row per row, in their order: `f0` … the numbers as `FeatureSql.value` with NaN for null; `p0` … as `packs` says; `n0` … 1 where a note applies. */
  readonly rows: string;
  /** How the places of the words, in the order of the features, and of the label after them if there is one, travel. */
  readonly packs: readonly Pack[];
  readonly problems: readonly ColumnRule<DataProblemCode>[];
  readonly notes: readonly ColumnRule<DataNoteCode>[];
  /**
   * One row: `c0` … how many rows break a rule, `r0` … the first of them, counted from 1, with spaces between; `a0` … in how many the column of
   * that rule has no value. Only worth its time after a fault.
   */
  readonly diagnosis: string;
}

/**
 * One SELECT per recipe. Features whose column was not found are left out: what is wrong with the others is still told.
 *
 * Problems come in the order numbers, words, label, as the rows are kept.
 */
export function compileRecipe(bound: BoundRecipe, { label }: Pick<Columns, "label">, relation: string): CompiledRecipe {
  const inputs = bound.features.flatMap((one, i): readonly PreparedFeature[] => {
    const input = inputOf(one, i);
    return input === null ? [] : [{ ...input, ...one, i, sql: featureSql(one.feature, input.input) }];
  });
  const listed = label === undefined ? [] : [label.negative, label.positive];
  const place = bound.label === null || bound.label.word === null ? null : placeSql("y", listed);
  const problems = [
    ...sortedByKind(inputs).flatMap(({ column, sql }) => sql.problems.map((rule) => ({ ...rule, column, absent: sql.absent }))),
    ...(place === null ? [] : [{ code: "DATA_WRONG_LABEL", column: bound.label?.column ?? "", when: `(${place} IS NULL)`, rule: `one of ${listed.join(", ")}`, absent: "y IS NULL" } as const]),
  ];
  const notes = inputs.flatMap(({ column, sql }) => sql.notes.map((rule) => ({ ...rule, column, absent: sql.absent })));
  const prepared = preparedSql(bound, inputs, relation);
  const numbers = inputs.filter(isNumber);
  const places = inputs.filter((input) => !isNumber(input)).map(({ feature, sql }) => ({ sql: `coalesce(${sql.value}, ${REFUSED_WORD})`, places: placesOf(feature) }));
  const packs = packed([...places, ...(label === undefined ? [] : [{ sql: `coalesce(${place ?? "NULL"}, ${REFUSED_WORD})`, places: 2 }])]);
  const columns = [
    ...numbers.map(({ sql }, k) => `CAST(coalesce(${sql.value}, ${NAN}) AS DOUBLE) AS f${k}`), ...packs.map(({ sql }, k) => `${sql} AS p${k}`),
    ...notes.map(({ when }, n) => `CAST(CAST(${when} AS INTEGER) AS DOUBLE) AS n${n}`),
  ];
  return {
    rows: `${prepared.with}SELECT ${columns.join(", ")} FROM (${prepared.select}) AS prepared${prepared.isOrdered ? " ORDER BY seq" : ""}`,
    packs, problems: once(problems), notes, diagnosis: diagnosisSql(prepared, once(problems)),
  };
}

/** Instead of null, so that a column of doubles is one stretch of memory. */
const NAN = "CAST('nan' AS DOUBLE)";

interface PreparedFeature extends BoundFeature {
  readonly i: number;
  readonly input: Input;
  /** Columns of the prepared rows. */
  readonly columns: readonly string[];
  readonly sql: FeatureSql;
}

function inputOf({ from, feature }: BoundFeature, i: number): { readonly input: Input; readonly columns: readonly string[] } | null {
  if (from === null) return null;
  const isWord = feature.kind === "categorical" || feature.kind === "hash" || feature.kind === "open";
  if (from.kind === "column" && isWord) return { input: { kind: "word", word: `w${i}` }, columns: [`${from.sql} AS w${i}`] };
  const { value, there } = from.kind === "window" ? windowInput(from.window) : { value: from.sql, there: from.there };
  return { input: { kind: "number", value: `v${i}`, there: `t${i}` }, columns: [`${value} AS v${i}`, `${there} AS t${i}`] };
}

interface Prepared {
  readonly with: string;
  readonly select: string;
  /** The rows have a column `seq` to order by. */
  readonly isOrdered: boolean;
}

/** Every source read once, under a short name. A join may change the order of rows, so their places are kept. */
function preparedSql({ label, transactions, features }: BoundRecipe, inputs: readonly PreparedFeature[], relation: string): Prepared {
  const windows = features.flatMap(({ from }) => (from?.kind === "window" ? [from.window] : []));
  const joins = transactions !== null && windows.length > 0;
  const place = joins ? ["row_number() OVER () AS seq"] : [];
  const own = inputs.filter(({ from }) => from?.kind === "column").flatMap(({ columns }) => columns);
  // Only names of ours reach the outer query: a feed may have a column of any name.
  const rows = ["1 AS one", ...place, ...own, ...(label === null || label.word === null ? [] : [`${label.word} AS y`])];
  if (!joins) return { with: "", select: `SELECT ${rows.join(", ")} FROM ${relation}`, isOrdered: false };
  const bought = inputs.filter(({ from }) => from?.kind === "window").flatMap(({ columns }) => columns);
  const from = `(SELECT ${[...rows, `${transactions.rowKey} AS own_key`].join(", ")} FROM ${relation}) AS feed ${joinSql("feed.own_key")}`;
  return { with: `WITH ${windowsSql(transactions, [...new Set(windows)])} `, select: `SELECT ${["feed.*", ...bought].join(", ")} FROM ${from}`, isOrdered: true };
}

function diagnosisSql({ with: before, select, isOrdered }: Prepared, problems: readonly ColumnRule<DataProblemCode>[]): string {
  const place = isOrdered ? "seq" : "row_number() OVER ()";
  const counts = problems.flatMap(({ when, absent }, i) => [
    `CAST(count(*) FILTER (WHERE ${absent}) AS DOUBLE) AS a${i}`,
    `CAST(count(*) FILTER (WHERE ${when}) AS DOUBLE) AS c${i}`,
    `coalesce(array_to_string(min(place, ${LINES_NAMED_MAX}) FILTER (WHERE ${when}), ' '), '') AS r${i}`,
  ]);
  return `${before}SELECT ${["1 AS one", ...counts].join(", ")} FROM (SELECT ${place} AS place, * FROM (${select}) AS prepared) AS placed`;
}

function isNumber({ feature }: PreparedFeature): boolean {
  return featureOf(feature).kind === "numeric";
}

function placesOf(feature: RecipeFeature): number {
  const lowered = featureOf(feature);
  return lowered.kind === "categorical" ? lowered.categories.length : 0;
}

function sortedByKind(inputs: readonly PreparedFeature[]): readonly PreparedFeature[] {
  return [...inputs.filter(isNumber), ...inputs.filter((input) => !isNumber(input))];
}

/** Two features of one source may ask the same of it. */
function once<Code extends string>(rules: readonly ColumnRule<Code>[]): readonly ColumnRule<Code>[] {
  return rules.filter(({ code, column, rule }, i) => rules.findIndex((other) => other.code === code && other.column === column && other.rule === rule) === i);
}
