import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { Feature } from "@cohortium/protocol/charter/features";
import { importRows, type Import, type RowSource, type RowTerms } from "../../src/data/import-rows.js";
import { DATA_PROBLEMS, explainProblem, type DataProblem } from "../../src/data/problem.js";

const FEATURES: readonly Feature[] = [
  { kind: "numeric", name: "age", unit: "years", min: 17, max: 100 },
  { kind: "categorical", name: "job", categories: ["clerk", "farmer", "it's; \"art\""] },
  { kind: "numeric", name: "emp.var.rate", unit: "percent", min: -5, max: 5 },
];
const TERMS: RowTerms = { recipe: { features: FEATURES, label: { name: "y", positive: "yes", negative: "no" } }, rowsMin: 2, rowsMax: 10 };
const FOLDER = mkdtempSync(join(tmpdir(), "cohortium-import-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

let files = 0;
function source(content: string | Uint8Array, change: Partial<RowSource> = {}): RowSource {
  const path = join(FOLDER, `rows-${++files}.csv`);
  writeFileSync(path, content);
  return { path, delimiter: ";", quote: '"', keyColumn: null, ...change };
}

async function rowsOf(content: string, change: Partial<RowSource> = {}) {
  const result = await importRows(source(content, change), TERMS);
  if (result.kind !== "rows") throw new Error(result.problems.map(explainProblem).join("\n"));
  return result.rows;
}

async function problemsOf(content: string | Uint8Array, change: Partial<RowSource> = {}): Promise<readonly DataProblem[]> {
  return problems(await importRows(source(content, change), TERMS));
}

function problems(result: Import): readonly DataProblem[] {
  return result.kind === "refused" ? result.problems : [];
}

const GOOD = 'age;job;emp.var.rate;y\n30;clerk;-1.8;no\n"45";"it\'s; ""art""";+2.5e-1;yes\n17;farmer;.5;no\n';

describe("a file that fits", () => {
  test("becomes columns in the charter's order and units", async () => {
    const rows = await rowsOf(GOOD);
    expect(rows.rows).toBe(3);
    expect([...rows.x]).toEqual([30, 45, 17, -1.8, 0.25, 0.5]);
    expect(rows.categories.map((column) => [...column])).toEqual([[0, 2, 1]]);
    expect([...rows.y]).toEqual([0, 1, 0]);
  });

  test.each([
    { what: "columns in another order, and more of them", content: 'y;extra;emp.var.rate;job;age\nno;q;-1.8;clerk;30\nyes;r;0.25;"it\'s; ""art""";45\nno;s;5e-1;farmer;17\n', change: {} },
    { what: "commas and single quotes", content: "age,job,emp.var.rate,y\n30,clerk,-1.8,no\n45,'it''s; \"art\"',0.25,yes\n17,farmer,0.5,no\n", change: { delimiter: ",", quote: "'" } },
    { what: "tabs", content: 'age\tjob\temp.var.rate\ty\n30\tclerk\t-1.80\tno\n45\t"it\'s; ""art"""\t0.25\tyes\n17\tfarmer\t0.5\tno\n', change: { delimiter: "\t" } },
    { what: "a byte order mark, CRLF and an empty line", content: `\uFEFF${GOOD.replaceAll("\n", "\r\n").replace("17;", "\r\n17;")}`, change: {} },
    { what: "no line break at the end", content: GOOD.trimEnd(), change: {} },
    { what: "other spellings of the same numbers", content: GOOD.replace(".5;no", "5e-1;no").replace("30;", "+30.0;"), change: {} },
  ])("has the same digest with $what", async ({ content, change }) => {
    expect((await rowsOf(content, change)).digest).toBe((await rowsOf(GOOD)).digest);
  });

  test("has one digest for zero and for minus zero", async () => {
    const [zero, minus] = ["0", "-0.0"].map((text) => GOOD.replace("-1.8", text));
    expect((await rowsOf(zero ?? "")).digest).toBe((await rowsOf(minus ?? "")).digest);
  });

  test.each([
    { what: "a number", content: GOOD.replace("30;", "31;") },
    { what: "a category", content: GOOD.replace("30;clerk", "30;farmer") },
    { what: "a label", content: GOOD.replace("-1.8;no", "-1.8;yes") },
    { what: "the order of rows", content: 'age;job;emp.var.rate;y\n17;farmer;.5;no\n30;clerk;-1.8;no\n"45";"it\'s; ""art""";0.25;yes\n' },
  ])("has another digest when $what changes", async ({ content }) => {
    expect((await rowsOf(content)).digest).not.toBe((await rowsOf(GOOD)).digest);
  });

  test("is accepted at exactly the minimum and the maximum of rows", async () => {
    const header = "age;job;emp.var.rate;y\n";
    expect((await rowsOf(header + "30;clerk;1;no\n".repeat(2))).rows).toBe(2);
    expect((await rowsOf(header + "30;clerk;1;no\n".repeat(10))).rows).toBe(10);
  });

  test("may lie at a path with characters that are patterns elsewhere, beside files the pattern fits", async () => {
    const path = join(FOLDER, "a[b]*c?'d.csv");
    writeFileSync(path, GOOD);
    writeFileSync(join(FOLDER, "ab-c-'d.csv"), `${GOOD}31;clerk;1;no\n`);
    expect(await importRows({ path, delimiter: ";", quote: '"', keyColumn: null }, TERMS)).toMatchObject({ kind: "rows", rows: { rows: 3 } });
  });

  test("loses no row to a header that is written strangely", async () => {
    const wide = { ...TERMS, rowsMax: 400_000, rowsMin: 1 };
    const body = "30;clerk;1;no\n".repeat(300_000);
    const read = async (header: string) => {
      const result = await importRows(source(`${header};job;emp.var.rate;y\n${body}`), wide);
      return result.kind === "rows" ? result.rows.rows : result.problems.map(({ code }) => code);
    };
    for (const header of ["\"age\" ", " \"age\"", "\uFEFF\"age\"", "\"age\""]) expect([header, await read(header)]).toEqual([header, 300_000]);
    for (const header of ["\"age\"(years)", "\"age"]) expect([header, await read(header)]).toEqual([header, ["DATA_MALFORMED"]]);
    expect(await read("a\"ge")).toEqual(["DATA_COLUMN_MISSING"]);
  });

  test("keeps its order when it is larger than one buffer", async () => {
    const wide = { ...TERMS, rowsMax: 30_000 };
    const lines = Array.from({ length: 30_000 }, (_, i) => `${17 + (i % 83)};clerk;${(i % 1000) / 1000};no;${"x".repeat(40)}`);
    const result = await importRows(source(`age;job;emp.var.rate;y;pad\n${lines.join("\n")}\n`), wide);
    if (result.kind !== "rows") throw new Error("these rows fit");
    expect(result.rows.x.subarray(0, 30_000).every((age, i) => age === 17 + (i % 83))).toBe(true);
  });
});

const HEADER = "id;age;job;emp.var.rate;y\n";
const ROW = "7;30;clerk;1;no\n";

describe("a file that does not fit is refused:", () => {
  test.each([
    { what: "an empty file", content: "", code: "DATA_EMPTY", column: null, count: 0, lines: [] },
    { what: "a header alone", content: HEADER, code: "DATA_EMPTY", column: null, count: 0, lines: [] },
    { what: "rows with too few and too many fields", content: `${HEADER}${ROW}8;31\n${ROW}8;31;clerk;1;no;2\n`, code: "DATA_MALFORMED", column: null, count: 2, lines: [3, 5] },
    { what: "a quote that does not end", content: `${HEADER}${ROW}${ROW}8;31;"clerk;1;no\n`, code: "DATA_MALFORMED", column: null, count: 1, lines: [4] },
    { what: "a header quote that does not end", content: `id;"age;job\n${ROW}`, code: "DATA_MALFORMED", column: null, count: 0, lines: [] },
    { what: "a header with text behind a quote that closes", content: `"id"(n);age;job;emp.var.rate;y\n${ROW}${ROW}`, code: "DATA_MALFORMED", column: null, count: 0, lines: [] },
    { what: "a break inside the header's quotes", content: `"i\nd";age;job;emp.var.rate;y\n${ROW}${ROW}`, code: "DATA_MALFORMED", column: null, count: 0, lines: [] },
    { what: "a header in UTF-16", content: Buffer.from(`\uFEFF${HEADER}${ROW}${ROW}`, "utf16le"), code: "DATA_ENCODING", column: null, count: 0, lines: [] },
    { what: "lines that end in two ways", content: `${HEADER}${ROW}${ROW.replace("\n", "\r\n")}${ROW}`, code: "DATA_LINE_ENDS", column: null, count: 0, lines: [] },
    { what: "a missing column", content: `id;age;job;y\n7;30;clerk;no\n7;31;clerk;no\n`, code: "DATA_COLUMN_MISSING", column: "emp.var.rate", count: 1, lines: [] },
    { what: "a column that stands twice", content: `age;age;job;emp.var.rate;y\n7;30;clerk;1;no\n7;31;clerk;1;no\n`, code: "DATA_COLUMN_MISSING", column: "age", count: 1, lines: [] },
    { what: "a word for a number", content: `${HEADER}${ROW}8;old;clerk;1;no\n${ROW}`, code: "DATA_NOT_A_NUMBER", column: "age", count: 1, lines: [3] },
    { what: "an empty number", content: `${HEADER}${ROW}${ROW}8;;clerk;1;no\n`, code: "DATA_NOT_A_NUMBER", column: "age", count: 1, lines: [4] },
    { what: "a number below its bound", content: `${HEADER}${ROW}8;16.999;clerk;1;no\n${ROW}`, code: "DATA_OUT_OF_BOUNDS", column: "age", count: 1, lines: [3] },
    { what: "numbers above their bound", content: `${HEADER}${ROW}8;100;clerk;5.001;no\n9;44;clerk;7;no\n`, code: "DATA_OUT_OF_BOUNDS", column: "emp.var.rate", count: 2, lines: [3, 4] },
    { what: "an unknown category", content: `${HEADER}8;31;Clerk;1;no\n${ROW}${ROW}`, code: "DATA_UNKNOWN_CATEGORY", column: "job", count: 1, lines: [2] },
    { what: "an empty category", content: `${HEADER}8;31;;1;no\n${ROW}${ROW}`, code: "DATA_UNKNOWN_CATEGORY", column: "job", count: 1, lines: [2] },
    { what: "a wrong label", content: `${HEADER}8;31;clerk;1;maybe\n${ROW}${ROW}`, code: "DATA_WRONG_LABEL", column: "y", count: 1, lines: [2] },
    { what: "too many rows", content: HEADER + ROW.repeat(11), code: "DATA_TOO_MANY_ROWS", column: null, count: 11, lines: [] },
    { what: "too few rows", content: HEADER + ROW, code: "DATA_TOO_FEW_ROWS", column: null, count: 1, lines: [] },
  ])("$what", async ({ content, code, column, count, lines }) => {
    expect(await problemsOf(content)).toEqual([expect.objectContaining({ code, column, count, lines })]);
  });

  test("a header that is one column: said once, with the character it looks to be divided by", async () => {
    const found = await problemsOf(`${HEADER}${ROW}${ROW}`, { delimiter: "," });
    expect(found).toMatchObject([{ code: "DATA_DELIMITER", column: null }]);
    expect(found.map(explainProblem)).toEqual([
      "DATA_DELIMITER: the header has one column; the rule: columns divided by the configured delimiter; is it ; in this file?; to do: correct the delimiter in the node's configuration",
    ]);
  });

  test("columns that are all missing, without a word about rows", async () => {
    expect((await problemsOf("who;what\n")).map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => "DATA_COLUMN_MISSING"));
  });

  test.each(["nan", "inf", "-Infinity", "1e999", "0x1f", "1_000", "1,5", " 31", "3 1"])("%j is not a number", async (text) => {
    expect(await problemsOf(`${HEADER}8;"${text}";clerk;1;no\n${ROW}${ROW}`)).toMatchObject([{ code: "DATA_NOT_A_NUMBER", column: "age" }]);
  });

  test("a line that is not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from(HEADER + ROW), Buffer.from([0x38, 0x3b, 0xff, 0xfe, 0x3b]), Buffer.from(`clerk;1;no\n${ROW}`)]);
    expect(await problemsOf(bytes)).toMatchObject([{ code: "DATA_MALFORMED", lines: [3] }]);
  });

  test("a key that repeats, where the node's configuration names one", async () => {
    expect(await problemsOf(`${HEADER}7;30;clerk;1;no\n8;31;clerk;1;no\n7;33;clerk;1;no\n`, { keyColumn: "id" }))
      .toMatchObject([{ code: "DATA_DUPLICATE_KEY", column: "id", count: 1, lines: [4] }]);
    expect((await importRows(source(`${HEADER}7;30;clerk;1;no\n8;31;clerk;1;no\n`, { keyColumn: "id" }), TERMS)).kind).toBe("rows");
  });

  test.each([join(FOLDER, "none.csv"), FOLDER])("no file at %s", async (path) => {
    expect(problems(await importRows({ path, delimiter: ";", quote: '"', keyColumn: null }, TERMS))).toMatchObject([{ code: "DATA_FILE_MISSING" }]);
  });
});

test("everything that is wrong is said at once, with lines counted past malformed ones, and only the first five", async () => {
  const bad = "9;nine;cook;1;perhaps\n";
  const found = await problemsOf(`${HEADER.replace("emp.var.rate", "other")}${bad}1;2\n${bad.repeat(3)}3;4\n${bad.repeat(4)}${ROW}`);
  expect(found.map(({ code, column, count }) => [code, column, count])).toEqual([
    ["DATA_COLUMN_MISSING", "emp.var.rate", 1], ["DATA_MALFORMED", null, 2], ["DATA_TOO_MANY_ROWS", null, 11],
    ["DATA_NOT_A_NUMBER", "age", 8], ["DATA_UNKNOWN_CATEGORY", "job", 8], ["DATA_WRONG_LABEL", "y", 8],
  ]);
  expect(found[3]?.lines).toEqual([2, 4, 5, 6, 8]);
});

test("no message holds a value, a key or a header of the file", async () => {
  const canary = "canary7f3a";
  const line = (id: string, age: string, job: string, rate: string, y: string) => `${[id, age, job, rate, y].join(";")}\n`;
  const contents = [
    `id;age;job;${canary};y\n${line(canary, canary, canary, canary, canary).repeat(2)}`,
    `${HEADER}${line(canary, "99999.125", canary, "1", canary)}${canary}\n${line(canary, canary, "clerk", "99999.125", "no")}`,
    `${HEADER}${ROW}8;31;"${canary};1;no\n`,
    `"${canary};age\n${ROW}`,
    `${canary}\n${canary}\n`,
  ];
  for (const content of contents) {
    const found = await problemsOf(content, { keyColumn: "id" });
    expect(found.length).toBeGreaterThan(0);
    const said = JSON.stringify(found) + found.map(explainProblem).join("\n");
    expect(said).not.toContain(canary);
    expect(said).not.toContain("99999.125");
    expect(found.every(({ fix }) => fix.length > 0)).toBe(true);
  }
});

test("a problem of the header has no count", () => {
  const problem: DataProblem = { code: "DATA_COLUMN_MISSING", column: "age", rule: "a header", count: 1, lines: [], fix: "name it" };
  expect(explainProblem(problem)).toBe("DATA_COLUMN_MISSING in column age: a column of the charter does not stand in the header exactly once; the rule: a header; to do: name it");
});

test("a problem explains itself: what, where, the rule, and what to do", () => {
  const problem: DataProblem = { code: "DATA_OUT_OF_BOUNDS", column: "age", rule: "17 to 100 years", count: 3, lines: [4, 9], fix: DATA_PROBLEMS.DATA_OUT_OF_BOUNDS.fix };
  expect(explainProblem(problem)).toBe(
    "DATA_OUT_OF_BOUNDS in column age: values lie outside the charter's bounds (count 3, first at lines 4, 9); the rule: 17 to 100 years; "
    + "to do: correct the values or their unit; if they are right, agree on wider bounds in a new charter",
  );
});
