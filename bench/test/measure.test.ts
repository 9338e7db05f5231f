import { describe, expect, test } from "@jest/globals";
import { growthExponent, interleave, pairedRatio, spreadOf } from "../src/measure.js";

describe("a spread", () => {
  test.each([
    { samples: [9, 4, 30], median: 9, min: 4, max: 30 },
    { samples: [100, 7, 9, 20], median: 14.5, min: 7, max: 100 },
    { samples: [6], median: 6, min: 6, max: 6 },
  ])("of $samples has the median $median", ({ samples, median, min, max }) => {
    expect(spreadOf(samples)).toEqual({ median, min, max, runs: samples.length });
  });

  test("leaves the samples in their order", () => {
    const samples = [9, 4, 30];
    spreadOf(samples);
    expect(samples).toEqual([9, 4, 30]);
  });

  test("of nothing does not exist", () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe("a paired ratio", () => {
  test("survives a machine that slows down half-way, where the quotient of medians does not", () => {
    expect(pairedRatio([2, 2, 2, 20, 20], [8, 8, 80, 80, 80])).toMatchObject({ median: 0.25 });
    expect(spreadOf([2, 2, 2, 20, 20]).median / spreadOf([8, 8, 80, 80, 80]).median).toBe(0.025);
  });

  test("is refused for unequal numbers of turns", () => {
    expect(() => pairedRatio([2, 3], [5])).toThrow(RangeError);
  });
});

describe("interleaved subjects", () => {
  test("take turns, and what warmed up is not counted", () => {
    const calls: string[] = [];
    let nowMs = 0;
    const subject = (name: string, tookMs: number) => () => {
      calls.push(name);
      nowMs += calls.length <= 4 ? 1_000 : tookMs;
    };
    const samples = interleave([subject("a", 3), subject("b", 5)], { warmUps: 1, runs: 3, calls: 2 }, () => nowMs);
    expect(calls.join("")).toBe("aabb".repeat(4));
    expect(samples).toEqual([[3, 3, 3], [5, 5, 5]]);
  });
});

test.each([[1, 7], [2, 49], [0.5, Math.sqrt(7)]])("growth by the power %d is seen as that", (exponent, factor) => {
  expect(growthExponent({ x: 3, y: 11 }, { x: 21, y: 11 * factor })).toBeCloseTo(exponent, 12);
});
