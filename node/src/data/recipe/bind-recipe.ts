import { sourceOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { Columns, RecipeFeature, TransactionsClause, WindowRecipe } from "@cohortium/protocol/charter/recipe";
import type { SourceWords } from "@cohortium/protocol/charter/columns-schema";
import { sqlName, type FeedTable } from "../sql/feed-table.js";
import { fileProblem, type DataProblem, type DataProblemCode } from "../problem.js";
import type { OwnWords } from "./own-words.js";
import { daySql, keySql, numberSql, wordSql, type SqlColumn } from "../sql/column-values.js";

/** The feeds of one company, opened. */
export interface RecipeTables {
  readonly rows: FeedTable;
  readonly transactions: FeedTable | null;
}

/** A recipe whose columns were found. Expressions are SQL over the feed they are of; null stands where a problem was reported. */
export interface BoundRecipe {
  readonly features: readonly BoundFeature[];
  /** Absent where nothing is predicted. */
  readonly label: { readonly column: string; readonly word: string | null } | null;
  readonly transactions: BoundTransactions | null;
  readonly problems: readonly DataProblem[];
}

export interface BoundFeature {
  readonly feature: RecipeFeature;
  /** The source in the charter's words. */
  readonly column: string;
  readonly from: { readonly kind: "column"; readonly sql: string; readonly there: string } | { readonly kind: "window"; readonly window: WindowRecipe } | null;
}

export interface BoundTransactions {
  readonly clause: TransactionsClause;
  readonly relation: string;
  /** Over the rows. */
  readonly rowKey: string;
  readonly key: string;
  readonly day: string;
  readonly amount: string;
  readonly order: string | null;
}

/** Finds every column of a recipe in the feeds, or says all that is wrong with them at once. */
export function bindRecipe(recipe: Columns, tables: RecipeTables, words: OwnWords): BoundRecipe {
  const find = new Finder(tables, words);
  const transactions = boundTransactions(recipe.transactions, tables, find);
  const windows = recipe.transactions?.windows ?? [];
  const features = recipe.features.map((feature): BoundFeature => {
    const { column, holds } = sourceOf(feature);
    const window = windows.find(({ name }) => name === column);
    if (window !== undefined) return { feature, column, from: transactions === null ? null : { kind: "window", window } };
    const found = find.column({ feed: "rows", column, holds, unit: null });
    const sql = found === null ? null : find.as(column, found, holds === "number" ? numberSql(found) : wordSql(found));
    return { feature, column, from: sql === null || found === null ? null : { kind: "column", sql, there: `(${found.sql} IS NOT NULL)` } };
  });
  const label = recipe.label === undefined ? null : boundLabel(recipe.label.name, find);
  return { features, label, transactions, problems: find.problems };
}

function boundLabel(column: string, find: Finder): NonNullable<BoundRecipe["label"]> {
  const found = find.column({ feed: "rows", column, holds: "words", unit: null });
  return { column, word: found === null ? null : find.as(column, found, wordSql(found)) };
}

function boundTransactions(clause: TransactionsClause | undefined, { transactions }: RecipeTables, find: Finder): BoundTransactions | null {
  if (clause === undefined) return null;
  if (transactions === null) {
    find.report("DATA_TRANSACTIONS_MISSING", null, "a feed of purchases beside the rows");
    return null;
  }
  const of = (column: string, holds: SourceWords["holds"]) => find.column({ feed: "transactions", column, holds, unit: null });
  const [rowKey, key, time, paid] = [find.column({ feed: "rows", column: clause.key, holds: "key", unit: null }), of(clause.key, "key"), of(clause.time, "time"), of(clause.amount, "number")];
  const order = clause.order === undefined ? null : of(clause.order, "words");
  const day = time === null ? null : find.as(purchase(clause.time), time, daySql(time));
  const amount = paid === null ? null : find.as(purchase(clause.amount), paid, numberSql(paid));
  if (rowKey === null || key === null || day === null || amount === null || (clause.order !== undefined && order === null)) return null;
  return { clause, relation: transactions.relation, rowKey: keySql(rowKey), key: keySql(key), day, amount, order: order === null ? null : keySql(order) };
}

/** How a column of the second feed is called where it must not be taken for one of the first. */
export function purchase(column: string): string {
  return `${column} of the purchases`;
}

/** Looks columns up, and collects what is wrong, each once. */
class Finder {
  readonly #tables: RecipeTables;
  readonly #words: OwnWords;
  readonly #found: DataProblem[] = [];

  constructor(tables: RecipeTables, words: OwnWords) {
    this.#tables = tables;
    this.#words = words;
  }

  get problems(): readonly DataProblem[] {
    return this.#found;
  }

  column(source: SourceWords): SqlColumn | null {
    const table = source.feed === "rows" ? this.#tables.rows : this.#tables.transactions;
    const name = this.#words.columnOf(source);
    const column = table?.columns.find((one) => one.name === name);
    if (column !== undefined) return { sql: sqlName(column.name), type: column.type };
    this.report("DATA_COLUMN_MISSING", source.feed === "rows" ? source.column : purchase(source.column), "a header with every column of the charter");
    return null;
  }

  as(column: string, { type }: SqlColumn, sql: string | null): string | null {
    if (sql === null) this.report("DATA_WRONG_TYPE", column, `not a ${type}`);
    return sql;
  }

  report(code: DataProblemCode, column: string | null, rule: string): void {
    if (this.#found.some((one) => one.code === code && one.column === column)) return;
    this.#found.push({ ...fileProblem(code, rule, 1), column });
  }
}
