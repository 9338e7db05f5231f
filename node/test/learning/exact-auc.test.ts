import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { evaluate } from "@cohortium/protocol/training/evaluation";
import { aucExact, ksExact } from "../../src/learning/exact-auc.js";

test.each([
  { what: "a perfect ranking", scores: [-2, -1, 3, 4], labels: [0, 0, 1, 1], auc: 1 },
  { what: "one pair of four reversed", scores: [-2, 3, -1, 4], labels: [0, 0, 1, 1], auc: 0.75 },
  { what: "nothing but ties", scores: [7, 7, 7], labels: [0, 1, 1], auc: 0.5 },
  { what: "a tie between the classes", scores: [2, 5, 5, 9], labels: [0, 0, 1, 1], auc: 0.875 },
])("$what has area $auc", ({ scores, labels, auc }) => {
  expect(aucExact(Float64Array.from(scores), Uint8Array.from(labels))).toBe(auc);
});

test.each([
  { what: "a perfect ranking", scores: [-2, -1, 3, 4], labels: [0, 0, 1, 1], ks: 1 },
  { what: "one pair of four reversed", scores: [-2, 3, -1, 4], labels: [0, 0, 1, 1], ks: 0.5 },
  { what: "nothing but ties", scores: [7, 7, 7], labels: [0, 1, 1], ks: 0 },
  { what: "scores far out", scores: [-90, -80, -70, -60], labels: [0, 1, 0, 1], ks: 0.5 },
])("$what has distance $ks", ({ scores, labels, ks }) => {
  const exact = ksExact(Float64Array.from(scores), Uint8Array.from(labels));
  expect(exact.ks).toBe(ks);
  expect(exact.ksInterval.low <= ks && ks <= exact.ksInterval.high).toBe(true);
});

test("the interval of a distance is that of the two shares where it is largest", () => {
  const count = (score: number, label: number, rows: number) => Array.from({ length: rows }, () => ({ score, label }));
  const rows = [...count(1, 1, 80), ...count(0, 1, 20), ...count(1, 0, 30), ...count(0, 0, 70)];
  const { ks, ksInterval } = ksExact(Float64Array.from(rows, ({ score }) => score), Uint8Array.from(rows, ({ label }) => label));
  // 1.96 √(0.8 · 0.2 / 100 + 0.3 · 0.7 / 100)
  expect([ks, ksInterval.low, ksInterval.high]).toEqual([0.5, 0.3808, 0.6192].map((value) => expect.closeTo(value, 4)));
});

test("the distance is that of a histogram that has a bin for each score", () => {
  const row = fc.record({ score: fc.integer({ min: -4, max: 4 }), label: fc.constantFrom(0, 1) });
  fc.assert(fc.property(fc.array(row, { minLength: 2, maxLength: 60 }), (rows) => {
    const counts = (label: number) => Float64Array.from({ length: 9 }, (_, bin) => rows.filter((one) => one.label === label && one.score === bin - 4).length);
    const evaluated = evaluate({ rows: rows.length, positives: counts(1), negatives: counts(0) });
    fc.pre(evaluated.kind === "evaluated");
    const { ks } = ksExact(Float64Array.from(rows, ({ score }) => score), Uint8Array.from(rows, ({ label }) => label));
    expect(evaluated.kind === "evaluated" && evaluated.ks).toBeCloseTo(ks, 12);
  }));
});

test("one class has no area, and a missing label is our own mistake", () => {
  expect(aucExact(Float64Array.of(3, 4), Uint8Array.of(1, 1))).toBeNaN();
  expect(ksExact(Float64Array.of(3, 4), Uint8Array.of(1, 1)).ks).toBeNaN();
  expect(() => ksExact(Float64Array.of(3, 4, 5), Uint8Array.of(0, 1))).toThrow(RangeError);
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
