import type { Recipe } from "@cohortium/protocol/session/recipe";
import { sourcesOf } from "@cohortium/protocol/session/schema";
import { readHeader } from "./csv-header.js";
import { ScanFailed, withEngine, type CsvEngine, type CsvFile, type CsvTable } from "./duckdb.js";
import { delimiterProblem, likelyDelimiter } from "./likely-delimiter.js";
import { fileProblem, HEADER_PROBLEMS, LINES_NAMED_MAX, type DataProblem, type DataProblemCode } from "./problem.js";
import { CHARTER_WORDS, type OwnWords } from "./recipe/own-words.js";
import { readRecipe, type RecipeRead } from "./recipe/read-recipe.js";

/** Where a node's rows lie. `keyColumn` names a column whose values must not repeat, or is `null`; keys are compared and forgotten. */
export interface RowSource extends CsvFile {
  readonly keyColumn: string | null;
}

/** Everything of a company that one question needs. */
export interface RowSources {
  readonly rows: RowSource;
  readonly transactions: CsvFile | null;
  readonly words: OwnWords;
}

/** What the charter says of one party's rows. */
export interface RowTerms {
  readonly recipe: Recipe;
  readonly rowsMin: number;
  readonly rowsMax: number;
}

/** Either every value fits, or all that does not is listed; there is no partial import. */
export type Import = RecipeRead;

/** Reads one plain file, whose columns are called as the charter calls them. */
export function importRows(rows: RowSource, terms: RowTerms): Promise<Import> {
  return importFrom({ rows, transactions: null, words: CHARTER_WORDS }, terms);
}

/** Executes the charter's recipe over files. Takes memory for at most `rowsMax` rows. */
export async function importFrom(sources: RowSources, terms: RowTerms): Promise<Import> {
  try {
    return await withEngine((engine) => importWith(engine, sources, terms));
  } catch (error) {
    if (error instanceof ScanFailed) return refused("DATA_MALFORMED");
    throw error;
  }
}

async function importWith(engine: CsvEngine, { rows, transactions, words }: RowSources, { recipe, rowsMin, rowsMax }: RowTerms): Promise<Import> {
  const wanted = (feed: "rows" | "transactions") => sourcesOf(recipe).filter((source) => source.feed === feed).map((source) => words.columnOf(source));
  const opened = await openCsv(engine, rows, [...wanted("rows"), ...(rows.keyColumn === null ? [] : [rows.keyColumn])]);
  const purchases = transactions === null || recipe.transactions === undefined ? null : await openCsv(engine, transactions, wanted("transactions"));
  if (opened.kind === "refused") return opened;
  if (purchases?.kind === "refused") return purchases;
  const malformed = [...malformedProblem(opened.table, TABLE_RULE), ...(purchases === null ? [] : malformedProblem(purchases.table, `among the purchases, ${TABLE_RULE}`))];
  const terms = { recipe, rowsMin, rowsMax, uniqueColumn: rows.keyColumn, words, order: "own", malformedLines: opened.table.malformedLines } as const;
  const read = await readRecipe({ rows: opened.table, transactions: purchases?.table ?? null }, terms);
  return malformed.length === 0 ? read : { kind: "refused", problems: inOrder(read, malformed) };
}

type Opened = { readonly kind: "table"; readonly table: CsvTable } | { readonly kind: "refused"; readonly problems: readonly DataProblem[] };

const TABLE_RULE = "a header line, then one line per row with as many fields";

async function openCsv(engine: CsvEngine, file: CsvFile, wanted: readonly string[]): Promise<Opened> {
  const header = await readHeader(file);
  if (header.kind !== "names") return refused(HEADER_PROBLEMS[header.kind]);
  const { names } = header;
  const divider = wanted.every((name) => names.includes(name)) ? null : likelyDelimiter(names);
  if (divider !== null) return { kind: "refused", problems: [delimiterProblem(divider)] };
  return { kind: "table", table: await engine.csv(file, names, new Set(wanted)) };
}

function refused(code: DataProblemCode): { readonly kind: "refused"; readonly problems: readonly DataProblem[] } {
  return { kind: "refused", problems: [fileProblem(code, TABLE_RULE, 0)] };
}

function malformedProblem({ malformedLines }: CsvTable, rule: string): readonly DataProblem[] {
  return malformedLines.length === 0 ? [] : [{ ...fileProblem("DATA_MALFORMED", rule, malformedLines.length), lines: malformedLines.slice(0, LINES_NAMED_MAX) }];
}

/** Lines that are none come after columns that are none, and before what is wrong with values. */
function inOrder(read: RecipeRead, malformed: readonly DataProblem[]): readonly DataProblem[] {
  const others = read.kind === "refused" ? read.problems : [];
  const isAbsence = ({ code }: DataProblem) => code === "DATA_COLUMN_MISSING";
  return [...others.filter(isAbsence), ...malformed, ...others.filter((problem) => !isAbsence(problem))];
}
