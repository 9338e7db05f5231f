import { numbersOf, type FeedTable } from "../sql/feed-table.js";
import type { DataNote, DataNoteCode } from "../note.js";
import { fileProblem, type DataProblem, type DataProblemCode } from "../problem.js";
import { purchase, type BoundTransactions } from "./bind-recipe.js";
import { dateSql } from "./windows-sql.js";

export interface PurchasesChecked {
  readonly problems: readonly DataProblem[];
  readonly notes: readonly DataNote[];
}

/** One count over the second feed. */
interface Counted<Code> {
  readonly code: Code;
  readonly column: string;
  readonly rule: string;
  readonly when: string;
}

/**
 * Looks at the second feed as a whole, before anything is computed from it: a purchase that counts must have a day, an amount and, where the
 * charter asks for one, an order. What does not count is counted.
 */
export async function checkPurchases(rows: FeedTable, bound: BoundTransactions): Promise<PurchasesChecked> {
  const { relation, rowKey, key, day, amount, order } = bound;
  const [problems, notes] = [problemRules(bound), noteRules(bound)];
  const counts = [...problems, ...notes].map(({ when }, i) => `CAST(count(*) FILTER (WHERE ${when}) AS DOUBLE) AS c${i}`);
  const purchases = `(SELECT ${key} AS own_key, ${day} AS d, ${amount} AS a, ${order ?? "NULL"} AS o FROM ${relation}) AS purchases`;
  const people = `(SELECT DISTINCT ${rowKey} AS of_row FROM ${rows.relation}) AS people`;
  const answer = await rows.query(`SELECT ${counts.join(", ")} FROM ${purchases} LEFT JOIN ${people} ON of_row = own_key`);
  const countAt = (i: number) => numbersOf(answer, `c${i}`)[0] ?? 0;
  const without = await rowsWithoutPurchase(rows, bound);
  const found = problems.flatMap(({ code, column, rule }, i) => (countAt(i) === 0 ? [] : [{ ...fileProblem(code, rule, countAt(i)), column }]));
  const unmatched = without === rows.rows ? [{ ...fileProblem("DATA_KEY_UNMATCHED", "a purchase for at least one row", without), column: bound.clause.key }] : [];
  const noted = notes.flatMap(({ code, column, rule }, i) => {
    const count = countAt(problems.length + i);
    return count === 0 ? [] : [{ code, column, rule, count }];
  });
  const alone: readonly DataNote[] = without === 0 ? [] : [{ code: "DATA_ROW_WITHOUT_PURCHASE", column: bound.clause.key, rule: `purchases before ${bound.clause.before}`, count: without }];
  return { problems: [...found, ...unmatched], notes: [...noted, ...alone] };
}

function problemRules({ clause, order }: BoundTransactions): readonly Counted<DataProblemCode>[] {
  const counts = `own_key IS NOT NULL AND d < ${dateSql(clause.before)}`;
  return [
    { code: "DATA_NOT_A_DATE", column: purchase(clause.time), rule: "a day such as 2011-12-10", when: "own_key IS NOT NULL AND d IS NULL" },
    { code: "DATA_NOT_A_NUMBER", column: purchase(clause.amount), rule: `a number of ${clause.unit}`, when: `${counts} AND a IS NULL` },
    ...(order === null ? [] : [{ code: "DATA_KEY_MISSING", column: purchase(clause.order ?? ""), rule: "an order for every purchase", when: `${counts} AND o IS NULL` } as const]),
  ];
}

function noteRules({ clause }: BoundTransactions): readonly Counted<DataNoteCode>[] {
  const { before, key, time } = clause;
  return [
    { code: "DATA_PURCHASE_LATE", column: purchase(time), rule: `before ${before}`, when: `own_key IS NOT NULL AND d >= ${dateSql(before)}` },
    { code: "DATA_PURCHASE_WITHOUT_KEY", column: purchase(key), rule: "the key of a row", when: "own_key IS NULL" },
    { code: "DATA_PURCHASE_OF_OTHERS", column: purchase(key), rule: "the key of a row", when: `own_key IS NOT NULL AND of_row IS NULL AND d < ${dateSql(before)}` },
  ];
}

async function rowsWithoutPurchase(rows: FeedTable, { relation, rowKey, key, day, clause }: BoundTransactions): Promise<number> {
  const buyers = `SELECT ${key} FROM ${relation} WHERE ${key} IS NOT NULL AND ${day} < ${dateSql(clause.before)}`;
  const answer = await rows.query(`SELECT CAST(count(*) FILTER (WHERE coalesce(own_key NOT IN (${buyers}), true)) AS DOUBLE) AS alone FROM (SELECT ${rowKey} AS own_key FROM ${rows.relation}) AS people`);
  return numbersOf(answer, "alone")[0] ?? Number.NaN;
}
