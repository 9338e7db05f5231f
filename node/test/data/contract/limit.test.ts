import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { canHold, holds, limitWords, type Limit } from "../../../src/data/contract/limit.js";

const single = (operator: "mustBe" | "mustNotBe" | "mustBeGreaterThan" | "mustBeGreaterOrEqualTo" | "mustBeLessThan" | "mustBeLessOrEqualTo"): Limit => ({ operator, value: 5 });
const range = (operator: "mustBeBetween" | "mustNotBeBetween"): Limit => ({ operator, from: 4, to: 6 });

describe("a limit of 5, or of 4 and 6", () => {
  test.each([
    [single("mustBe"), [5]], [single("mustNotBe"), [3, 4, 6, 7]], [single("mustBeGreaterThan"), [6, 7]], [single("mustBeGreaterOrEqualTo"), [5, 6, 7]],
    [single("mustBeLessThan"), [3, 4]], [single("mustBeLessOrEqualTo"), [3, 4, 5]], [range("mustBeBetween"), [5]], [range("mustNotBeBetween"), [3, 4, 6, 7]],
  ])("%j holds for %j of 3 to 7, and for nothing undefined", (limit, held) => {
    expect([3, 4, 5, 6, 7].filter((value) => holds(limit, value))).toEqual(held);
    expect(holds(limit, Number.NaN)).toBe(false);
  });

  test.each([
    [single("mustBe"), "exactly 5 %"], [single("mustNotBe"), "not 5 %"], [single("mustBeGreaterThan"), "more than 5 %"], [single("mustBeGreaterOrEqualTo"), "at least 5 %"],
    [single("mustBeLessThan"), "less than 5 %"], [single("mustBeLessOrEqualTo"), "at most 5 %"], [range("mustBeBetween"), "more than 4 % and less than 6 %"], [range("mustNotBeBetween"), "at most 4 % or at least 6 %"],
  ])("%j reads %j", (limit, words) => expect(limitWords(limit, "percent")).toBe(words));

  test("of rows says rows", () => {
    expect([limitWords({ operator: "mustBe", value: 1 }, "rows"), limitWords({ operator: "mustBeLessThan", value: 12_000 }, "rows")]).toEqual(["exactly 1 row", "less than 12,000 rows"]);
  });
});

test("limits can hold together exactly where some whole or half number satisfies them", () => {
  const value = fc.integer({ min: -2, max: 12 });
  const limit = fc.oneof(
    fc.record({ operator: fc.constantFrom("mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo" as const), value }),
    fc.record({ operator: fc.constantFrom("mustBeBetween", "mustNotBeBetween" as const), from: value, to: value }),
  );
  const halves = Array.from({ length: 21 }, (_, i) => i / 2);
  fc.assert(fc.property(fc.array(limit, { minLength: 1, maxLength: 3 }), (limits) => {
    expect(canHold(limits, 10)).toBe(halves.some((half) => limits.every((one) => holds(one, half))));
  }));
});
