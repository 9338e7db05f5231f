import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { StatisticsClause } from "@cohortium/protocol/charter/statistics-clause";
import type { StatisticPlan } from "@cohortium/protocol/statistics/plan";
import { featuresOf } from "@cohortium/protocol/charter/recipe-lowering";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { NO_NODE } from "../../src/data/import-rows.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import { DEFAULT_GATE, type Feed } from "../../src/rows/session-rows.js";
import { computeStatistic } from "../../src/statistics/compute.js";
import { readStatisticRows } from "../../src/statistics/read-rows.js";

const CLAUSE: StatisticsClause = {
  kinds: ["categories"], cellRows: 5,
  features: [
    { kind: "categorical", name: "region", categories: ["north", "south"], otherwise: "south" },
    { kind: "numeric", name: "spend", unit: "EUR", min: 0, max: 100, outside: "clip" },
    { kind: "numeric", name: "days", source: "recency90", unit: "days", min: 0, max: 90, missing: "indicate" },
  ],
  transactions: { before: "2026-04-01", key: "customer", time: "day", amount: "paid", unit: "EUR", windows: [{ name: "recency90", measure: "recency", days: 90 }] },
  consent: { column: "agreed", granted: ["yes", "statistics"] },
};
const PEOPLE = ["customer,region,spend,agreed", "a,north,10,yes", "b,south,500,statistics", "c,north,20,no", "d,west,30,yes", "e,north,40,", "f,north,50,yes"].join("\n");
const BOUGHT = ["customer,day,paid", "a,2026-03-30,5", "b,2026-02-01,5", "c,2026-03-31,9", "f,2025-03-31,9"].join("\n");

const planOf = (clause: StatisticsClause, rowsMinPerParty = 1): StatisticPlan => ({
  question: "statistics.ask", query: { kind: "categories", cohort: [], dimension: "region", top: 2, nanoRho: 1_000 }, clause, features: featuresOf(clause),
  parties: 3, rowsMaxPerParty: 100, rowsMinPerParty, rowsMinJoint: 1, noise: { honest: 2 }, rounds: 1,
});
const feedOf = (people: string, more: Partial<Feed> = {}): Feed => {
  const folder = scratchFolder();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return { path: join(folder, name), delimiter: ",", quote: "\"" };
  };
  return {
    rows: { ...file("people.csv", people), keyColumn: null }, transactions: file("bought.csv", BOUGHT), holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null,
    settings: NO_NODE, ...more,
  };
};
const read = (people: string, clause = CLAUSE, more: Partial<Feed> = {}) => readStatisticRows(feedOf(people, more), planOf(clause), (table) => Promise.resolve(table.rows));

describe("rows of questions", () => {
  test("have no label, come from rows and purchases, and are of people who agreed alone; the gate sees no others", async () => {
    const found = await read(PEOPLE);
    if (found.kind === "refused") throw new Error(JSON.stringify(found.problems));
    expect(found.judged).toBe(4);
    expect([...found.rows.categories[0]!]).toEqual([0, 1, 1, 0]);
    expect([...found.rows.x]).toEqual([10, 100, 30, 50, 2, 59, Number.NaN, Number.NaN]);
    expect([found.rows.rows, [...found.rows.y]]).toEqual([4, [0, 0, 0, 0]]);
  });

  test("tell their owner how many people did not agree, and how many values were clipped", async () => {
    const found = await read(PEOPLE);
    expect(found.kind === "rows" && found.notes).toEqual(expect.arrayContaining([
      expect.objectContaining({ code: "DATA_NO_CONSENT", column: "agreed", count: 2 }), expect.objectContaining({ code: "DATA_CLIPPED", column: "spend", count: 1 }),
    ]));
  });

  test("are counted as they are: nobody who did not agree is in any cell", async () => {
    const found = await read(PEOPLE);
    const values = found.kind === "rows" ? computeStatistic(found.rows, { kind: "statistic", step: 0, edges: null }, planOf(CLAUSE)) : [];
    expect([...values]).toEqual([1, 2, 2]);
  });

  test("of who did not agree need not fit the charter, and of who did have to", async () => {
    const strict = { ...CLAUSE, features: [{ kind: "categorical", name: "region", categories: ["north", "south"] } as const] };
    expect(await read(PEOPLE.replace("c,north", "c,moon").replace("d,west", "d,north"), strict)).toMatchObject({ kind: "rows" });
    expect(await read(PEOPLE, strict)).toMatchObject({ kind: "refused", problems: [{ code: "DATA_UNKNOWN_CATEGORY", column: "region", count: 1, lines: [5] }] });
  });

  test("without the column of consent are refused, under whatever name this company has for it", async () => {
    expect(await read(PEOPLE.replace("agreed", "opt"))).toMatchObject({ kind: "refused" });
    const words = { ...CHARTER_WORDS, columnOf: ({ column }: { readonly column: string }) => (column === "agreed" ? "opt" : column) };
    expect(await read(PEOPLE.replace("agreed", "opt"), CLAUSE, { words })).toMatchObject({ kind: "rows" });
  });

  test("are refused where too few people agreed, and where no setting says where they lie", async () => {
    expect(await readStatisticRows(feedOf(PEOPLE), planOf(CLAUSE, 5), () => Promise.resolve(null))).toMatchObject({ kind: "refused", problems: [{ code: "DATA_TOO_FEW_ROWS" }] });
    const nowhere = feedOf(PEOPLE, { rows: { path: "", delimiter: ",", quote: "\"", keyColumn: null } });
    expect(await readStatisticRows(nowhere, planOf(CLAUSE), () => Promise.resolve(null))).toMatchObject({ kind: "refused", problems: [{ code: "DATA_ROWS_UNSET" }] });
  });

  test("hold to this company's own rule of consent as well", async () => {
    const found = await read(PEOPLE, CLAUSE, { consents: [{ column: "region", granted: ["north"] }] });
    expect(found).toMatchObject({ kind: "rows", rows: { rows: 2 } });
  });
});
