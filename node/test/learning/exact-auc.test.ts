import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { aucExact } from "../../src/learning/exact-auc.js";

test.each([
  { what: "a perfect ranking", scores: [-2, -1, 3, 4], labels: [0, 0, 1, 1], auc: 1 },
  { what: "one pair of four reversed", scores: [-2, 3, -1, 4], labels: [0, 0, 1, 1], auc: 0.75 },
  { what: "nothing but ties", scores: [7, 7, 7], labels: [0, 1, 1], auc: 0.5 },
  { what: "a tie between the classes", scores: [2, 5, 5, 9], labels: [0, 0, 1, 1], auc: 0.875 },
])("$what has area $auc", ({ scores, labels, auc }) => {
  expect(aucExact(Float64Array.from(scores), Uint8Array.from(labels))).toBe(auc);
});

test("one class has no area, and a missing label is our own mistake", () => {
  expect(aucExact(Float64Array.of(3, 4), Uint8Array.of(1, 1))).toBeNaN();
  expect(() => aucExact(Float64Array.of(3, 4), Uint8Array.of(1))).toThrow(RangeError);
});

test("the area is the share of pairs ranked rightly, ties half", () => {
  const row = fc.record({ score: fc.integer({ min: -4, max: 4 }), label: fc.constantFrom(0, 1) });
  fc.assert(fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), (rows) => {
    const [hits, others] = [1, 0].map((label) => rows.filter((one) => one.label === label));
    fc.pre(hits !== undefined && others !== undefined && hits.length > 0 && others.length > 0);
    const wins = hits.flatMap((hit) => others.map((other) => (hit.score > other.score ? 1 : hit.score === other.score ? 0.5 : 0)));
    const share = wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
    expect(aucExact(Float64Array.from(rows, ({ score }) => score), Uint8Array.from(rows, ({ label }) => label))).toBeCloseTo(share, 12);
  }));
});
