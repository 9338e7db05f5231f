import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { canonicalText } from "@cohortium/crypto/canonical-json";
import fc from "fast-check";
import { parseDigest } from "../../src/session/ids.js";
import { QUALITY_RULE_IDS, QUALITY_RULES } from "../../src/columns/quality-rules.js";
import { parseQualityVector, qualityVector, qualityVectorDigest, qualityVectorJson, TOLD_MAX, type MeasuredCheck } from "../../src/columns/quality-vector.js";

const COLUMNS = ["age", "job", "answer"];
const CONTRACT = parseDigest("c0".repeat(32));
const CHECKS: readonly MeasuredCheck[] = [
  { rule: "QUALITY_ROWS", column: null, outcome: "pass", rows: null },
  { rule: "QUALITY_NULLS", column: "job", outcome: "pass", rows: 1_454 },
  { rule: "QUALITY_NULLS", column: "age", outcome: "pass", rows: 3 },
  { rule: "QUALITY_NULLS", column: "customer_mail", outcome: "pass", rows: 20_000 },
  { rule: "QUALITY_CONSTANT", column: "age", outcome: "warn", rows: null },
  { rule: "QUALITY_UNSEEN", column: "job", outcome: "warn", rows: 7 },
];
const VECTOR = qualityVector({ contract: CONTRACT, rows: 541_909, checks: CHECKS }, COLUMNS);
const JSON_OF_IT = qualityVectorJson(VECTOR);

test("a vector tells coarse counts of the charter's columns, and nothing of others", () => {
  expect(JSON_OF_IT).toEqual({
    v: 1, contract: "c0".repeat(32), rows: 542_000, untold: 0,
    rules: [
      { rule: "QUALITY_ROWS", columns: 1, told: [] },
      { rule: "QUALITY_NULLS", columns: 2, told: [{ column: "job", outcome: "pass", rows: 1_450, permille: 3 }] },
      { rule: "QUALITY_CONSTANT", columns: 1, told: [{ column: "age", outcome: "warn", rows: null, permille: null }] },
      { rule: "QUALITY_UNSEEN", columns: 1, told: [{ column: "job", outcome: "warn", rows: "<10", permille: null }] },
    ],
  });
});

test("its digest is known, so that no version changes the form in silence", () => {
  expect(qualityVectorDigest(VECTOR)).toBe("ed21a186ec9d4bb620779d5c1296ae83b59496b15f53af077f354ebeaa1f044c");
});

test("the order in which a node measured does not show", () => {
  const backwards = qualityVector({ contract: CONTRACT, rows: 541_909, checks: CHECKS.toReversed() }, COLUMNS.toReversed());
  expect(qualityVectorDigest(backwards)).toBe(qualityVectorDigest(VECTOR));
});

test("a gate that failed has no vector", () => {
  expect(() => qualityVector({ contract: null, rows: 100, checks: [{ rule: "QUALITY_NULLS", column: "age", outcome: "fail", rows: 50 }] }, COLUMNS)).toThrow("failed");
});

test("two checks of one rule and column are a bug", () => {
  expect(() => qualityVector({ contract: null, rows: 100, checks: [...CHECKS, { rule: "QUALITY_NULLS", column: "age", outcome: "pass", rows: 5 }] }, COLUMNS)).toThrow("two checks");
});

test("two feeds that differ in less than ten nulls have the same vector", () => {
  const ofNulls = (rows: number) => qualityVector({ contract: null, rows: 5_000, checks: [{ rule: "QUALITY_NULLS", column: "age", outcome: "pass", rows }] }, COLUMNS);
  expect(ofNulls(0)).toEqual(ofNulls(9));
  expect(ofNulls(0)).not.toEqual(ofNulls(10));
});

describe("reading a vector", () => {
  test("gives back what was written", () => {
    expect(parseQualityVector(JSON.parse(canonicalText(JSON_OF_IT)), COLUMNS)).toEqual(VECTOR);
  });

  test("gives back whatever a node may measure", () => {
    const check = fc.record({
      rule: fc.constantFrom(...QUALITY_RULE_IDS), column: fc.constantFrom(null, ...COLUMNS, "own_column"),
      outcome: fc.constantFrom("pass", "warn" as const), rows: fc.nat({ max: 1_000_000 }),
    });
    const checks = fc.uniqueArray(check, { selector: ({ rule, column }) => `${rule} ${column}` });
    fc.assert(fc.property(checks, fc.integer({ min: 1_000_000, max: 1e9 }), (measured, rows) => {
      const exact = measured.map((one) => ({ ...one, rows: QUALITY_RULES[one.rule].counts === "rows" ? one.rows : null }));
      const vector = qualityVector({ contract: null, rows, checks: exact }, COLUMNS);
      expect(parseQualityVector(qualityVectorJson(vector), COLUMNS)).toEqual(vector);
      expect(canonicalText(qualityVectorJson(vector))).not.toContain("own_column");
    }));
  });

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- bent on purpose, in ways no type allows
  const bent: readonly (readonly [string, (vector: any) => unknown])[] = [
    ["no object", () => null],
    ["a list", () => []],
    ["another version", (vector) => { vector.v = 2; }],
    ["a member more", (vector) => { vector.note = "hello"; }],
    ["a member less", (vector) => { delete vector.untold; }],
    ["a contract that is no digest", (vector) => { vector.contract = "mine"; }],
    ["a number of rows finer than agreed", (vector) => { vector.rows = 541_909; }],
    ["a number of rows below ten", (vector) => { vector.rows = 9; }],
    ["no number of rows", (vector) => { vector.rows = null; }],
    ["rules that are no list", (vector) => { vector.rules = {}; }],
    ["a rule nobody knows", (vector) => { vector.rules[0].rule = "QUALITY_MOON"; }],
    ["a rule of every object", (vector) => { vector.rules[0].rule = "constructor"; }],
    ["rules in another order", (vector) => { vector.rules.reverse(); }],
    ["a rule twice", (vector) => { vector.rules.push(vector.rules.at(-1)); }],
    ["a rule on no column", (vector) => { vector.rules[0].columns = 0; }],
    ["a rule on half a column", (vector) => { vector.rules[0].columns = 1.5; }],
    ["a rule that tells of more columns than it was measured on", (vector) => { vector.rules[1].told.push({ column: "age", outcome: "pass", rows: 20, permille: 0 }); vector.rules[1].columns = 1; }],
    ["a column the charter does not name", (vector) => { vector.rules[1].told[0].column = "customer_mail"; }],
    ["a column twice", (vector) => { vector.rules[1].told.push(vector.rules[1].told[0]); }],
    ["columns in another order", (vector) => { vector.rules[1].told.push({ column: "age", outcome: "pass", rows: 20, permille: 0 }); }],
    ["a failure", (vector) => { vector.rules[1].told[0].outcome = "fail"; }],
    ["a count finer than agreed", (vector) => { vector.rules[1].told[0].rows = 1_454; }],
    ["a count that is text", (vector) => { vector.rules[1].told[0].rows = "1450"; }],
    ["a count for a rule that counts nothing", (vector) => { vector.rules[2].told[0].rows = 20; }],
    ["no count for a rule that counts", (vector) => { vector.rules[1].told[0].rows = null; vector.rules[1].told[0].permille = null; }],
    ["a rate that does not follow from the counts", (vector) => { vector.rules[1].told[0].permille = 4; }],
    ["a rate below ten rows", (vector) => { vector.rules[3].told[0].permille = 0; }],
    ["something not worth telling", (vector) => { vector.rules[3].told[0].outcome = "pass"; }],
    ["a negative number left out", (vector) => { vector.untold = -1; }],
  ];
  test.each(bent)("refuses %s", (_, bend) => {
    const copy: unknown = structuredClone(JSON_OF_IT);
    const instead = bend(copy);
    expect(() => parseQualityVector((instead === undefined ? copy : instead) as Json, COLUMNS)).toThrow(RangeError);
  });
});

describe("room", () => {
  const many = Array.from({ length: TOLD_MAX + 1 }, (_, i) => `column_${String(i).padStart(91, "0")}_x`);
  const vectorOf = (columns: readonly string[]) => qualityVector({
    contract: CONTRACT, rows: 1_000_000, checks: columns.map((column, i) => ({ rule: "QUALITY_NULLS", column, outcome: "pass", rows: 1_000 + 1_000 * i })),
  }, columns);

  test("there is for as many columns as the limit says, in less than a log entry", () => {
    const full = vectorOf(many.slice(1));
    expect(full.untold).toBe(0);
    expect(parseQualityVector(qualityVectorJson(full), many)).toEqual(full);
    expect(canonicalText(qualityVectorJson(full)).length).toBeLessThan(52_000);
  });

  test("there is not for one more: the column with the lowest rate is left out, and counted", () => {
    const over = vectorOf(many);
    expect(over.untold).toBe(1);
    expect(over.rules[0]?.told.some(({ column }) => column === many[0])).toBe(false);
    expect(parseQualityVector(qualityVectorJson(over), many)).toEqual(over);
  });

  test("may be less: then warnings and the highest rates are told", () => {
    const checks: MeasuredCheck[] = [{ rule: "QUALITY_NULLS", column: "age", outcome: "pass", rows: 400 }, { rule: "QUALITY_NULLS", column: "job", outcome: "pass", rows: 500 }, { rule: "QUALITY_CONSTANT", column: "age", outcome: "warn", rows: null }];
    const told = (toldMax: number) => qualityVector({ contract: null, rows: 10_000, checks }, COLUMNS, toldMax).rules.flatMap(({ rule, told: some }) => some.map(({ column }) => `${rule} ${column}`));
    expect([told(2), told(1), told(0)]).toEqual([["QUALITY_NULLS job", "QUALITY_CONSTANT age"], ["QUALITY_CONSTANT age"], []]);
  });
});
