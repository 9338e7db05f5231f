import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Json } from "@cohortium/crypto/canonical-json";
import { logOfOnePlus } from "../../src/session/logarithm.js";
import { featuresOf, recipeDigest } from "../../src/charter/recipe-lowering.js";
import type { Recipe } from "../../src/charter/recipe.js";
import { schemaOf, sourcesOf } from "../../src/charter/columns-schema.js";
import { bent, sound } from "./fixture.js";
import { RICH } from "./recipe-fixture.js";

const recipeOf = (json: object = RICH): Recipe => {
  const [question] = sound(json as Json).questions;
  if (question === undefined) throw new Error("a sound charter asks something");
  return question;
};
const Q = "/questions/0";

describe("the logarithm", () => {
  test.each([
    [0, "e", 0], [0, 10, 0], [1, 2, 1], [7, 2, 3], [9, 10, 1], [999_999, 10, 6], [-0.5, 2, -1], [Math.E - 1, "e", 1], [2 ** 52 - 1, 2, 52],
  ] as const)("of 1 + %d to base %s is %d", (x, base, y) => expect(logOfOnePlus(x, base)).toBeCloseTo(y, 13));

  test("is the platform's to 2 parts in 10^15, from the least to the greatest number", () => {
    fc.assert(fc.property(fc.double({ min: -0.999_999, max: Number.MAX_VALUE, noNaN: true }), (x) => {
      const exact = Math.log(1 + x);
      expect(Math.abs(logOfOnePlus(x, "e") - exact)).toBeLessThanOrEqual(2e-15 * Math.max(Math.abs(exact), 1e-3));
    }), { numRuns: 2_000 });
  });

  test("does not fall where the number rises", () => {
    const number = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(fc.property(number, number, (a, b) => {
      // Below, 1 + x is 1.
      fc.pre(b - a > 1e-9 * b + 1e-12);
      expect(logOfOnePlus(b, 10)).toBeGreaterThan(logOfOnePlus(a, 10));
    }), { numRuns: 2_000 });
  });
});

test("the model sees one number or one word per feature, in charter order", () => {
  expect(featuresOf(recipeOf())).toEqual([
    { kind: "numeric", name: "age", unit: "years", min: 17, max: 100, missing: "indicate" },
    { kind: "numeric", name: "log_balance", unit: "log10(1 + euro)", min: 0, max: logOfOnePlus(999_999, 10) },
    { kind: "categorical", name: "age_band", categories: ["[17, 25)", "[25, 40)", "[40, 100]", "(missing)"] },
    { kind: "categorical", name: "job", categories: ["clerk", "student", "other"] },
    { kind: "categorical", name: "store", categories: Array.from({ length: 16 }, (_, i) => `#${i}`) },
    { kind: "numeric", name: "recency", unit: "days", min: 1, max: 365, missing: "indicate" },
    { kind: "numeric", name: "frequency", unit: "purchases", min: 0, max: 50 },
    { kind: "numeric", name: "monetary", unit: "ln(1 + GBP)", min: 0, max: logOfOnePlus(1e6, "e") },
  ]);
});

test("plain features are lowered to themselves", () => {
  const features = [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }, { kind: "categorical", name: "job", categories: ["a", "b"] }] as const;
  expect(featuresOf({ features })).toEqual(features);
});

test("the feeds must hold each column once, windows are no column, and the key stands in both", () => {
  expect(sourcesOf(recipeOf()).map(({ feed, column, holds, unit }) => `${feed}.${column} ${holds} ${unit ?? "-"}`)).toEqual([
    "rows.age number years", "rows.balance number euro", "rows.job words -", "rows.store_id words -", "rows.answer words -", "rows.customer key -",
    "transactions.customer key -", "transactions.bought time -", "transactions.paid number GBP", "transactions.invoice words -",
  ]);
});

/** Everything a recipe can say differently, and what must not pass for the same. */
test.each([
  [`${Q}/features/0/unit`, "months"], [`${Q}/features/0/missing`, undefined], [`${Q}/features/0/outside`, "refuse"], [`${Q}/features/1/base`, 2],
  [`${Q}/features/1/source`, "saldo"], [`${Q}/features/2/edges`, [17, 26, 40, 100]], [`${Q}/features/3/otherwise`, "clerk"],
  [`${Q}/features/3/categories`, ["student", "clerk", "other"]], [`${Q}/features/4/salt`, "autumn"], [`${Q}/features/4/buckets`, 17],
  [`${Q}/transactions/before`, "2011-12-11"], [`${Q}/transactions/order`, undefined], [`${Q}/transactions/windows/0/days`, 364],
  [`${Q}/label/positive`, "ja"],
])("another %s is another recipe", (at, value) => {
  const changed = at.endsWith("features/0/unit") ? bent(`${Q}/features/2/unit`, value, bent(at, value, RICH) as object) : bent(at, value, RICH);
  expect(recipeDigest(recipeOf(changed as object))).not.toBe(recipeDigest(recipeOf()));
});

test("a schema shows numbers with bounds, and lists of words by number and digest", () => {
  const { features } = schemaOf(recipeOf());
  expect(features[0]).toEqual({ name: "age", type: "number", unit: "years", min: 17, max: 100, missing: "indicate" });
  expect(features[3]).toMatchObject({ name: "job", type: "category", categories: 3 });
  const turned = schemaOf(recipeOf(bent(`${Q}/features/3/categories`, ["student", "clerk", "other"], RICH) as object));
  expect(turned.features[3]).not.toEqual(features[3]);
});
