import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { RecipeFeature, TransactionsClause } from "@cohortium/protocol/charter/recipe";
import { explainProblem } from "../../../src/data/problem.js";
import { CHARTER_WORDS } from "../../../src/data/recipe/own-words.js";
import { readRecipe, type RecipeRead } from "../../../src/data/recipe/read-recipe.js";
import { Duck, type Columns } from "./duck-table.js";
import { windowOf, type Row } from "./reference.js";

let duck: Duck;
beforeAll(async () => { duck = await Duck.open(); });

const LABEL = { name: "y", positive: "yes", negative: "no" } as const;
const CLAUSE: TransactionsClause = {
  before: "2011-12-10", key: "customer", time: "bought", amount: "paid", unit: "GBP", order: "invoice",
  windows: [{ name: "last", measure: "recency", days: 365 }, { name: "often", measure: "frequency", days: 90 }, { name: "spent", measure: "monetary", days: 90 }],
};
const FEATURES: readonly RecipeFeature[] = [
  { kind: "numeric", name: "r", source: "last", unit: "days", min: 1, max: 365, missing: "indicate" },
  { kind: "numeric", name: "f", source: "often", unit: "purchases", min: 0, max: 1e6 },
  { kind: "numeric", name: "m", source: "spent", unit: "GBP", min: -1e9, max: 1e9 },
];
const texts = (values: readonly (string | null)[]) => ({ type: "text", values } as const);
const rowsFor = (keys: readonly (string | null)[]): Columns => ({ customer: texts(keys), y: texts(keys.map((_, i) => (i % 2 === 0 ? "yes" : "no"))) });
const purchasesOf = (rows: readonly Row[]): Columns => Object.fromEntries(["customer", "bought", "paid", "invoice"].map((name) => [name, texts(rows.map((row) => row[name] ?? null))]));
const read = async (rows: Columns, purchases: Columns | null, clause: TransactionsClause = CLAUSE, features = FEATURES): Promise<RecipeRead> => readRecipe(
  { rows: await duck.table(rows), transactions: purchases === null ? null : await duck.table(purchases) },
  { recipe: { features, label: LABEL, transactions: clause }, rowsMin: 1, rowsMax: 100_000, uniqueColumn: null, words: CHARTER_WORDS, order: "own", malformedLines: [] },
);
const matrix = (result: RecipeRead) => {
  if (result.kind !== "rows") throw new Error(result.problems.map(explainProblem).join("\n"));
  const { rows, x } = result.rows;
  return Array.from({ length: rows }, (_, row) => Array.from({ length: x.length / rows }, (_unused, k) => x[k * rows + row]));
};
const codes = (result: RecipeRead) => (result.kind === "refused" ? result.problems.map(({ code, column, count }) => [code, column, count]) : result.kind);
const notes = (result: RecipeRead) => (result.kind === "rows" ? result.notes.map(({ code, column, count }) => [code, column, count]) : codes(result));
const bought = (customer: string | null, day: string | null, paid: string | null = "1", invoice: string | null = "i"): Row => ({ customer, bought: day, paid, invoice });

describe("windows of purchases", () => {
  test("count back from the day before the reference day: the first and the last day that count, and those beside them", async () => {
    const days = ["2011-12-10", "2011-12-09", "2011-09-11", "2011-09-10", "2010-12-10", "2010-12-09"];
    const keys = days.map((_, i) => `c${i}`);
    // Of c5, whose one purchase is older than any window, there is no recency.
    expect(matrix(await read(rowsFor(keys), purchasesOf(days.map((day, i) => bought(`c${i}`, day, "2.5")))))).toEqual([
      [NaN, 0, 0], [1, 1, 2.5], [90, 1, 2.5], [91, 0, 0], [365, 0, 0], [NaN, 0, 0],
    ]);
  });

  test("take several rows of one order for one purchase, and their amounts together", async () => {
    const rows = [bought("c", "2011-12-01 08:26:00", "10", "A"), bought("c", "2011-12-01T08:26", "5.5", "A"), bought("c", "2011-11-01 23:59:59.5Z", "-3", "B")];
    expect(matrix(await read(rowsFor(["c"]), purchasesOf(rows)))).toEqual([[9, 2, 12.5]]);
    expect(matrix(await read(rowsFor(["c"]), purchasesOf(rows), { ...CLAUSE, order: undefined }))).toEqual([[9, 3, 12.5]]);
  });

  test("are zero, and of no recency, for a row without purchases; rows keep their order", async () => {
    const keys = Array.from({ length: 5_000 }, (_, i) => `c${i}`);
    const some = keys.filter((_, i) => i % 3 === 0).reverse();
    const result = await read(rowsFor(keys), purchasesOf(some.map((key) => bought(key, "2011-12-05", key.slice(1)))));
    expect(matrix(result)).toEqual(keys.map((_, i) => (i % 3 === 0 ? [5, 1, i] : [NaN, 0, 0])));
    expect(notes(result)).toEqual([["DATA_ABSENT", "last", 3_333], ["DATA_ROW_WITHOUT_PURCHASE", "customer", 3_333]]);
  });

  test("leave out, and count, purchases of the reference day or later, without a key, and of nobody among the rows", async () => {
    const rows = [bought("a", "2011-12-01"), bought("a", "2011-12-10"), bought("a", "2012-01-01"), bought(null, "2011-12-01"), bought("z", "2011-12-01"), bought(null, "someday", "much", null), bought("z", "2011-12-24", "much", null)];
    const result = await read(rowsFor(["a"]), purchasesOf(rows));
    expect(matrix(result)).toEqual([[9, 1, 1]]);
    expect(notes(result)).toEqual([["DATA_PURCHASE_LATE", "bought of the purchases", 3], ["DATA_PURCHASE_WITHOUT_KEY", "customer of the purchases", 2], ["DATA_PURCHASE_OF_OTHERS", "customer of the purchases", 1]]);
  });

  test("refuse purchases that count and have no day, no amount or no order, and name each rule once", async () => {
    const rows = [bought("a", "1.12.2011"), bought("a", "2011-13-01"), bought("a", "2011-12-01", "12,50"), bought("a", "2011-12-01", null), bought("a", "2011-12-02", "1", null), bought("a", "2011-12-03")];
    expect(codes(await read(rowsFor(["a"]), purchasesOf(rows)))).toEqual([
      ["DATA_NOT_A_DATE", "bought of the purchases", 2], ["DATA_NOT_A_NUMBER", "paid of the purchases", 2], ["DATA_KEY_MISSING", "invoice of the purchases", 1],
    ]);
  });

  test("refuse rows whose key is absent or stands twice, feeds that share no key, and a missing feed", async () => {
    const one = purchasesOf([bought("a", "2011-12-01")]);
    expect(codes(await read(rowsFor(["a", "b", "a", null, null]), one))).toEqual([["DATA_KEY_MISSING", "customer", 2], ["DATA_DUPLICATE_KEY", "customer", 2]]);
    expect(codes(await read(rowsFor(["x", "y"]), one))).toEqual([["DATA_KEY_UNMATCHED", "customer", 2]]);
    expect(codes(await read(rowsFor(["a"]), null))).toEqual([["DATA_TRANSACTIONS_MISSING", null, 1]]);
    expect(codes(await read({ y: texts(["yes"]) }, purchasesOf([bought("a", "2011-12-01")])))).toEqual([["DATA_COLUMN_MISSING", "customer", 1]]);
    expect(codes(await read(rowsFor(["a"]), { ...one, bought: { type: "integer", values: [20_111_201] } }))).toEqual([["DATA_WRONG_TYPE", "bought of the purchases", 1]]);
  });

  test("give the same sum to the last bit whatever the order of purchases", async () => {
    const paid = Array.from({ length: 500 }, (_, i) => String((i * 7919) % 1000 / 7));
    const sums = new Set<unknown>();
    for (const order of [paid, [...paid].reverse(), paid.map((_, i) => paid[(i * 37) % 500]!)]) {
      sums.add(matrix(await read(rowsFor(["a"]), purchasesOf(order.map((amount) => bought("a", "2011-12-01", amount)))))[0]?.[2]);
    }
    expect(sums.size).toBe(1);
  });

  test("are those of the definition, on random purchases", async () => {
    const day = fc.integer({ min: -500, max: 30 }).map((days) => new Date(Date.parse("2011-12-10") + days * 86_400_000).toISOString().slice(0, 10));
    const purchase = fc.record({ customer: fc.constantFrom("a", "b", "c", "漢", "it's"), bought: day, paid: fc.integer({ min: -500, max: 5_000 }).map((pence) => String(pence / 100)), invoice: fc.constantFrom("1", "2", "3", "4") });
    await fc.assert(fc.asyncProperty(fc.array(purchase, { minLength: 1, maxLength: 60 }), async (rows) => {
      const keys = ["a", "b", "c", "漢", "it's", "nobody"];
      const result = await read(rowsFor(keys), purchasesOf(rows));
      if (rows.every((row) => row.bought >= CLAUSE.before)) return expect(codes(result)).toEqual([["DATA_KEY_UNMATCHED", "customer", 6]]);
      const [last, often, spent] = CLAUSE.windows;
      const due = keys.map((key) => [windowOf(last!, CLAUSE, key, rows) ?? NaN, windowOf(often!, CLAUSE, key, rows), windowOf(spent!, CLAUSE, key, rows)]);
      if (due.every(([recency]) => Number.isNaN(recency))) return expect(codes(result)).toEqual([["DATA_NO_VALUES", "last", 6]]);
      expect(matrix(result)).toEqual(due);
    }), { numRuns: 80 });
  });
});

const DATASETS = process.env["COHORTIUM_DATASETS"] ?? fileURLToPath(new URL("../../../../../shared/datasets", import.meta.url));
const withData = (path: string) => (existsSync(`${DATASETS}/${path}`) ? test : test.skip);
const AS_TEXT = (names: readonly string[]) => names.map((name) => ({ name, type: "text" } as const));

describe("published purchases", () => {
  withData("online-retail/online-retail.csv.gz")("of Online Retail give the recency, frequency and monetary sums of its golden numbers", async () => {
    const lines = `read_csv('${DATASETS}/online-retail/online-retail.csv.gz', all_varchar = true)`;
    const kept = `CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'C%' AND Quantity::INT > 0 AND UnitPrice::DOUBLE > 0`;
    const purchases = await duck.query(`SELECT CustomerID AS customer, InvoiceDate AS bought, (Quantity::INT * UnitPrice::DECIMAL(18, 4))::VARCHAR AS paid, InvoiceNo AS invoice FROM ${lines} WHERE ${kept}`, AS_TEXT(["customer", "bought", "paid", "invoice"]));
    const rows = await duck.query(`SELECT DISTINCT CustomerID AS customer, 'no' AS y FROM ${lines} WHERE ${kept}`, AS_TEXT(["customer", "y"]));
    const year: TransactionsClause = { ...CLAUSE, windows: CLAUSE.windows.map((window) => ({ ...window, days: 3_660 })) };
    const result = await readRecipe({ rows, transactions: purchases }, {
      recipe: { features: FEATURES.map((one) => (one.name === "r" ? { ...one, max: 3_660 } as RecipeFeature : one)), label: LABEL, transactions: year }, rowsMin: 1, rowsMax: 10_000, uniqueColumn: null, words: CHARTER_WORDS, order: "own", malformedLines: [],
    });
    const people = matrix(result) as [number, number, number][];
    const quantile = (values: readonly number[], share: number) => {
      const sorted = [...values].sort((a, b) => a - b);
      const at = (sorted.length - 1) * share;
      return sorted[Math.floor(at)]! + (at % 1) * (sorted[Math.ceil(at)]! - sorted[Math.floor(at)]!);
    };
    const edges = (k: number) => [0.2, 0.4, 0.6, 0.8].map((share) => Number(quantile(people.map((one) => one[k]!), share).toFixed(3)));
    // shared/datasets/online-retail/expected.json
    expect(people.length).toBe(4_338);
    expect(people.filter(([, frequency]) => frequency === 1).length).toBe(1_493);
    expect(people.reduce((sum, [, , monetary]) => sum + monetary, 0)).toBeCloseTo(8_911_407.9, 1);
    expect([edges(0), edges(1), edges(2)]).toEqual([[13.8, 33, 72, 180], [1, 2, 3, 6], [250.194, 490.096, 942.276, 2058.426]]);
  });

  withData("cdnow/CDNOW_master.txt")("of CDNOW give every dollar and every purchase back", async () => {
    const lines = `(SELECT regexp_extract_all(line, '\\S+') AS parts FROM read_csv('${DATASETS}/cdnow/CDNOW_master.txt', columns = {line: 'VARCHAR'}, delim = '\\x01', header = true))`;
    const purchases = await duck.query(`SELECT parts[1] AS customer, parts[2][1:4] || '-' || parts[2][5:6] || '-' || parts[2][7:8] AS bought, parts[4] AS paid FROM ${lines} WHERE len(parts) = 4`, AS_TEXT(["customer", "bought", "paid"]));
    const rows = await duck.query(`SELECT DISTINCT parts[1] AS customer, 'no' AS y FROM ${lines} WHERE len(parts) = 4`, AS_TEXT(["customer", "y"]));
    const clause: TransactionsClause = { ...CLAUSE, before: "1998-07-01", order: undefined, windows: CLAUSE.windows.map((window) => ({ ...window, days: 600 })) };
    const result = await readRecipe({ rows, transactions: purchases }, {
      recipe: { features: FEATURES.map((one) => (one.name === "r" ? { ...one, max: 600 } as RecipeFeature : one)), label: LABEL, transactions: clause }, rowsMin: 1, rowsMax: 30_000, uniqueColumn: null, words: CHARTER_WORDS, order: "own", malformedLines: [],
    });
    const people = matrix(result) as [number, number, number][];
    expect(people.length).toBe(23_570);
    expect(people.reduce((sum, [, frequency]) => sum + frequency, 0)).toBe(69_659);
    expect(people.reduce((sum, [, , monetary]) => sum + monetary, 0)).toBeCloseTo(2_500_315.63, 2);
    expect(notes(result)).toEqual([]);
  });
});
