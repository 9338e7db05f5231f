import { expect, test } from "@jest/globals";
import { backoffMs } from "../../src/host/backoff.js";

test.each([[1, 100, 200], [2, 200, 400], [4, 800, 1_600], [7, 6_400, 12_800], [8, 7_500, 15_000], [2_000, 7_500, 15_000]])(
  "after %i failures in a row the wait is between %i and %i ms",
  (failures, leastMs, mostMs) => {
    const waits = Array.from({ length: 200 }, () => backoffMs(failures));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(leastMs);
    expect(Math.max(...waits)).toBeLessThanOrEqual(mostMs);
    expect(new Set(waits).size).toBeGreaterThan(20);
  },
);
