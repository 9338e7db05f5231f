import { expect, test } from "@jest/globals";
import { budgetShare } from "../../src/charter/budget-share.js";

test.each([
  [0, 7, "0 %"], [1, 100_000, "less than 0.01 %"], [27, 100_000, "0.027 %"], [43, 1_000, "4.3 %"], [2_806, 10_000, "28 %"], [99_040, 100_000, "99 %"],
  [99_996, 100_000, "99.9 %"], [13, 13, "100 %"], [1_174, 1_000, "117 %"], [3, 0, "all"], [3, Number.NaN, "all"],
])("%d of %d is %s", (part, budget, says) => {
  expect(budgetShare(part, budget)).toBe(says);
});
