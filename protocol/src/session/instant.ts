/**
 * RFC 3339 UTC text of a Unix time, without the platform's `Date`, which pure code may not touch.
 *
 * @param atMs - Milliseconds since 1970-01-01T00:00:00Z, not negative.
 */
export function instantText(atMs: number): string {
  const days = Math.floor(atMs / 86_400_000);
  const ms = Math.floor(atMs - days * 86_400_000);
  const { year, month, day } = civil(days);
  const clock = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1_000) % 60].map((part) => pad(Math.floor(part), 2)).join(":");
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}.${pad(ms % 1_000, 3)}Z`;
}

/** Days since the epoch to the proleptic Gregorian calendar, by eras of 400 years (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function civil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
