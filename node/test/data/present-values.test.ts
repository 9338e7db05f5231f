import { expect, test } from "@jest/globals";
import { explainProblem } from "../../src/data/problem.js";
import { presentProblems } from "../../src/data/present-values.js";
import { localRows } from "../../src/data/local-rows.js";
import type { Feature } from "@cohortium/protocol/charter/features";

const FEATURES: readonly Feature[] = [
  { kind: "numeric", name: "age", unit: "years", min: 0, max: 100 },
  { kind: "numeric", name: "income", unit: "euro", min: 0, max: 100, missing: "indicate" },
  { kind: "numeric", name: "debt", unit: "euro", min: 0, max: 100, missing: "indicate" },
];

/** Twenty rows, of which so many have an income and a debt. */
const rows = (incomes: number, debts: number) => localRows(
  Float64Array.from({ length: 60 }, (_, i) => (i < 20 ? 7 : i < 40 ? (i - 20 < incomes ? 5 : NaN) : i - 40 < debts ? 3 : NaN)), [], new Uint8Array(20));

test("a column with values in fewer rows than the threshold is refused, with how many; at the threshold it is not", () => {
  expect(presentProblems(rows(10, 20), FEATURES, 10)).toEqual([]);
  expect(presentProblems(rows(9, 0), FEATURES, 10).map(({ code, column, count }) => [code, column, count])).toEqual([["DATA_TOO_FEW_VALUES", "income", 9], ["DATA_TOO_FEW_VALUES", "debt", 0]]);
});

test("the refusal says what would pass", () => {
  const [problem] = presentProblems(rows(9, 20), FEATURES, 10);
  expect(problem === undefined ? "" : explainProblem(problem)).toContain("the rule: values in at least 10 of the rows trained on");
});
