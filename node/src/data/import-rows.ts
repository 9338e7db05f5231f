import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Columns } from "@cohortium/protocol/charter/recipe";
import { sourcesOf } from "@cohortium/protocol/charter/columns-schema";
import { readHeader } from "./csv-header.js";
import type { CsvFile } from "./sql/duckdb.js";
import type { PlainSource, Readable } from "./feeds/feed.js";
import type { DigestedFeed, FeedTable } from "./sql/feed-table.js";
import type { Consent } from "./feeds/left-out.js";
import { withFeeds, type FeedSettings } from "./feeds/with-feed.js";
import { delimiterProblem, likelyDelimiter } from "./likely-delimiter.js";
import { DATA_PROBLEMS, fileProblem, HEADER_PROBLEMS, LINES_NAMED_MAX, type DataProblem } from "./problem.js";
import { leftOutNotes } from "./note.js";
import { CHARTER_WORDS, type OwnWords } from "./recipe/own-words.js";
import { purchase } from "./recipe/bind-recipe.js";
import { withSubjects } from "./subjects-of.js";
import { readRecipe, type RecipeRead } from "./recipe/read-recipe.js";

/** Where a node's rows lie. `keyColumn` names a column whose values must not repeat, or is `null`; keys are compared and forgotten. */
export interface RowSource extends CsvFile {
  readonly keyColumn: string | null;
}

/** Everything of a company that one question needs. */
export interface RowSources {
  /** Looked up anew each time: a feed may be added while the node runs. @throws Refusal CONFIG_… */
  open(): { readonly rows: Readable; readonly transactions: Readable | null };
  readonly keyColumn: string | null;
  readonly words: OwnWords;
  readonly settings: FeedSettings;
  /** Which rows may take part, as the node's own settings say. */
  readonly consents?: readonly Consent[];
  /** The rows are a file that all companies share. */
  readonly isCommon?: boolean;
}

/** What the charter says of one party's rows. */
export interface RowTerms {
  readonly recipe: Columns;
  readonly rowsMin: number;
  readonly rowsMax: number;
}

/** Either every value fits, or all that does not is listed; there is no partial import. */
export type Import = RecipeRead;

/** The same, with what was judged of the table the rows were read from. */
export type Judged<T> = (Extract<Import, { readonly kind: "rows" }> & { readonly judged: T }) | Extract<Import, { readonly kind: "refused" }>;

/** For rows that no node answers for, such as an example's. */
export const NO_NODE: FeedSettings = { scratch: join(tmpdir(), `cohortium-${userInfo().username}`), memoryMaxMiB: 4_096, threads: 2, environment: {}, onProgress: () => undefined };

/** A file under its header, as text. */
export function plainFeed(name: string, { path, delimiter, quote }: CsvFile): Readable {
  return { name, source: { kind: "plain", path, delimiter, quote }, types: {} };
}

/** Reads one plain file that is no node's own, whose columns are called as the charter calls them. */
export function importRows(rows: RowSource, terms: RowTerms, settings: FeedSettings = NO_NODE): Promise<Import> {
  const sources = { open: () => ({ rows: plainFeed("rows", rows), transactions: null }), keyColumn: rows.keyColumn, words: CHARTER_WORDS, settings, isCommon: true };
  return importFrom(sources, terms, () => Promise.resolve(null));
}

/**
 * Executes the charter's recipe over a company's feeds, and lets `judge` look at the very same table: each feed is read into the engine once, so what
 * was judged is what is trained on, whatever becomes of the source meanwhile. `judge` is only asked where every value fits.
 *
 * Takes memory for at most `rowsMax` rows. What keeps a feed from being opened is told as a problem of the rows.
 */
export async function importFrom<T>(sources: RowSources, terms: RowTerms, judge: (rows: FeedTable) => Promise<T>): Promise<Judged<T>> {
  let isPlain = false;
  try {
    const { rows, transactions } = subjectsNamed(sources, terms);
    const asked = transactions === null || terms.recipe.transactions === undefined ? [rows] : [rows, transactions];
    isPlain = asked.every(({ source }) => source.kind === "plain");
    const headers = await headerProblems(asked, sources, terms);
    if (headers.length > 0) return { kind: "refused", problems: headers };
    return await withFeeds(asked, sources.settings, ([own, purchases]) => {
      if (own === undefined) throw new Error("unreachable: as many tables as feeds");
      return importWith({ rows: own, transactions: purchases ?? null }, sources, { ...terms, judge });
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: "refused", problems: [problemOf(error, isPlain)] };
  }
}

function subjectsNamed({ open, keyColumn, words, consents = [], isCommon = false }: RowSources, { recipe }: RowTerms): ReturnType<RowSources["open"]> {
  const { rows, transactions } = open();
  if (isCommon) return { rows: { ...rows, subjects: { kind: "common" } }, transactions };
  return withSubjects({ rows, transactions }, { keyColumn, words, purchases: recipe.transactions ?? null, consents });
}

interface Tables {
  readonly rows: DigestedFeed;
  readonly transactions: DigestedFeed | null;
}

interface JudgedTerms<T> extends RowTerms {
  judge(rows: FeedTable): Promise<T>;
}

async function importWith<T>({ rows, transactions }: Tables, { keyColumn, words }: RowSources, { judge, ...terms }: JudgedTerms<T>): Promise<Judged<T>> {
  const lines = transactions?.places.malformedLines ?? [];
  const malformed = [...malformedProblem(rows.places.malformedLines, TABLE_RULE), ...malformedProblem(lines, `among the purchases, ${TABLE_RULE}`)];
  const read = await readRecipe({ rows, transactions }, { ...terms, ...rows.places, uniqueColumn: keyColumn, words });
  if (read.kind === "refused" || malformed.length > 0) return { kind: "refused", problems: inOrder(read, malformed) };
  const left = [...leftOutNotes(rows.leftOut, (column) => column), ...leftOutNotes(transactions?.leftOut ?? [], purchase)];
  return { ...read, notes: [...left, ...read.notes], judged: await judge(rows) };
}

const TABLE_RULE = "a header line, then one line per row with as many fields";

/** What a plain file's first line tells, before a row is read: that there is none, or that it is divided by another character. */
async function headerProblems([rows, purchases]: readonly Readable[], { keyColumn, words }: RowSources, { recipe }: RowTerms): Promise<readonly DataProblem[]> {
  const wanted = (feed: "rows" | "transactions") => sourcesOf(recipe).filter((source) => source.feed === feed).map((source) => words.columnOf(source));
  const own = rows?.source.kind === "plain" ? await headerProblem(rows.source, [...wanted("rows"), ...(keyColumn === null ? [] : [keyColumn])]) : [];
  return own.length > 0 || purchases?.source.kind !== "plain" ? own : headerProblem(purchases.source, wanted("transactions"));
}

async function headerProblem(file: PlainSource, wanted: readonly string[]): Promise<readonly DataProblem[]> {
  const header = await readHeader(file);
  if (header.kind !== "names") return [fileProblem(HEADER_PROBLEMS[header.kind], TABLE_RULE, 0)];
  const divider = wanted.every((name) => header.names.includes(name)) ? null : likelyDelimiter(header.names);
  return divider === null ? [] : [delimiterProblem(divider)];
}

/** What keeps a feed from being opened, in the words of plain files where it is one. */
function problemOf({ code, title, detail, fix }: Refusal, isPlain: boolean): DataProblem {
  if (code === "DATA_CHANGED") return fileProblem("DATA_CHANGING", "the same rows while they are read", 1);
  if (isPlain && (code === "DATA_MALFORMED" || code === "DATA_ENCODING" || code === "DATA_LINE_ENDS" || code === "DATA_FILE_MISSING")) return fileProblem(code, TABLE_RULE, 0);
  return { ...fileProblem("DATA_FEED", `${title}: ${detail}`, 1), fix: fix ?? DATA_PROBLEMS.DATA_FEED.fix };
}

function malformedProblem(lines: readonly number[], rule: string): readonly DataProblem[] {
  return lines.length === 0 ? [] : [{ ...fileProblem("DATA_MALFORMED", rule, lines.length), lines: lines.slice(0, LINES_NAMED_MAX) }];
}

/** Lines that are none come after columns that are none, and before what is wrong with values. */
function inOrder(read: RecipeRead, malformed: readonly DataProblem[]): readonly DataProblem[] {
  const others = read.kind === "refused" ? read.problems : [];
  const isAbsence = ({ code }: DataProblem) => code === "DATA_COLUMN_MISSING";
  return [...others.filter(isAbsence), ...malformed, ...others.filter((problem) => !isAbsence(problem))];
}
