import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { numbersOf, textsOf } from "../../../src/data/sql/feed-table.js";
import { masked } from "../../../src/data/feeds/mask.js";
import { withFeed } from "../../../src/data/feeds/with-feed.js";
import { CSV, feed, files, gzip, place, SETTINGS, written } from "./stage.js";
import type { Feed } from "../../../src/data/feeds/feed.js";

const HEADER = ["id", "name", "amount", "flag", "day", "at", "code", "city"];
/** Everything that forms differ in: quotes, absent values, halves, booleans, dates, keys with leading zeros, other scripts. */
const ROWS = Array.from({ length: 60 }, (_, i) => [
  String(i), i % 7 === 0 ? `n"${i}, x` : `n${i}`, i % 5 === 0 ? "" : String(i / 4), String(i % 2 === 0), `2024-01-${String((i % 28) + 1).padStart(2, "0")}`, `2024-01-01 10:00:${String(i).padStart(2, "0")}.5`, `00${i}`, ["城市", "Zürich", "Ω"][i % 3] ?? "",
]);
const csvText = (delimiter: string, rows: readonly (readonly string[])[] = ROWS, header = HEADER) =>
  [header, ...rows].map((row) => row.map((field) => (/[",;\n]/.test(field) ? `"${field.replaceAll("\"", "\"\"")}"` : field)).join(delimiter)).join("\n");
const swapped = (rows: readonly (readonly string[])[]) => rows.map(([id = "", ...rest]) => [...rest, id]);

const look = (one: Feed) => withFeed(one, SETTINGS, async (table) => ({ rows: table.rows, types: table.columns.map(({ name, type }) => `${name} ${type}`), digest: await table.digest() }));
const refusal = (one: Feed) => look(one).then(() => null, (error: { code: string; message: string }) => error);

describe("the same rows", () => {
  const folder = place({
    "plain.csv": csvText(","), "turned.csv.gz": gzip(csvText(";", ROWS.toReversed())), "utf16.csv": Buffer.from(csvText(","), "utf16le"),
    "parts/1.csv": csvText(",", ROWS.slice(0, 20)), "parts/2.csv": csvText(",", swapped(ROWS.slice(20)), [...HEADER.slice(1), "id"]), "parts/.hidden": "no rows",
  });
  let plain: Awaited<ReturnType<typeof look>>;
  beforeAll(async () => {
    plain = await look(feed(files(join(folder, "plain.csv"))));
    const typed = `SELECT CAST(id AS BIGINT) AS id, name, CAST(amount AS DOUBLE) AS amount, CAST(flag AS BOOLEAN) AS flag, CAST(day AS DATE) AS day, CAST("at" AS TIMESTAMP) AS "at", code, city FROM read_csv('${folder}/plain.csv', all_varchar = true, header = true)`;
    await written(`COPY (${typed}) TO '${folder}/rows.parquet'`, `COPY (${typed}) TO '${folder}/rows.jsonl'`, `COPY (${typed}) TO '${folder}/rows.json' (ARRAY true)`, `COPY (SELECT * REPLACE (CAST(amount AS DECIMAL(9, 2)) AS amount) FROM (${typed})) TO '${folder}/decimal.parquet'`);
  });

  test("of a CSV file have the types that all their texts spell", () => {
    expect(plain).toMatchObject({ rows: 60, types: ["id integer", "name text", "amount double", "flag boolean", "day date", "at timestamp", "code text", "city text"] });
  });

  test.each([
    ["packed, in another order, with another delimiter", "turned.csv.gz", { ...CSV, delimiter: ";" }], ["in another encoding", "utf16.csv", { ...CSV, encoding: "utf-16le" }],
    ["in a folder, with columns in another order", "parts", CSV], ["that fit a pattern", "parts/?.csv", CSV],
    ["as Parquet", "rows.parquet", { format: "parquet" }], ["as Parquet with decimals", "decimal.parquet", { format: "parquet" }],
    ["as JSON lines", "rows.jsonl", { format: "jsonl" }], ["as one JSON array", "rows.json", { format: "json" }],
  ] as const)("%s have the same digest", async (_, path, reading) => {
    const { rows, digest } = await look(feed(files(join(folder, path), reading)));
    expect([rows, digest]).toEqual([plain.rows, plain.digest]);
  });

  test.each([
    ["one value more or less", csvText(",").replace("n1,", "n11,")], ["one row twice", csvText(",", [...ROWS, ROWS[0] ?? []])], ["one row less", csvText(",", ROWS.slice(1))],
    ["a value in another column", csvText(",").replace("2.75,false", ",false").replace("n11,", "n112.75,")], ["another name of a column", csvText(",").replace("city", "town")],
  ])("with %s have another digest", async (_, text) => {
    expect((await look(feed(files(join(place({ "a.csv": text }), "a.csv"))))).digest).not.toBe(plain.digest);
  });

  test("leave nothing behind in the scratch folder", () => expect(readdirSync(SETTINGS.scratch)).toEqual([]));
});

test("a table's digest is the SHA-256 of its columns' names and its rows' sorted hashes, as anybody can compute it", async () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const text = "b,a,c\nzwei,2.50,\n城,-0,true\nnull,1e21,false\nx,0.0000012,\nzwei,2.5,\n";
  const hashes = ["3,4,null:2.5zwei", "1,3,4:0城true", "22,4,5:1000000000000000000000nullfalse", "9,1,null:0.0000012x", "3,4,null:2.5zwei"].map(sha256);
  expect((await look(feed(files(join(place({ "a.csv": text }), "a.csv"))))).digest).toBe(sha256(`cohortium/table/v2\n"a","b","c"\n${hashes.sort().join("")}`));
});

test("no two different tables of small rows have one digest", async () => {
  const seen = new Map<string, string>();
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom("a", "b", "", "a,", "null", "1:a"), fc.constantFrom("a", "b", "", "4:null")), { minLength: 1, maxLength: 3 }), async (rows) => {
    const text = csvText(",", [...rows, ["x", "y"]], ["p", "q"]);
    const key = JSON.stringify([...rows].sort());
    const { digest } = await look(feed(files(join(place({ "a.csv": text }), "a.csv")), { p: "text", q: "text" }));
    expect(seen.get(digest) ?? key).toBe(key);
    seen.set(digest, key);
  }), { numRuns: 40 });
});

describe("what comes out of a feed", () => {
  const folder = place({ "a.csv": "id,name,n,when\n7,ann,1.5,2024-02-30\n8,,NA,2024-01-01\n" });
  const source = files(join(folder, "a.csv"), { ...CSV, nulls: ["NA"] });

  test("is typed columns; what is no date keeps its text", () => withFeed(feed(source), SETTINGS, async (table) => {
    expect(table.columns.map(({ type }) => type)).toEqual(["integer", "text", "double", "text"]);
    const answer = await table.query(`SELECT CAST(id AS DOUBLE) AS id, name, n FROM ${table.relation} ORDER BY id`);
    expect([numbersOf(answer, "id"), textsOf(answer, "name"), numbersOf(answer, "n")]).toEqual([Float64Array.of(7, 8), ["ann", null], Float64Array.of(1.5, Number.NaN)]);
  }));

  test("is numbers for numbers, texts for all else, and never silently null", () => withFeed(feed(source), SETTINGS, async (table) => {
    const { columns } = await table.query("SELECT 7 AS i, 2.50 AS d, 1.5::DOUBLE AS x, true AS b, DATE '2024-01-31' AS day, TIMESTAMP '1969-12-31 23:59:59.999999' AS at, 'a' AS t, NULL AS n, CAST(NULL AS INTEGER) AS ni");
    expect(columns.map(({ name, type, values }) => [name, type, ...values])).toEqual([
      ["i", "integer", 7], ["d", "decimal", 2.5], ["x", "double", 1.5], ["b", "boolean", 1], ["day", "date", "2024-01-31"], ["at", "timestamp", "1969-12-31T23:59:59.999999Z"],
      ["t", "text", "a"], ["n", "integer", Number.NaN], ["ni", "integer", Number.NaN],
    ]);
    await expect(table.query("SELECT [1, 2] AS list")).rejects.toThrow(RangeError);
  }));

  test("reaches nothing but the feed", () => withFeed(feed(source), SETTINGS, async (table) => {
    for (const sql of [`SELECT * FROM read_csv('${folder}/a.csv')`, `SELECT * FROM '${folder}/a.csv'`, "SELECT * FROM read_text('/etc/hostname')"]) await expect(table.query(sql)).rejects.toMatchObject({ code: "DATA_QUERY" });
    for (const sql of [`COPY ${table.relation} TO '${folder}/out.csv'`, "SET enable_external_access = true", "ATTACH 'other.db'"]) await expect(table.query(sql)).rejects.toThrow(/DATA_QUERY|answers/);
    for (const sql of [`SELECT 1; DROP TABLE ${table.relation}`, `WITH a AS (SELECT 1) DELETE FROM ${table.relation}`]) await expect(table.query(sql)).rejects.toThrow(RangeError);
    expect(numbersOf(await table.query(`SELECT count(*) AS n FROM ${table.relation}`), "n")).toEqual(Float64Array.of(2));
    expect(existsSync(join(folder, "out.csv"))).toBe(false);
  }));

  test("follows the types that were declared", async () => {
    expect((await look(feed(source, { id: "text", n: "decimal" }))).types).toEqual(["id text", "name text", "n decimal", "when text"]);
    expect(await refusal(feed(source, { when: "date" }))).toMatchObject({ code: "DATA_TYPE", detail: "when (date) in 1 rows" });
    expect(await refusal(feed(source, { size: "double" }))).toMatchObject({ code: "DATA_COLUMN_MISSING" });
  });
});

test("truths are true and false; in other cases they are words, unless somebody declared them", async () => {
  const source = files(join(place({ "a.csv": "x,y,z\ntrue,True,true\nfalse,False,FALSE\n" }), "a.csv"));
  expect((await look(feed(source))).types).toEqual(["x boolean", "y text", "z text"]);
  await withFeed(feed(source), SETTINGS, async (table) => expect(textsOf(await table.query(`SELECT y FROM ${table.relation}`), "y")).toEqual(["True", "False"]));
  expect((await look(feed(source, { y: "boolean", z: "boolean" }))).types).toEqual(["x boolean", "y boolean", "z boolean"]);
  expect(await refusal(feed(files(join(place({ "a.csv": "x\nTrue\nmaybe\n" }), "a.csv")), { x: "boolean" }))).toMatchObject({ code: "DATA_TYPE", detail: "x (boolean) in 1 rows" });
});

test("a time of day in Parquet is the text that CSV has for it", async () => {
  const folder = place({ "a.csv": "x,at\n1,12:34:56\n2,23:59:59.5\n" });
  await written(`COPY (SELECT 1::BIGINT AS x, TIME '12:34:56' AS at UNION ALL SELECT 2, TIME '23:59:59.5') TO '${folder}/a.parquet'`);
  expect(await look(feed(files(join(folder, "a.parquet"), { format: "parquet" })))).toEqual(await look(feed(files(join(folder, "a.csv")))));
});

describe("a number is the same in every form", () => {
  const typesAnd = async (one: Feed) => look(one).then(({ types, digest }) => ({ type: types[1]?.slice(2), digest }));

  test.each([
    ["of seventeen digits", "x\n0.30000000000000004\n0.5", "double", "SELECT 0.30000000000000004::DOUBLE AS x UNION ALL SELECT 0.5", "double"],
    ["of sixteen digits before the point", "x\n1000000000000000\n3", "integer", "SELECT 1e15::DOUBLE AS x UNION ALL SELECT 3", "double"],
    ["beyond what the engine writes out", "x\n-12500000000000000000000\n0.5", "double", "SELECT -1.25e22::DOUBLE AS x UNION ALL SELECT 0.5", "double"],
    ["below what the engine writes out", "x\n0.0000125\n-1.25E-07", "double", "SELECT 1.25e-5::DOUBLE AS x UNION ALL SELECT -1.25e-7", "double"],
    ["of more digits than a double has", "x\n12345678901234567.89\n100.00", "decimal", "SELECT 12345678901234567.89::DECIMAL(20, 2) AS x UNION ALL SELECT 100", "decimal"],
    ["of single precision", "x\n0.1\n2.5", "double", "SELECT 0.1::FLOAT AS x UNION ALL SELECT 2.5", "double"],
    ["that is minus zero", "x\n-0.0\n2.5", "double", "SELECT -0.0::DOUBLE AS x UNION ALL SELECT 2.5", "double"],
    ["beyond 64 bits", "x\n18446744073709551615\n1", "decimal", "SELECT 18446744073709551615::UBIGINT AS x UNION ALL SELECT 1::UBIGINT", "decimal"],
  ] as const)("%s", async (_, csv, textType, sql, engineType) => {
    const folder = place({ "a.csv": csv.split("\n").map((line, i) => `${i},${line}`).join("\n").replace("0,x", "i,x") });
    await written(`COPY (SELECT row_number() OVER ()::BIGINT AS i, x FROM (${sql})) TO '${folder}/a.parquet'`);
    const [text, engine] = [await typesAnd(feed(files(join(folder, "a.csv")))), await typesAnd(feed(files(join(folder, "a.parquet"), { format: "parquet" })))];
    expect([text.type, engine.type, engine.digest]).toEqual([textType, engineType, text.digest]);
  });

  test("of any size, as JavaScript and as the engine write it", () => fc.assert(fc.asyncProperty(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 30 }), async (numbers) => {
    // In quotes: the engine would read a bare literal as a DECIMAL, whose cast to DOUBLE may miss it.
    const folder = place({ "a.csv": ["i,x", "-1,0.5", ...numbers.map((x, i) => `${i},${String(x)}`)].join("\n") });
    const values = numbers.map((x, i) => `(${i}, '${Object.is(x, -0) ? "-0.0" : String(x)}'::DOUBLE)`);
    await written(`COPY (SELECT i::BIGINT AS i, x FROM (VALUES (-1, 0.5::DOUBLE), ${values.join(", ")}) t(i, x)) TO '${folder}/a.parquet'`);
    const [text, engine] = [await typesAnd(feed(files(join(folder, "a.csv")))), await typesAnd(feed(files(join(folder, "a.parquet"), { format: "parquet" })))];
    expect(text).toEqual({ type: "double", digest: engine.digest });
  }), { numRuns: 25, examples: [[[-0.10343860099723777]]] }));

  test("only a column of names may be called Nan", async () => {
    expect((await look(feed(files(join(place({ "a.csv": "x\nNan\nNan\n" }), "a.csv"))))).types).toEqual(["x text"]);
  });
});

describe("what cannot be read", () => {
  const BROKEN: readonly (readonly [what: string, code: string, contents: Readonly<Record<string, string | Uint8Array>>, path: string, reading?: Parameters<typeof files>[1]])[] = [
    ["a file that is not there", "DATA_FILE_MISSING", {}, "a.csv"], ["a pattern that nothing fits", "DATA_FILE_MISSING", { "a.csv": "x\n1\n" }, "b*.csv"], ["an empty folder", "DATA_FILE_MISSING", { ".keep": "" }, "."],
    ["an empty file", "DATA_MALFORMED", { "a.csv": "" }, "a.csv"], ["a header alone", "DATA_EMPTY", { "a.csv": "x,y\n" }, "a.csv"],
    ["a line with another number of fields", "DATA_MALFORMED", { "a.csv": "x,y\n1,2\nsecret,4711,9\n3,4\n" }, "a.csv"], ["a quote that stays open", "DATA_MALFORMED", { "a.csv": "x,y\n1,\"secret\n3,4\n" }, "a.csv"],
    ["a name that stands twice", "DATA_COLUMNS", { "a.csv": "x,X\n1,2\n" }, "a.csv"], ["a column without a name", "DATA_COLUMNS", { "a.csv": "x,\n1,2\n" }, "a.csv"],
    ["files with other columns", "DATA_COLUMNS", { "p/1.csv": "x,y\n1,2\n", "p/2.csv": "x,z\n1,2\n" }, "p"],
    ["bytes of another encoding", "DATA_ENCODING", { "a.csv": Uint8Array.of(0x78, 0x0a, 0xff, 0xff, 0x0a) }, "a.csv", { ...CSV, encoding: "gb18030" }],
    ["bytes that are no UTF-8", "DATA_MALFORMED", { "a.csv": Uint8Array.of(0x78, 0x0a, 0x31, 0x0a, 0xff, 0xfe, 0x0a) }, "a.csv"],
    ["a header with text behind a quote that closes", "DATA_MALFORMED", { "a.csv": "\"x\"(EUR),y\nsecret,4711\n" }, "a.csv"],
    ["UTF-16 that is taken for UTF-8", "DATA_ENCODING", { "a.csv": Buffer.from("\uFEFFx,y\r\nsecret,4711\r\n", "utf16le") }, "a.csv"],
    ["a header with bytes that are no UTF-8", "DATA_ENCODING", { "a.csv": Buffer.from("größe,y\nsecret,4711\n", "latin1") }, "a.csv"],
    ["a header divided by another character", "DATA_DELIMITER", { "a.csv": "x;y\nsecret;4,711\n" }, "a.csv"],
    ["a quoted header divided by another character", "DATA_DELIMITER", { "a.csv": "\"x\";\"y\"\nsecret;4711\n" }, "a.csv"],
    ["lines that end in two ways", "DATA_LINE_ENDS", { "a.csv": "x,y\nsecret,4711\r\n3,4\n" }, "a.csv"],
    ["a gzip file that ends early", "DATA_PACKED", { "a.csv.gz": gzip("x\n1\n".repeat(4_000)).subarray(0, 40) }, "a.csv.gz"],
    ["Parquet that is none", "DATA_MALFORMED", { "a.parquet": "secret 4711" }, "a.parquet", { format: "parquet" }], ["JSON that is none", "DATA_MALFORMED", { "a.jsonl": "{\"x\": secret\n" }, "a.jsonl", { format: "jsonl" }],
    ["JSON with lists", "DATA_NESTED", { "a.jsonl": "{\"x\": [4711]}\n" }, "a.jsonl", { format: "jsonl" }], ["JSON with objects", "DATA_NESTED", { "a.json": "[{\"x\": {\"y\": 4711}}]" }, "a.json", { format: "json" }],
    ["JSON with a list in one row of many", "DATA_NESTED", { "a.jsonl": "{\"x\": \"secret\"}\n{\"x\": [4711]}\n" }, "a.jsonl", { format: "jsonl" }],
    ["JSON with numbers and texts in one column", "DATA_MIXED", { "a.jsonl": "{\"x\": 4711}\n{\"x\": \"secret\"}\n" }, "a.jsonl", { format: "jsonl" }],
    ["JSON with keys that differ in case", "DATA_COLUMNS", { "a.jsonl": "{\"x\": 4711, \"X\": 2}\n" }, "a.jsonl", { format: "jsonl" }],
    ["JSON with numbers that are none", "DATA_INFINITE", { "a.jsonl": "{\"x\": 4711}\n{\"x\": NaN}\n" }, "a.jsonl", { format: "jsonl" }],
    ["CSV with numbers that are none", "DATA_INFINITE", { "a.csv": "x\n4711\n-Infinity\n" }, "a.csv"],
  ];

  // One object for what is written: jest takes a parameter beyond a row's last for a callback, and waits for it.
  test.each(BROKEN.map(([what, code, contents, path, reading]) => [what, code, { contents, path, reading }] as const))("%s is %s, without a word of what is in it", async (_, code, { contents, path, reading }) => {
    const error = await refusal(feed(files(join(place(contents), path), reading)));
    expect(error).toMatchObject({ code, fix: expect.stringMatching(/\w/) });
    expect(error?.message).not.toMatch(/secret|4711/);
  });

  test("a line that is none of the rows is named by its number", async () => {
    expect(await refusal(feed(files(join(place({ "a.csv": "x,y\n1,2\n1,2,3\n3,4\n" }), "a.csv"))))).toMatchObject({ detail: expect.stringContaining("first at 3") });
  });

  test("a line of JSON that is none is named by its number", async () => {
    expect(await refusal(feed(files(join(place({ "a.jsonl": "{\"x\": 1}\n{\"x\":\n{\"x\": 3}\n" }), "a.jsonl"), { format: "jsonl" })))).toMatchObject({ detail: expect.stringContaining("line 2 ") });
  });

  test("Parquet files of other columns make no table", async () => {
    const folder = place({ "p/.keep": "" });
    await written(`COPY (SELECT 1 AS x, 2 AS y) TO '${folder}/p/1.parquet'`, `COPY (SELECT 1 AS x) TO '${folder}/p/2.parquet'`);
    expect(await refusal(feed(files(join(folder, "p"), { format: "parquet" })))).toMatchObject({ code: "DATA_COLUMNS", detail: expect.stringContaining("2.parquet is without y") });
  });

  test("a name with brackets and stars is a name", async () => {
    const folder = place({ "a[1].csv": "x\n1\n", "a1.csv": "x\n2\n3\n" });
    expect(await look(feed(files(join(folder, "a[1].csv"))))).toMatchObject({ rows: 1 });
  });

  test("infinite numbers are counted and refused", async () => {
    const folder = place({});
    await written(`COPY (SELECT 1.0::DOUBLE AS x UNION ALL SELECT 'inf'::DOUBLE UNION ALL SELECT 'nan'::DOUBLE) TO '${folder}/a.parquet'`);
    expect(await refusal(feed(files(join(folder, "a.parquet"), { format: "parquet" })))).toMatchObject({ code: "DATA_INFINITE", detail: "x (double) in 2 rows" });
  });

  test("a file that changes while it is read is no table of one moment", async () => {
    const path = join(place({ "a.csv": "x\n1\n" }), "a.csv");
    const settings = { ...SETTINGS, onProgress: (says: string) => { if (says.includes("reads")) appendFileSync(path, "2\n"); } };
    await expect(withFeed(feed(files(path)), settings, async () => undefined)).rejects.toMatchObject({ code: "DATA_CHANGED" });
    rmSync(path);
  });

  test("a column of nothing is of type null, and says so", async () => {
    expect((await look(feed(files(join(place({ "a.csv": "x,y\n1,\n2,\n" }), "a.csv"))))).types).toEqual(["x integer", "y null"]);
  });
});

describe("a masked value", () => {
  test.each([
    ["jane.doe@gmail.com", "text", "j***.***@g***.***"], ["Zürich", "text", "Z***"], ["AB12", "text", "***"], ["+44 844 481", "text", "+*** *** ***"],
    ["1234.5", "double", "####.#"], ["2024-01-31", "date", "####-##-##"], ["true", "boolean", "***"],
  ] as const)("%s is shown as another", (value, type, shown) => expect(masked(value, type)).toBe(shown));

  test("has no digit and no two letters of the value in a row", () => fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (value) => {
    const shown = masked(value, "text");
    expect(shown).not.toMatch(/\p{N}|\p{L}\p{L}/u);
    expect(masked(value.replace(/\P{N}/gu, ""), "integer")).not.toMatch(/\d/);
  })));

  test("of nothing is nothing", () => expect(masked(null, "text")).toBe(""));
});
