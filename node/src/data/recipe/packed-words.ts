import { REFUSED_WORD } from "./feature-sql.js";

/** A column of places: SQL, and how many places there are beside the refused one. */
export interface Places {
  readonly sql: string;
  readonly places: number;
}

/** Several columns of places as digits of one number, the first the least. `columns` are positions in the list that was packed. */
export interface Pack {
  readonly sql: string;
  readonly columns: readonly number[];
  readonly radices: readonly number[];
}

/** Below 2^53 by so much that a quotient never rounds up to the next whole number. */
const PACK_MAX = 2 ** 50;

/**
 * What leaves the engine costs by the column, so small numbers travel together: ten lists of eight words are one column of doubles.
 */
export function packed(columns: readonly Places[]): readonly Pack[] {
  const packs: { sql: string; columns: number[]; radices: number[]; size: number }[] = [];
  columns.forEach(({ sql, places }, i) => {
    const radix = places - REFUSED_WORD;
    const last = packs.at(-1);
    if (last !== undefined && last.size * radix <= PACK_MAX) {
      last.sql += ` + ${last.size} * (${sql} - ${REFUSED_WORD})`;
      last.columns.push(i);
      last.radices.push(radix);
      last.size *= radix;
    } else packs.push({ sql: `(${sql} - ${REFUSED_WORD})`, columns: [i], radices: [radix], size: radix });
  });
  return packs.map(({ sql, columns: at, radices }) => ({ sql: `CAST(${sql} AS DOUBLE)`, columns: at, radices }));
}

/** Takes the digits apart again, into the columns from `from` on. @returns how many of them are refused. */
export function unpack(values: Float64Array, { columns, radices }: Pack, to: readonly (Int32Array | Uint8Array)[], from: number): number {
  let faults = 0;
  const rest = Float64Array.from(values);
  columns.forEach((column, digit) => {
    const [radix, places] = [radices[digit] ?? 1, to[column]];
    if (places === undefined) throw new RangeError("no column to unpack into");
    for (let row = 0; row < rest.length; row++) {
      const number = rest[row] ?? Number.NaN;
      const quotient = Math.floor(number / radix);
      const place = number - quotient * radix + REFUSED_WORD;
      if (!(place >= 0)) faults++;
      places[from + row] = place;
      rest[row] = quotient;
    }
  });
  return faults;
}
