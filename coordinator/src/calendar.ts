/** How often something repeats. Times are UTC; a month that has no such day ends with its last. */
export interface Rhythm {
  readonly every: number;
  readonly unit: RhythmUnit;
  readonly startMs: number;
}

export const RHYTHM_UNITS = ["days", "weeks", "months"] as const;
export type RhythmUnit = (typeof RHYTHM_UNITS)[number];

/** When it happens for the time after `count` times, in Unix milliseconds: `count` 0 is the start itself. */
export function occurrence({ every, unit, startMs }: Rhythm, count: number): number {
  switch (unit) {
    case "days": return startMs + count * every * DAY_MS;
    case "weeks": return startMs + count * every * 7 * DAY_MS;
    case "months": return monthsAfter(startMs, count * every);
  }
}

/** The first occurrence that is later than `afterMs`. What was missed in between is not made up for: it would ask of the same rows. */
export function occurrenceAfter(rhythm: Rhythm, afterMs: number): number {
  if (afterMs < rhythm.startMs) return rhythm.startMs;
  // Counted from below: no unit lasts longer than 31 days a month.
  let count = Math.floor((afterMs - rhythm.startMs) / (rhythm.every * LONGEST_DAYS[rhythm.unit] * DAY_MS));
  while (!(occurrence(rhythm, count) > afterMs)) count++;
  return occurrence(rhythm, count);
}

const DAY_MS = 86_400_000;
const LONGEST_DAYS: Readonly<Record<RhythmUnit, number>> = { days: 1, weeks: 7, months: 31 };

function monthsAfter(startMs: number, months: number): number {
  const start = new Date(startMs);
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + months];
  // Day 0 of a month is the last of the one before.
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(start.getUTCDate(), lastDay)) + (startMs - Date.UTC(year, start.getUTCMonth(), start.getUTCDate()));
}
