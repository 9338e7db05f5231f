import { expect, test } from "@jest/globals";
import type { Recipe } from "@cohortium/protocol/charter/recipe";
import { charterNames, charterTerms } from "../../../src/data/quality/charter-terms.js";
import { vectorOf } from "../../../src/data/quality/vector.js";
import { configuredWords } from "../../../src/data/recipe/own-words.js";
import { tableOver } from "./duck-table.js";
import { gate, objections } from "./gate-stage.js";

const RECIPE: Recipe = {
  features: [
    { kind: "numeric", name: "age", unit: "years", min: 17, max: 100, missing: "indicate" },
    { kind: "log", name: "log_balance", source: "balance", unit: "euro", base: 10, min: 0, max: 9_999, outside: "clip" },
    { kind: "buckets", name: "age_band", source: "age", unit: "years", edges: [17, 25, 40, 90] },
    { kind: "categorical", name: "job", categories: ["clerk", "student"], otherwise: "clerk" },
    { kind: "hash", name: "store", source: "store_id", buckets: 16, salt: "spring" },
    { kind: "numeric", name: "recency", source: "last", unit: "days", min: 1, max: 365 },
  ],
  label: { name: "answer", positive: "yes", negative: "no" },
  transactions: { before: "2026-01-01", key: "customer", time: "bought", amount: "paid", unit: "GBP", windows: [{ name: "last", measure: "recency", days: 365 }] },
};
const WORDS = configuredWords({ age: "Alter", answer: "Antwort" }, { paid: "Betrag" });

test("a recipe asks of each column of the rows what it does with it, in the company's own words", () => {
  expect(charterTerms({ recipe: RECIPE, at: "questions.0", rowsMin: 10, rowsMax: 1_000 }, WORDS, "id")).toEqual({
    rowsMin: 10, rowsMax: 1_000, keyColumn: "id",
    label: { name: "Antwort", positive: "yes", negative: "no", at: "questions.0.label" },
    columns: [
      { name: "Alter", at: "questions.0.features.0", kind: { kind: "numeric", min: 17, max: 100, mayBeNull: true } },
      { name: "balance", at: "questions.0.features.1", kind: { kind: "numeric", min: null, max: null, mayBeNull: false } },
      { name: "Alter", at: "questions.0.features.2", kind: { kind: "numeric", min: 17, max: 90, mayBeNull: false } },
      { name: "job", at: "questions.0.features.3", kind: { kind: "categorical", categories: ["clerk", "student"], isOpen: true, mayBeNull: false } },
      { name: "store_id", at: "questions.0.features.4", kind: { kind: "words", mayBeNull: false } },
    ],
  });
});

test("others are told the charter's names of columns, and not the company's", async () => {
  expect([...charterNames(RECIPE, WORDS)]).toEqual([["Alter", "age"], ["balance", "balance"], ["job", "job"], ["store_id", "store_id"], ["Antwort", "answer"]]);
  const table = await tableOver("SELECT CASE WHEN i < 30 THEN NULL ELSE 17 + i % 70 END AS \"Alter\", i * 99 AS balance, 'clerk' AS job, 's' || i AS store_id, CASE i % 2 WHEN 0 THEN 'yes' ELSE 'no' END AS \"Antwort\", i AS customer FROM range(1000) t(i)");
  const result = await gate(table, { terms: charterTerms({ recipe: RECIPE, at: "questions.0", rowsMin: 10, rowsMax: 1_000 }, WORDS, "customer") });
  expect(objections(result)).toEqual(["warn QUALITY_CONSTANT job"]);
  const vector = vectorOf(result, charterNames(RECIPE, WORDS), 10_000);
  expect(vector.rules.flatMap(({ rule, told }) => told.map(({ column, outcome }) => `${outcome} ${rule} ${column}`))).toEqual(["pass QUALITY_NULLS age", "pass QUALITY_EMPTY age", "warn QUALITY_CONSTANT job"]);
  expect(JSON.stringify(vector)).not.toMatch(/Alter|Antwort|customer/);
});
