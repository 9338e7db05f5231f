import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Charter, PropensityQuestion } from "@cohortium/protocol/charter/charter";
import { columnsIn } from "@cohortium/protocol/charter/columns";
import type { Columns } from "@cohortium/protocol/charter/recipe";
import { sourcesOf } from "@cohortium/protocol/charter/columns-schema";
import { readHeader } from "../data/csv-header.js";
import type { CsvFile } from "../data/sql/duckdb.js";
import type { Readable } from "../data/feeds/feed.js";
import { columnNames, type FeedSettings } from "../data/feeds/with-feed.js";
import { otherThanAgreed } from "../data/holdout.js";
import { delimiterProblem, likelyDelimiter } from "../data/likely-delimiter.js";
import { explainProblem, fileProblem, HEADER_PROBLEMS, type DataProblem } from "../data/problem.js";
import { CHARTER_WORDS, type OwnWords } from "../data/recipe/own-words.js";
import { NO_FILE, type Feed, type FeedFile, type NamedFeeds } from "./session-rows.js";

/** Why a training or a question of statistics under a charter would refuse one of this node's files. `says` holds no name and no value from the file. */
export interface FitProblem extends FeedFile {
  readonly code: string;
  readonly says: string;
}

/**
 * What can be told without reading rows: that files and feeds can be opened, have the charter's columns, and the common held-out file is the one
 * agreed on. Empty promises no more than that: whether each row fits, a session says.
 */
export async function fitOf(feed: Feed, charter: Charter): Promise<readonly FitProblem[]> {
  const held = await Promise.all(charter.questions.map((question) => holdoutFit(feed, question)));
  return [...await rowsFit(feed, columnsIn(charter)), ...held.flat()];
}

async function rowsFit(feed: Feed, recipes: readonly Columns[]): Promise<readonly FitProblem[]> {
  const { rows, words, named } = feed;
  if (named !== null) return namedFit(feed, named, recipes);
  const file: FeedFile = { file: "rows", path: rows.path };
  if (rows.path === "") return [told(file, fileProblem("DATA_ROWS_UNSET", SETTING, 0))];
  const columns = [...columnsOf(recipes, words), ...(rows.keyColumn === null ? [] : [rows.keyColumn])];
  return (await headerProblems(rows, columns)).map((problem) => told(file, problem));
}

/** Whether the feeds that were named can be opened, and have the charter's columns. */
async function namedFit({ rows: { keyColumn, path }, words, settings }: Feed, named: NamedFeeds, recipes: readonly Columns[]): Promise<readonly FitProblem[]> {
  const file: FeedFile = { file: "rows", path };
  const key = keyColumn === null ? [] : [keyColumn];
  try {
    const { rows, transactions } = named.open();
    const problems = await absentIn(rows, [...columnsOf(recipes, words), ...key], settings);
    const ofPurchases = columnsOf(recipes, words, "transactions");
    const bought = transactions === null || ofPurchases.length === 0 ? [] : await absentIn(transactions, ofPurchases, settings);
    return [...problems, ...bought].map((problem) => told(file, problem));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, title, detail, fix } = error;
    return [{ ...file, code, says: `${title}: ${detail}${fix === undefined ? "" : `; to do: ${fix}`}` }];
  }
}

async function absentIn(feed: Readable, columns: readonly string[], settings: FeedSettings): Promise<readonly DataProblem[]> {
  const names = await columnNames(feed, settings);
  return columns.filter((column) => !names.includes(column)).map((column) => ({ ...fileProblem("DATA_COLUMN_MISSING", `the feed ${feed.name} with every column of the charter`, 1), column }));
}

async function holdoutFit({ holdout }: Feed, question: PropensityQuestion): Promise<readonly FitProblem[]> {
  if (question.evaluation.holdout === "own") return [];
  const file: FeedFile = { file: "holdout", path: holdout?.path ?? "" };
  if (holdout === null) return [told(file, fileProblem("DATA_HOLDOUT_UNSET", SETTING, 0))];
  const other = await otherThanAgreed(holdout.path, question.evaluation.holdoutDigest ?? NO_FILE);
  const problems = other === null ? await headerProblems(holdout, columnsOf([question], CHARTER_WORDS)) : [other];
  return problems.map((problem) => told(file, problem));
}

async function headerProblems(file: CsvFile, columns: readonly string[]): Promise<readonly DataProblem[]> {
  const header = await readHeader(file);
  if (header.kind !== "names") return [fileProblem(HEADER_PROBLEMS[header.kind], HEADER, 0)];
  const { names } = header;
  const absent = columns.filter((column) => names.indexOf(column) < 0 || names.indexOf(column) !== names.lastIndexOf(column));
  const divider = absent.length === 0 ? null : likelyDelimiter(names);
  if (divider !== null) return [delimiterProblem(divider)];
  return absent.map((column) => ({ ...fileProblem("DATA_COLUMN_MISSING", HEADER, 1), column }));
}

const SETTING = "a file in node.yaml";
const HEADER = "a header with every column of the charter";

function columnsOf(recipes: readonly Columns[], words: OwnWords, of: "rows" | "transactions" = "rows"): readonly string[] {
  return [...new Set(recipes.flatMap(sourcesOf).filter(({ feed }) => feed === of).map((source) => words.columnOf(source)))];
}

function told(file: FeedFile, problem: DataProblem): FitProblem {
  return { ...file, code: problem.code, says: explainProblem(problem) };
}
