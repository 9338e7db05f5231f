import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { occurrence, occurrenceAfter, RHYTHM_UNITS, type Rhythm } from "../src/calendar.js";

const at = (text: string) => Date.parse(text);
const text = (ms: number) => new Date(ms).toISOString();
const every = (count: number, unit: Rhythm["unit"], start: string): Rhythm => ({ every: count, unit, startMs: at(start) });

describe("a rhythm", () => {
  test.each<[Rhythm, number, string]>([
    [every(3, "days", "2027-02-27T06:30:00Z"), 2, "2027-03-05T06:30:00.000Z"],
    [every(2, "weeks", "2026-12-21T23:59:59Z"), 3, "2027-02-01T23:59:59.000Z"],
    [every(1, "months", "2027-01-31T08:00:00Z"), 1, "2027-02-28T08:00:00.000Z"],
    // Counted from the start: a short month does not shorten those after it.
    [every(1, "months", "2027-01-31T08:00:00Z"), 2, "2027-03-31T08:00:00.000Z"],
    [every(1, "months", "2028-01-30T08:00:00Z"), 1, "2028-02-29T08:00:00.000Z"],
    [every(5, "months", "2026-11-30T00:00:00Z"), 3, "2028-02-29T00:00:00.000Z"],
  ])("%j comes the time after %d times at %s", (rhythm, count, expected) => {
    expect(text(occurrence(rhythm, count))).toBe(expected);
  });

  test("begins with its start, and leaves out what was missed", () => {
    const weekly = every(1, "weeks", "2027-01-04T07:00:00Z");
    expect(text(occurrenceAfter(weekly, at("2026-12-01T00:00:00Z")))).toBe("2027-01-04T07:00:00.000Z");
    expect(text(occurrenceAfter(weekly, weekly.startMs))).toBe("2027-01-11T07:00:00.000Z");
    expect(text(occurrenceAfter(weekly, at("2027-03-02T00:00:00Z")))).toBe("2027-03-08T07:00:00.000Z");
  });

  test("goes on without end: the next one is later, and the first that is", () => {
    const rhythms = fc.record({ every: fc.integer({ min: 1, max: 40 }), unit: fc.constantFrom(...RHYTHM_UNITS), startMs: fc.integer({ min: 0, max: at("2090-01-01") }) });
    fc.assert(fc.property(rhythms, fc.integer({ min: 0, max: at("2099-01-01") }), (rhythm, afterMs) => {
      const next = occurrenceAfter(rhythm, afterMs);
      expect(next).toBeGreaterThan(afterMs);
      const places = Array.from({ length: 3 }, (_, i) => occurrence(rhythm, i));
      expect(places.toSorted((a, b) => a - b)).toEqual(places);
      if (next !== rhythm.startMs) {
        let count = 0;
        while (occurrence(rhythm, count) !== next) count++;
        expect(occurrence(rhythm, count - 1)).toBeLessThanOrEqual(afterMs);
      }
    }), { numRuns: 200 });
  });
});
