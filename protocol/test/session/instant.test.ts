import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { instantText } from "../../src/session/instant.js";

/** The year 9999 ends here; beyond it RFC 3339 has no text. */
const LAST_MS = 253_402_300_799_999;

test.each([
  [0, "1970-01-01T00:00:00.000Z"], [1, "1970-01-01T00:00:00.001Z"], [951_782_400_000, "2000-02-29T00:00:00.000Z"], [4_107_542_400_000, "2100-03-01T00:00:00.000Z"],
  [1_703_980_799_999, "2023-12-30T23:59:59.999Z"], [LAST_MS, "9999-12-31T23:59:59.999Z"],
])("%i ms is %s", (atMs, text) => expect(instantText(atMs)).toBe(text));

test("every time is what the platform's Date says it is", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: LAST_MS }), (atMs) => {
    expect(instantText(atMs)).toBe(new Date(atMs).toISOString());
  }), { numRuns: 3_000 });
});

test("every day of two centuries has its date, in each of their leap years too", () => {
  const wrong = Array.from({ length: 75_000 }, (_, day) => day * 86_400_000).filter((atMs) => instantText(atMs) !== new Date(atMs).toISOString());
  expect(wrong).toEqual([]);
});

test("a fraction of a millisecond is cut off", () => expect(instantText(1_999.9)).toBe("1970-01-01T00:00:01.999Z"));
