import { sqlNumber, sqlText, type FeedColumn } from "../feeds/feed-table.js";
import { asNumber } from "./expressions.js";

/** A column's numbers as words, for what counts words: SQL for the word of a value, and all words there are but that of values elsewhere. */
export interface Tenths {
  readonly text: string;
  readonly words: readonly string[];
}

const TENTHS = 10;

/**
 * In which tenth of its bounds a number lies; a tenth begins with its lower edge, and the last ends with the upper bound. It is called after the bounds,
 * so that counts over other bounds are not taken for counts over these. Null has no word; what lies outside, or is infinite, has one that is not listed.
 */
export function tenthsOf(column: FeedColumn, { min, max }: { readonly min: number; readonly max: number }): Tenths {
  const value = asNumber(column);
  const [least, most] = [sqlNumber(min), sqlNumber(max)];
  const name = ` of ${TENTHS} from ${min} to ${max}`;
  const place = `TRY_CAST(least(${TENTHS}, 1 + floor((${value} - ${least}) / (${most} - ${least}) * ${TENTHS})) AS INTEGER)`;
  return {
    text: `(CASE WHEN ${value} BETWEEN ${least} AND ${most} THEN ${place} || ${sqlText(name)} WHEN ${value} IS NOT NULL THEN 'elsewhere' END)`,
    words: Array.from({ length: TENTHS }, (_, i) => `${i + 1}${name}`),
  };
}
