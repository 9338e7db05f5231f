import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Columns } from "@cohortium/protocol/charter/recipe";
import type { ContractTable } from "../data/contract/contract.js";
import type { Consent } from "../data/feeds/left-out.js";
import type { Readable } from "../data/feeds/feed.js";
import { sqlName, textsOf, type Answer, type DigestedFeed } from "../data/sql/feed-table.js";
import { plainTextSql } from "../data/feeds/row-digest.js";
import { withFeeds, type FeedSettings } from "../data/feeds/with-feed.js";
import { plainFeed } from "../data/import-rows.js";
import type { OwnWords } from "../data/recipe/own-words.js";
import { keySql } from "../data/sql/column-values.js";
import type { CompanyFeeds } from "../data/subjects-of.js";
import { columnMarks, type ColumnMark } from "./marks.js";
import type { Mark } from "./needles.js";

/** What is copied, and how it is marked. `random` gives a number of [0, 1) that nobody else has. */
export interface CopyTerms {
  readonly folder: string;
  readonly recipe: Columns;
  readonly words: OwnWords;
  readonly keyColumn: string | null;
  readonly contract: ContractTable | null;
  readonly consents: readonly Consent[];
  /** Rows of the copy at most, evenly over the feed. */
  readonly sampleMax: number;
  readonly marked: number;
  readonly settings: FeedSettings;
  random(): number;
}

/** The copy with marked rows, and without. `kept` are columns in which marked rows are like others, and why. */
export interface FeedCopy {
  readonly marked: CompanyFeeds;
  readonly unmarked: CompanyFeeds;
  readonly marks: readonly Mark[];
  readonly rows: number;
  readonly columns: readonly { readonly feed: Mark["feed"]; readonly column: string; readonly mark: ColumnMark }[];
}

/** Purchases that each marked row gets. */
const PURCHASES = 2;

/** Copies a company's feeds into a folder, through its own reader. The company's files are read and not touched; the copies are for its own eyes alone. */
export async function copyFeeds(feeds: CompanyFeeds, terms: CopyTerms): Promise<FeedCopy> {
  const asked = feeds.transactions === null || terms.recipe.transactions === undefined ? [feeds.rows] : [feeds.rows, feeds.transactions];
  const common = asked.map((feed): Readable => ({ ...feed, subjects: { kind: "common" } }));
  return withFeeds(common, terms.settings, async ([rows, purchases]) => {
    if (rows === undefined) throw new Error("unreachable: as many tables as feeds");
    const own = await copied(rows, { ...terms, feed: "rows", source: feeds.rows, sql: sampleSql(rows, terms.sampleMax), base: null });
    if (purchases === undefined || feeds.transactions === null) {
      return { ...own, marked: { rows: own.marked, transactions: null }, unmarked: { rows: own.unmarked, transactions: null } };
    }
    const bought = await copied(purchases, { ...terms, feed: "transactions", source: feeds.transactions, sql: purchasesSql(purchases, rows, terms), base: own.keys });
    return {
      marked: { rows: own.marked, transactions: bought.marked }, unmarked: { rows: own.unmarked, transactions: bought.unmarked },
      marks: [...own.marks, ...bought.marks], rows: own.rows, columns: [...own.columns, ...bought.columns],
    };
  });
}

interface Copying extends CopyTerms {
  readonly feed: Mark["feed"];
  readonly source: Readable;
  readonly sql: string;
  /** Keys of the marked rows, for their purchases; null while the rows are copied. */
  readonly base: readonly string[] | null;
}

interface Copied {
  readonly marked: Readable;
  readonly unmarked: Readable;
  readonly marks: readonly Mark[];
  readonly rows: number;
  readonly keys: readonly string[];
  readonly columns: FeedCopy["columns"];
}

async function copied(table: DigestedFeed, terms: Copying): Promise<Copied> {
  const { feed, folder, marked: count, base } = terms;
  const how = columnMarks(table.columns, terms);
  const wanted = base === null ? count : base.length * PURCHASES;
  const [plain, marked] = [new CsvFile(join(folder, `${feed}.csv`)), new CsvFile(join(folder, `${feed}-marked.csv`))];
  const header = table.columns.map(({ name }) => name);
  const models: (readonly (string | null)[])[] = [];
  let rows = 0;
  for (const file of [plain, marked]) file.write([header]);
  await table.stream(terms.sql, (chunk) => {
    const some = rowsOf(chunk, header.length);
    for (const file of [plain, marked]) file.write(some);
    models.push(...some.slice(0, Math.max(0, wanted - models.length)));
    rows += some.length;
  });
  const keyFor = (i: number) => base?.[Math.floor(i / PURCHASES)] ?? null;
  const made = models.length === 0 ? []
    : Array.from({ length: wanted }, (_, i) => markedRow(models[i % models.length] ?? [], how, { key: keyFor(i), random: terms.random }));
  marked.write(made);
  for (const file of [plain, marked]) file.close();
  // The key of a purchase is its row's, and looked for as that.
  const isLookedFor = ({ kind }: ColumnMark) => kind === "token" || kind === "number" || (kind === "key" && base === null);
  const marks = made.flatMap((row) => how.flatMap((mark, c) => (isLookedFor(mark) ? [{ feed, column: header[c] ?? "", text: row[c] ?? "" }] : [])));
  const keyAt = how.findIndex(({ kind }) => kind === "key");
  return {
    marked: copyOf(terms.source, table, marked.path), unmarked: copyOf(terms.source, table, plain.path), marks, rows,
    keys: keyAt < 0 ? [] : made.map((row) => row[keyAt] ?? ""), columns: how.map((mark, c) => ({ feed, column: header[c] ?? "", mark })),
  };
}

type Row = readonly (string | null)[];

function markedRow(model: Row, how: readonly ColumnMark[], { key, random }: { readonly key: string | null; readonly random: () => number }): Row {
  return how.map((mark, c) => {
    switch (mark.kind) {
      case "key": return key ?? token(random);
      case "token": return token(random);
      case "number": return numberText(mark, random);
      case "granted": return mark.word;
      case "kept": return model[c] ?? null;
    }
  });
}

/** Twenty letters of twenty-six each: nobody is called so. */
function token(random: () => number): string {
  return `canary-${Array.from({ length: 20 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join("")}`;
}

/** So many digits that no other row has the number, and away from the ends of its range. */
function numberText({ min, max, isWhole }: Extract<ColumnMark, { readonly kind: "number" }>, random: () => number): string {
  const value = min + (max - min) * (0.1 + 0.8 * random());
  if (isWhole) return String(Math.round(value));
  const text = String(Number(value.toPrecision(14)));
  return text.includes("e") ? value.toFixed(18) : text;
}

function copyOf({ name, source, types }: Readable, { columns }: DigestedFeed, path: string): Readable {
  if (source.kind === "plain") return plainFeed(name, { path, delimiter: ",", quote: "\"" });
  const declared = Object.fromEntries(columns.flatMap((column) => (column.type === "null" ? [] : [[column.name, column.type]])));
  const reading = { format: "csv", delimiter: ",", quote: "\"", encoding: "utf-8", nulls: [] } as const;
  return { name, source: { kind: "files", path, reading }, types: { ...types, ...declared } };
}

/** Every k-th row, so that the copy is like the whole. */
function sampleSql({ relation, columns, rows }: DigestedFeed, sampleMax: number): string {
  const step = Math.max(1, Math.ceil(rows / sampleMax));
  const texts = columns.map((column, i) => `${plainTextSql(column, sqlName(column.name))} AS c${i}`);
  return `SELECT ${columns.map((_, i) => `c${i}`).join(", ")} FROM (SELECT ${[...texts, "row_number() OVER () AS place"].join(", ")} FROM ${relation}) WHERE place % ${step} = 0 OR ${step} = 1`;
}

/** Of the people in the copy alone. */
function purchasesSql(purchases: DigestedFeed, rows: DigestedFeed, { recipe, words, sampleMax }: CopyTerms): string {
  const { relation, columns } = purchases;
  const texts = columns.map((column, i) => `${plainTextSql(column, sqlName(column.name))} AS c${i}`);
  const of = (table: DigestedFeed, feed: "rows" | "transactions") => {
    const column = table.columns.find(({ name }) => name === words.columnOf({ feed, column: recipe.transactions?.key ?? "", holds: "key", unit: null }));
    return column === undefined ? "NULL" : keySql({ sql: sqlName(column.name), type: column.type });
  };
  const step = Math.max(1, Math.ceil(rows.rows / sampleMax));
  const people = `SELECT k FROM (SELECT ${of(rows, "rows")} AS k, row_number() OVER () AS place FROM ${rows.relation}) WHERE place % ${step} = 0 OR ${step} = 1`;
  return `SELECT ${texts.join(", ")} FROM ${relation} WHERE ${of(purchases, "transactions")} IN (${people})`;
}

function rowsOf(chunk: Answer, columns: number): readonly (readonly (string | null)[])[] {
  const texts = Array.from({ length: columns }, (_, c) => textsOf(chunk, `c${c}`));
  return Array.from({ length: chunk.rows }, (_, row) => texts.map((column) => column[row] ?? null));
}

/** Every value in quotes but null, which is nothing at all. Readable by its owner alone. */
class CsvFile {
  readonly path: string;
  readonly #file: number;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "wx", 0o600);
  }

  write(rows: readonly (readonly (string | null)[])[]): void {
    if (rows.length > 0) writeFileSync(this.#file, rows.map((row) => `${row.map((value) => (value === null ? "" : `"${value.replaceAll("\"", "\"\"")}"`)).join(",")}\n`).join(""));
  }

  close(): void {
    closeSync(this.#file);
  }
}
