import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { checkHeader } from "../../src/data/check-header.js";
import type { FileSource } from "../../src/data/feeds/feed.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import { fitOf } from "../../src/rows/feed-fit.js";
import { NO_NODE } from "../../src/data/import-rows.js";
import { DEFAULT_GATE } from "../../src/rows/session-rows.js";
import { CHARTER, CHARTER_JSON, charterOf } from "../stage.js";
import { EXACT, NOISY, NOISY_JSON } from "../sessions/statistic-stage.js";

const CANARY = "canary7f3a";
const fileOf = (text: string): string => {
  const path = join(scratchFolder(), "rows.csv");
  writeFileSync(path, text);
  return path;
};
const csv = (path: string, more: { readonly delimiter?: string; readonly keyColumn?: string } = {}) => ({ path, delimiter: ";", quote: '"', keyColumn: null, ...more });
const REST = { transactions: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE };
const rowsOnly = (text: string, more = {}) => ({ rows: csv(fileOf(text), more), holdout: null, ...REST });
const codes = async (...given: Parameters<typeof fitOf>) => (await fitOf(...given)).map(({ file, code }) => `${file} ${code}`);

describe("a file fits a charter", () => {
  test("with the charter's columns in its header, in any order and among others", async () => {
    expect(await fitOf(rowsOnly(`answer;x;job;age\n`), CHARTER)).toEqual([]);
    expect(await codes(rowsOnly(`answer;job;age\n`, { keyColumn: "id" }), CHARTER)).toEqual(["rows DATA_COLUMN_MISSING"]);
  });

  test.each([
    ["a column missing", `answer;${CANARY};age\n`, {}, ["rows DATA_COLUMN_MISSING"]],
    ["a column twice", `answer;job;age;age\n`, {}, ["rows DATA_COLUMN_MISSING"]],
    ["another delimiter", `answer;job;age\n`, { delimiter: "," }, ["rows DATA_DELIMITER"]],
    ["no header", "", {}, ["rows DATA_EMPTY"]],
    ["a quote that does not end", `"answer;job;age\n`, {}, ["rows DATA_MALFORMED"]],
  ])("not with %s, and no word of the file is repeated", async (_, text, more, found) => {
    const feed = rowsOnly(text, more);
    expect(await codes(feed, CHARTER)).toEqual(found);
    const told = await fitOf(feed, CHARTER);
    expect(told[0]?.path).toBe(feed.rows.path);
    expect(JSON.stringify(told)).not.toContain(CANARY);
  });

  test("of statistics alone with the columns of its questions, and of both with those of both", async () => {
    const header = "region;visits;days;spend\n";
    expect(await codes(rowsOnly(header), NOISY)).toEqual([]);
    expect(await codes(rowsOnly("region;visits;days\n"), NOISY)).toEqual(["rows DATA_COLUMN_MISSING"]);
    expect(await codes(rowsOnly(header), EXACT)).toEqual(["rows DATA_COLUMN_MISSING", "rows DATA_COLUMN_MISSING", "rows DATA_COLUMN_MISSING"]);
    expect(await codes(rowsOnly(`age;job;answer;${header}`), EXACT)).toEqual([]);
  });

  test("of statistics with the column that says who agreed", async () => {
    const charter = charterOf({ ...NOISY_JSON, statistics: { ...NOISY_JSON.statistics, consent: { column: "agreed", granted: ["yes"] } } });
    expect(await codes(rowsOnly("region;visits;days;spend\n"), charter)).toEqual(["rows DATA_COLUMN_MISSING"]);
    expect(await codes(rowsOnly("agreed;region;visits;days;spend\n"), charter)).toEqual([]);
  });

  test("not if it is not there, or not configured", async () => {
    expect(await codes({ rows: csv("/nowhere/rows.csv"), holdout: null, ...REST }, CHARTER)).toEqual(["rows DATA_FILE_MISSING"]);
    expect(await codes({ rows: csv(""), holdout: null, ...REST }, CHARTER)).toEqual(["rows DATA_ROWS_UNSET"]);
  });
});

test("a file under a charter that leaves words open needs their column before anybody asks for it", async () => {
  const open = [{ name: "town", source: "place", characters: "abc", letters: "lower", lengthMax: 4 }];
  const charter = charterOf({ ...NOISY_JSON, statistics: { ...NOISY_JSON.statistics, kinds: ["categories", "words"], open } });
  const header = "region;visits;days;spend";
  expect(await codes(rowsOnly(`${header};place\n`), charter)).toEqual([]);
  expect(await codes(rowsOnly(`${header};town\n`), charter)).toEqual(["rows DATA_COLUMN_MISSING"]);
});

test("a file for statistics needs their columns and the one that says who agreed, with or without a training beside", async () => {
  const statistics = { kinds: ["profile"], features: [{ kind: "categorical", name: "country", categories: ["France", "Spain"] }], cellRows: 10, consent: { column: "agreed", granted: ["yes"] } };
  const alone = charterOf({ ...(CHARTER_JSON as object), questions: [], statistics });
  expect(await codes(rowsOnly("country;agreed\n"), alone)).toEqual([]);
  expect((await fitOf(rowsOnly("country;job\n"), alone)).map(({ says }) => says)).toEqual([expect.stringContaining("DATA_COLUMN_MISSING in column agreed")]);
  const both = charterOf({ ...(CHARTER_JSON as object), statistics });
  expect(await codes(rowsOnly("answer;job;age;country;agreed\n"), both)).toEqual([]);
  expect(await codes(rowsOnly("answer;age\n"), both)).toEqual(["rows DATA_COLUMN_MISSING", "rows DATA_COLUMN_MISSING", "rows DATA_COLUMN_MISSING"]);
});

describe("a feed that was named", () => {
  const csvReading = { format: "csv", delimiter: ";", quote: "\"", encoding: "utf-8", nulls: [] } as const;
  const named = (path: string, reading: FileSource["reading"] = csvReading) => ({
    rows: csv(""), holdout: null, ...REST, named: { open: () => ({ rows: { name: "orders", source: { kind: "files", path, reading } as const, types: {} }, transactions: null }) },
  });

  test("fits with the charter's columns, in whatever form", async () => {
    expect(await fitOf(named(fileOf("answer;x;job;age\n")), CHARTER)).toEqual([]);
    expect(await fitOf(named(fileOf('[{"answer":"yes","job":"clerk","age":30}]'), { format: "json" }), CHARTER)).toEqual([]);
  });

  test("does not without one, or if it cannot be opened, or is none", async () => {
    expect(await fitOf(named(fileOf(`answer;${CANARY};age\n`)), CHARTER)).toMatchObject([{ file: "rows", code: "DATA_COLUMN_MISSING", says: expect.stringContaining("the feed orders with every column of the charter") }]);
    expect(await codes(named("/nowhere/rows.csv"), CHARTER)).toEqual(["rows DATA_FILE_MISSING"]);
    expect(await codes(named(fileOf("no parquet"), { format: "parquet" }), CHARTER)).toEqual(["rows DATA_MALFORMED"]);
    const gone = { ...named(""), named: { open: () => { throw new Refusal({ code: "CONFIG_FEED", title: "there is no feed orders", detail: "none was added yet" }); } } };
    expect(await codes(gone, CHARTER)).toEqual(["rows CONFIG_FEED"]);
  });
});

describe("a charter with a common held-out file", () => {
  const held = "age;job;answer\n30;clerk;no\n";
  const digest = createHash("sha256").update(held).digest("hex");
  const common = charterOf({ ...CHARTER_JSON, questions: CHARTER_JSON.questions.map((question) => ({ ...question, evaluation: { ...question.evaluation, holdout: "common", holdoutDigest: digest } })) });
  const { rows } = rowsOnly(held);

  test("asks for it, there and unchanged", async () => {
    expect(await codes({ rows, holdout: null, ...REST }, common)).toEqual(["holdout DATA_HOLDOUT_UNSET"]);
    expect(await codes({ rows, holdout: csv("/nowhere/held.csv"), ...REST }, common)).toEqual(["holdout DATA_FILE_MISSING"]);
    expect(await codes({ rows, holdout: csv(fileOf(held.replace("30", "31"))), ...REST }, common)).toEqual(["holdout DATA_HOLDOUT_OTHER"]);
    expect(await fitOf({ rows, holdout: csv(fileOf(held)), ...REST }, common)).toEqual([]);
  });

  test("is told apart from one that holds out own rows; control", async () => {
    expect(await fitOf({ rows, holdout: null, ...REST }, CHARTER)).toEqual([]);
  });
});

describe("a header, when a node's folder is made,", () => {
  test("must be more than one column, and the likely delimiter is named", async () => {
    await expect(checkHeader(fileOf('"age";"job"\n'), ",")).rejects.toMatchObject({ code: "CONFIG_DELIMITER", exitCode: 2, detail: expect.stringContaining("is the delimiter ;?"), fix: '--delimiter ";"' });
    await expect(checkHeader(fileOf("age\tjob\n"), ";")).rejects.toMatchObject({ fix: "--delimiter $'\\t'" });
    await expect(checkHeader(fileOf("age\n"), ",")).rejects.toMatchObject({ code: "CONFIG_DELIMITER", detail: expect.not.stringContaining("is the delimiter") });
  });

  test("is let pass where it is divided, and where there is none: other checks say that", async () => {
    for (const path of [fileOf("age;job\n"), fileOf(""), "/nowhere/rows.csv"]) await expect(checkHeader(path, ";")).resolves.toBeUndefined();
  });
});
