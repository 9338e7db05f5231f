import { expect, test } from "@jest/globals";
import { categoricalsOf, columnsOf, numericsOf, type Feature } from "../../src/charter/features.js";

const FEATURES: readonly Feature[] = [
  { kind: "categorical", name: "job", categories: ["clerk", "farmer", "retired"] },
  { kind: "numeric", name: "age", unit: "years", min: 17, max: 100 },
  { kind: "categorical", name: "loan", categories: ["no", "yes"] },
];

test("columns are the intercept, then feature by feature, without each reference category", () => {
  expect(columnsOf(FEATURES).map(({ name }) => name)).toEqual(["intercept", "job=farmer", "job=retired", "age", "loan=yes"]);
});

test("a category's column knows its place in the charter's list", () => {
  expect(columnsOf(FEATURES)[2]).toMatchObject({ kind: "category", category: 2 });
});

test("numerics and categoricals keep the charter's order", () => {
  expect(numericsOf(FEATURES).map(({ name }) => name)).toEqual(["age"]);
  expect(categoricalsOf(FEATURES).map(({ name }) => name)).toEqual(["job", "loan"]);
});
