import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { publishedCount, publishedPermille } from "../../src/columns/published-count.js";

test.each([
  [0, "<10"], [9, "<10"], [10, 10], [14, 10], [15, 20], [994, 990], [1_454, 1_450], [9_996, 10_000], [10_006, 10_000], [135_080, 135_000], [541_909, 542_000], [9_999_999_999, 10_000_000_000],
] as const)("%p rows are published as %p", (rows, published) => {
  expect(publishedCount(rows)).toBe(published);
});

test.each([[-1], [2.5], [NaN], [Infinity], [2 ** 53]])("%p is no count", (rows) => {
  expect(() => publishedCount(rows)).toThrow(RangeError);
});

test("the rates of Online Retail are those of the published counts", () => {
  expect([135_080, 1_454].map((rows) => publishedPermille(publishedCount(rows), publishedCount(541_909)))).toEqual([249, 3]);
});

test("there is no rate where a count is below ten", () => {
  expect([publishedPermille("<10", 500), publishedPermille("<10", "<10"), publishedPermille(20, "<10")]).toEqual([null, null, null]);
});

test("a published count is published as itself, grows with the count, and never falls below ten again", () => {
  fc.assert(fc.property(fc.integer({ min: 10, max: 10_000_000_000 }), fc.nat({ max: 1_000_000 }), (rows, more) => {
    const published = publishedCount(rows);
    if (published === "<10") throw new Error("ten rows or more");
    expect(publishedCount(published)).toBe(published);
    expect(publishedCount(rows + more)).toBeGreaterThanOrEqual(published);
    expect(Math.abs(published - rows) / rows).toBeLessThanOrEqual(rows < 1_000 ? 0.5 : 0.006);
  }));
});

test("nine rows out of ten, a row more or less does not show", () => {
  const steps = Array.from({ length: 2_000 }, (_, i) => publishedCount(10 + i) !== publishedCount(11 + i)).filter(Boolean).length;
  expect(steps).toBe(200);
});
