import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { boundsAround } from "../../../src/data/contract/bounds-around.js";
import { lintContract } from "../../../src/data/contract/lint-contract.js";
import { lintData } from "../../../src/data/contract/lint-data.js";
import { profileOf } from "../../../src/data/contract/profile.js";
import { proposedName } from "../../../src/data/contract/propose-name.js";
import { propose } from "../../../src/data/contract/propose.js";
import { readContract } from "../../../src/data/contract/read-contract.js";
import { writeContract } from "../../../src/data/contract/write-contract.js";
import { tableOver } from "../quality/duck-table.js";

async function proposed(columns: string, rows = 1_000) {
  const table = await tableOver(`SELECT ${columns} FROM range(${rows}) t(i)`);
  const proposal = propose("rows", rows, await profileOf(table));
  const text = writeContract(proposal, { id: "t", schemaUrl: null });
  const read = readContract(text);
  if (read.kind === "refused") throw new Error(JSON.stringify(read.findings));
  return { table, columns: proposal.columns, text, contract: read.contract };
}

describe("a profile", () => {
  test("counts the rows at the ends of a column, also where these have seventeen digits", async () => {
    const table = await tableOver("SELECT CASE WHEN i < 3 THEN '-0.10343860099723777' ELSE '0.5' END AS x FROM range(10) t(i)");
    expect((await profileOf(table))[0]?.ends).toEqual({ least: { value: -0.10343860099723777, rows: 3 }, greatest: { value: 0.5, rows: 7 } });
  });
});

describe("a proposal", () => {
  test("says of each column what it seems to be, and marks what was guessed", async () => {
    const { columns } = await proposed("i % 60 + 18 AS age, CASE i % 4 WHEN 0 THEN 'web' ELSE 'shop' END AS \"salesChannel\", 'm' || i || '@example.org' AS contact, i AS \"CustomerID\", i % 2 AS newbie, i * 1.5 AS price_eur, i > 500 AS member, TIMESTAMP '2026-01-01' + to_hours(i::INTEGER) AS \"InvoiceDate\", CASE i % 9 WHEN 0 THEN 'yes' ELSE 'no' END AS y, 'none' AS religion");
    expect(columns.map(({ name, source, type, classification, unit, positive, bounds }) => ({ name, source, type, classification, unit, positive, bounds }))).toMatchObject([
      { name: "age", type: "integer", classification: "quasi-identifier", unit: "years", bounds: { min: 18, max: 77 } },
      { name: "sales_channel", source: "salesChannel", type: "string", classification: "none" },
      { name: "contact", classification: "identifier" },
      { name: "customer_id", source: "CustomerID", type: "integer", classification: "identifier", bounds: null },
      { name: "newbie", unit: "1", bounds: { min: 0, max: 1 } },
      { name: "price_eur", type: "number", unit: "EUR", bounds: { min: 0, max: 1_500 } },
      { name: "is_member", source: "member", type: "boolean" },
      { name: "invoice_at", source: "InvoiceDate", type: "timestamp" },
      { name: "y", positive: "yes" },
      { name: "religion", classification: "sensitive" },
    ]);
    expect(columns[0]?.guessed).toEqual(["logicalType", "bounds", "classification", "unit"]);
    expect(columns.every(({ guessed }) => guessed.length > 0)).toBe(true);
  });

  test("sees what texts spell, and takes codes with leading zeros for what they are", async () => {
    const { columns } = await proposed("i::VARCHAR AS a, (i / 4.0)::VARCHAR AS b, '2026-01-' || (10 + i % 20) AS c, '2026-01-01T' || (10 + i % 10) || ':30' AS d, CASE i % 2 WHEN 0 THEN 'true' ELSE 'FALSE' END AS e, printf('%05d', i) AS f, CASE WHEN i > 0 THEN i::VARCHAR ELSE 'none' END AS g, NULL::VARCHAR AS h, CASE WHEN i > 0 THEN i::VARCHAR ELSE 'inf' END AS k");
    expect(columns.map(({ source, type }) => `${source} ${type}`)).toEqual(["a integer", "b number", "c date", "d timestamp", "e boolean", "f string", "g string", "h null", "k string"]);
    expect(columns[0]?.bounds).toEqual({ min: 0, max: 1_000 });
  });

  test("takes for times what the gate takes for times: an offset makes a text of them", async () => {
    const { columns } = await proposed("'2026-01-01T' || (10 + i % 10) || ':30:00Z' AS a, '2026-01-01T' || (10 + i % 10) || ':30:00+02:00' AS b, '2026-01-01 10:30:00 UTC' AS c, CASE i % 2 WHEN 0 THEN '2026-01-01' ELSE '2026-01-01 10:30' END AS d");
    expect(columns.map(({ source, type }) => `${source} ${type}`)).toEqual(["a timestamp", "b string", "c string", "d timestamp"]);
  });

  test("lists values that ten rows share, and leaves rarer ones to a person", async () => {
    const { columns, text } = await proposed("CASE WHEN i < 9 THEN 'RARE' WHEN i % 2 = 0 THEN 'web' ELSE 'shop' END AS channel");
    expect(columns[0]).toMatchObject({ values: ["shop", "web"], unlistedPercentMax: 1, notes: ["values of fewer than ten rows are not listed (1 of them): they could point at persons; list them if they may be public"] });
    expect(text).not.toContain("RARE");
    const { columns: more } = await proposed("CASE WHEN i < 10 THEN 'RARE' WHEN i % 2 = 0 THEN 'web' ELSE 'shop' END AS channel");
    expect(more[0]).toMatchObject({ values: ["RARE", "shop", "web"], unlistedPercentMax: 0, notes: [] });
  });

  test("lists nothing where one row in fifty has a rare value", async () => {
    const { columns, text } = await proposed("CASE WHEN i < 20 THEN 'RARE' || i // 5 WHEN i % 2 = 0 THEN 'web' ELSE 'shop' END AS channel");
    expect(columns[0]).toMatchObject({ values: null, hashed: true, notes: [expect.stringContaining("6 different values, many of them with fewer than ten rows")] });
    expect(text).not.toContain("shop");
  });

  test("lists a thousand values, and not one more", async () => {
    const of = async (different: number) => (await proposed(`'w' || (i % ${different}) AS word`, 10 * different)).columns[0];
    expect(await of(1_000)).toMatchObject({ hashed: false, values: { length: 1_000 } });
    expect(await of(1_001)).toMatchObject({ hashed: true, values: null });
  }, 60_000);

  test("says of ten thousand values that they are too many, and to use them hashed", async () => {
    const { columns, text } = await proposed("'w' || i AS word", 10_000);
    expect(columns[0]).toMatchObject({ hashed: true, values: null, notes: [expect.stringMatching(/^about [\d,]+ different values: more than the 1,000 that may be listed; use it hashed, or leave it out$/)] });
    expect(text).not.toContain("w77");
  });

  test("of any rows fits these rows and breaks no rule of its own, but for what a person must say", async () => {
    const { table, contract } = await proposed("i % 7 AS \"order\", i::DOUBLE / 3 AS \"emp.var.rate\", NULL::VARCHAR AS empty, CASE WHEN i > 5 THEN 'x' || (i % 3) END AS \"Größe\", CASE WHEN i > 5 THEN i END AS \"手机\", DATE '2026-01-01' + i::INTEGER AS date, i > 3 AS b");
    expect(await lintData(contract.tables[0]!, table)).toEqual([]);
    expect(new Set(lintContract(contract).map(({ rule }) => rule))).toEqual(new Set(["SCHEMA_PURPOSE", "SCHEMA_UNIT_MISSING", "SCHEMA_GUESSED", "SCHEMA_NAME_CASE"]));
  });

  test("can be read whatever names and values there are", () => {
    const strange = fc.string({ minLength: 1, maxLength: 20, unit: "binary" }).filter((text) => !/\p{Surrogate}/u.test(text));
    fc.assert(fc.property(strange, fc.uniqueArray(strange, { minLength: 2, maxLength: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }), (name, values, bound) => {
      const column = { name: "c", source: name, type: "string", required: true, classification: "none", bounds: { min: bound, max: 1e300 }, values, unlistedPercentMax: 1, unit: name, positive: name, hashed: false, guessed: ["values"], notes: [] } as const;
      const read = readContract(writeContract({ feed: "rows", rows: 7, columns: [column] }, { id: name, schemaUrl: null }));
      if (read.kind === "refused") throw new Error(JSON.stringify(read.findings));
      const [back] = read.contract.tables[0]?.columns ?? [];
      expect(back).toMatchObject({ source: name, bounds: { min: { value: bound + 0 } }, extension: { unit: name, positive: name } });
      expect(back?.rules[0]?.measure).toMatchObject({ validValues: values });
    }));
  });
});

describe("bounds", () => {
  const end = (value: number, rows: number) => ({ value, rows });
  test.each([
    [end(17, 5), end(98, 2), 1, { min: 15, max: 100 }],
    [end(17, 10), end(98, 10), 1, { min: 17, max: 98 }],
    [end(0, 1), end(7, 1), 1, { min: 0, max: 8 }],
    [end(-80_995, 1), end(80_995, 1), 1, { min: -100_000, max: 100_000 }],
    [end(0.634, 8), end(5.045, 9), 0, { min: 0.5, max: 5.5 }],
    [end(-11_062.06, 2), end(38_970, 1), 0, { min: -15_000, max: 40_000 }],
    [end(-3, 1), end(-0.2, 1), 0, { min: -3.5, max: 0 }],
    [end(5, 3), end(5, 3), 1, { min: 4, max: 6 }],
    [end(1e-9, 1), end(3e-9, 1), 0, { min: 5e-10, max: 3.5e-9 }],
  ] as const)("around %j and %j are round", (least, greatest, stepMin, bounds) => expect(boundsAround(least, greatest, stepMin)).toEqual(bounds));

  test("contain what they are around, and never stand on a value that few rows have, zero apart", () => {
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    fc.assert(fc.property(value, value, fc.integer({ min: 1, max: 9 }), (a, b, rows) => {
      const [least, greatest] = [Math.min(a, b), Math.max(a, b)];
      const { min, max } = boundsAround(end(least, rows), end(greatest, rows), 0);
      expect(min === 0 ? least >= 0 : min < least).toBe(true);
      expect(max === 0 ? greatest <= 0 : max > greatest).toBe(true);
    }), { numRuns: 1_000, examples: [[999_999_999_999.9899, 999_999_999_999.9908, 1], [0, 5e-324, 1]] });
  });
});

test.each([
  ["InvoiceNo", "string", null, "invoice_no"], ["order", "string", null, "order_value"], ["InvoiceDate", "timestamp", null, "invoice_at"], ["ts", "timestamp", null, "happened_at"],
  ["paid", "date", null, "paid_on"], ["Member", "boolean", null, "is_member"], ["duration", "integer", "seconds", "duration_seconds"], ["age", "integer", "years", "age"],
  ["2nd", "string", null, "c_2nd"], ["手机", "string", null, "手机"], ["XMLHttpId", "string", null, "xml_http_id"], ["Größe", "string", null, "grosse"],
] as const)("%s, a %s in %s, becomes %s", (source, type, unit, name) => {
  expect(proposedName(source, { type, unit, taken: new Set() })).toBe(name);
});

test("no two columns are proposed the same name", () => {
  expect(proposedName("a b", { type: "string", unit: null, taken: new Set(["a_b", "a_b_2"]) })).toBe("a_b_3");
});
