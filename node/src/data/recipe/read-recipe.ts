import { categoricalsOf, numericsOf } from "@cohortium/protocol/charter/features";
import { featuresOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { Columns } from "@cohortium/protocol/charter/recipe";
import { numbersOf, sqlName, textsOf, type FeedTable, type RowPlaces } from "../sql/feed-table.js";
import { localRows, type LocalRows } from "../local-rows.js";
import type { DataNote } from "../note.js";
import { DATA_PROBLEMS, fileProblem, type DataProblem } from "../problem.js";
import { bindRecipe, type BoundRecipe, type RecipeTables } from "./bind-recipe.js";
import { checkPurchases } from "./check-purchases.js";
import { putInOrder } from "./canonical-order.js";
import { compileRecipe, type CompiledRecipe } from "./compile-recipe.js";
import { repeatProblems, type UniqueColumn } from "./check-repeats.js";
import { linesOf } from "./lines.js";
import { REFUSED_NUMBER } from "./feature-sql.js";
import type { OwnWords } from "./own-words.js";
import { unpack } from "./packed-words.js";
import { keySql } from "../sql/column-values.js";

/** What the charter says of one party's rows, and what this node says of its own feeds. Malformed lines count where the charter counts rows. */
export interface RecipeTerms extends RowPlaces {
  readonly recipe: Columns;
  readonly rowsMin: number;
  readonly rowsMax: number;
  /** A column of the rows, as the feed calls it, whose values must not repeat; null if there is none. */
  readonly uniqueColumn: string | null;
  readonly words: OwnWords;
}

/** Either every value fits, or all that does not is listed; there is no partial import. */
export type RecipeRead =
  | { readonly kind: "rows"; readonly rows: LocalRows; readonly notes: readonly DataNote[] }
  | { readonly kind: "refused"; readonly problems: readonly DataProblem[] };

/** Executes a recipe over a company's feeds. Takes memory for the rows that enter the model, and for nothing else. */
export async function readRecipe(tables: RecipeTables, terms: RecipeTerms): Promise<RecipeRead> {
  const { rows } = tables;
  const bound = bindRecipe(terms.recipe, tables, terms.words);
  const counts = rowCountProblems(rows.rows, terms);
  // Of a table without the charter's columns, that is the news.
  if (rows.rows === 0) return { kind: "refused", problems: bound.problems.length > 0 ? bound.problems : counts };
  const compiled = compileRecipe(bound, terms.recipe, rows.relation);
  const purchases = bound.transactions === null ? { problems: [], notes: [] } : await checkPurchases(rows, bound.transactions);
  const repeats = await repeatProblems(rows, uniqueOf(rows, bound, terms), terms);
  const before = [...bound.problems, ...counts, ...purchases.problems];
  // Where something is wrong already nothing is kept, but all columns that are there are still looked at, so that all is said at once.
  const read = before.length + repeats.length + terms.malformedLines.length > 0 ? null : await streamRows(rows, compiled, terms);
  const faults = read?.faults === 0 ? [] : await diagnose(rows, compiled, terms);
  const problems = [...before, ...faults, ...repeats, ...changeProblems(rows, read, faults)];
  if (read === null || problems.length > 0) return { kind: "refused", problems };
  const notes = notesOf(compiled, read.noted);
  const empty = notes.filter(({ code, count }) => code === "DATA_ABSENT" && count === rows.rows);
  if (empty.length > 0) return { kind: "refused", problems: empty.map(({ column, rule, count }) => ({ ...fileProblem("DATA_NO_VALUES", rule, count), column })) };
  return { kind: "rows", rows: read.rows, notes: [...notes, ...purchases.notes] };
}

/** What must not repeat: what the configuration says, and the key that joins the feeds. */
function uniqueOf(rows: FeedTable, { transactions }: BoundRecipe, { uniqueColumn }: RecipeTerms): readonly UniqueColumn[] {
  const joining = transactions === null ? [] : [{ column: transactions.clause.key, sql: transactions.rowKey, joins: true }];
  if (uniqueColumn === null || joining.some(({ column }) => column === uniqueColumn)) return joining;
  const found = rows.columns.find(({ name }) => name === uniqueColumn);
  return [...joining, { column: uniqueColumn, sql: found === undefined ? null : keySql({ sql: sqlName(found.name), type: found.type }), joins: false }];
}

/** Two passes over a feed that does not stand still may see two feeds: other rows, or a fault that is gone when one looks for it. */
function changeProblems({ rows }: FeedTable, read: Streamed | null, faults: readonly DataProblem[]): readonly DataProblem[] {
  const isSteady = read === null || (read.given === rows && (read.faults === 0 || faults.length > 0));
  return isSteady ? [] : [fileProblem("DATA_CHANGING", "the same rows in every pass", read.given)];
}

interface Streamed {
  readonly rows: LocalRows;
  /** How many rows came. */
  readonly given: number;
  readonly faults: number;
  readonly noted: Float64Array;
}

async function streamRows(table: FeedTable, { rows: sql, packs, notes }: CompiledRecipe, { recipe, order }: RecipeTerms): Promise<Streamed> {
  const features = featuresOf(recipe);
  const numerics = numericsOf(features);
  const x = new Float64Array(numerics.length * table.rows);
  const categories = categoricalsOf(features).map(() => new Int32Array(table.rows));
  const y = new Uint8Array(table.rows);
  // Where nothing is predicted, every row has the same label, and nobody reads it.
  const words = recipe.label === undefined ? categories : [...categories, y];
  const noted = new Float64Array(notes.length);
  let [from, faults] = [0, 0];
  await table.stream(sql, (chunk) => {
    // More rows than there is room for are counted, and refused.
    if (from + chunk.rows > table.rows) return void (from += chunk.rows);
    numerics.forEach((_, k) => { faults += copyNumbers(numbersOf(chunk, `f${k}`), x, k * table.rows + from); });
    packs.forEach((pack, k) => { faults += unpack(numbersOf(chunk, `p${k}`), pack, words, from); });
    noted.forEach((count, n) => { noted[n] = count + sum(numbersOf(chunk, `n${n}`)); });
    from += chunk.rows;
  });
  if (order === "canonical" && faults === 0 && from === table.rows) putInOrder({ rows: table.rows, x, words });
  return { rows: localRows(x, categories, y), given: from, faults, noted };
}

/** @returns how many are refused. */
function copyNumbers(values: Float64Array, to: Float64Array, from: number): number {
  let faults = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? REFUSED_NUMBER;
    if (value === REFUSED_NUMBER) faults++;
    // Adding 0 turns -0 into 0, which would otherwise have another digest.
    to[from + i] = value + 0;
  }
  return faults;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Counts what is wrong, rule by rule, in a second pass that only a refusal pays for. */
async function diagnose(table: FeedTable, { diagnosis, problems }: CompiledRecipe, terms: RecipeTerms): Promise<readonly DataProblem[]> {
  const answer = await table.query(diagnosis);
  return problems.flatMap((rule, i) => {
    const count = numbersOf(answer, `c${i}`)[0] ?? 0;
    const isEmpty = numbersOf(answer, `a${i}`)[0] === table.rows;
    const code = isEmpty ? "DATA_NO_VALUES" : rule.code;
    const lines = isEmpty ? [] : linesOf(textsOf(answer, `r${i}`)[0] ?? "", terms);
    return count === 0 ? [] : [{ code, column: rule.column, rule: rule.rule, count, lines, fix: DATA_PROBLEMS[code].fix }];
  });
}

function notesOf({ notes }: CompiledRecipe, noted: Float64Array): readonly DataNote[] {
  return notes.flatMap(({ code, column, rule }, n) => (noted[n] === 0 ? [] : [{ code, column, rule, count: noted[n] ?? 0 }]));
}

function rowCountProblems(rows: number, { rowsMin, rowsMax, malformedLines }: RecipeTerms): readonly DataProblem[] {
  const all = rows + malformedLines.length;
  if (all === 0) return [fileProblem("DATA_EMPTY", "a header line, then one line per row with as many fields", 0)];
  return [
    ...(all > rowsMax ? [fileProblem("DATA_TOO_MANY_ROWS", `at most ${rowsMax} rows`, all)] : []),
    ...(rows < rowsMin ? [fileProblem("DATA_TOO_FEW_ROWS", `at least ${rowsMin} rows`, rows)] : []),
  ];
}
