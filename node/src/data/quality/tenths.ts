import { sqlNumber, sqlText, type FeedColumn } from "../sql/feed-table.js";
import type { Words } from "./check.js";
import { asNumber } from "../contract/expressions.js";

/** Numbers as words, for what counts words: all words are listed but that of values elsewhere. */
export interface BinBounds {
  readonly min: number;
  readonly max: number;
}

const TENTHS = 10;

/**
 * In which tenth of its bounds a number lies; a tenth begins with its lower edge, and the last ends with the upper bound. It is called after the bounds,
 * so that counts over other bounds are not taken for counts over these. Null has no word; what lies outside, or is infinite, has one that is not listed.
 */
export function tenthsOf(column: FeedColumn, bounds: BinBounds): Words {
  const [value, least, most] = [asNumber(column), sqlNumber(bounds.min), sqlNumber(bounds.max)];
  const place = `least(${TENTHS}, 1 + floor((${value} - ${least}) / (${most} - ${least}) * ${TENTHS}))`;
  return binned(column, bounds, { place, from: 1, to: TENTHS, of: String(TENTHS) });
}

/** Half powers of ten below the larger bound that are told apart; what is smaller is of one magnitude with zero. */
const MAGNITUDES = 11;

/**
 * Of which magnitude and sign a number is, in half powers of ten of the larger bound: 11 is next to it. Where nearly all values crowd at the lower end of
 * wide bounds, as prices do, they lie in one tenth, and would after another zero in each; of one magnitude they are not. A matter of the bounds alone.
 *
 * @returns null where all within the bounds is of one magnitude.
 */
export function magnitudesOf(column: FeedColumn, bounds: BinBounds): Words | null {
  const value = asNumber(column);
  const size = Math.max(Math.abs(bounds.min), Math.abs(bounds.max));
  const share = `greatest(${sqlNumber(TINY)}, abs(${value}) / ${sqlNumber(size)})`;
  const place = `sign(${value}) * greatest(0, least(${MAGNITUDES}, ${MAGNITUDES + 1} + floor(2 * log10(${share}))))`;
  const [from, to] = [magnitudeOf(bounds.min, size), magnitudeOf(bounds.max, size)];
  return from === to ? null : binned(column, bounds, { place, from, to, of: "magnitudes" });
}

/** Below every magnitude that is told apart; zero has no logarithm. */
const TINY = 1e-9;

function magnitudeOf(bound: number, size: number): number {
  const magnitude = MAGNITUDES + 1 + Math.floor(2 * Math.log10(Math.max(TINY, Math.abs(bound) / size)));
  // Adding 0 turns -0 into 0.
  return Math.sign(bound) * Math.max(0, Math.min(MAGNITUDES, magnitude)) + 0;
}

interface Binning {
  /** SQL for the number of the bin. */
  readonly place: string;
  readonly from: number;
  readonly to: number;
  readonly of: string;
}

function binned(column: FeedColumn, { min, max }: BinBounds, { place, from, to, of }: Binning): Words {
  const value = asNumber(column);
  const name = ` of ${of} from ${min} to ${max}`;
  return {
    text: `(CASE WHEN ${value} BETWEEN ${sqlNumber(min)} AND ${sqlNumber(max)} THEN TRY_CAST(${place} AS INTEGER) || ${sqlText(name)} WHEN ${value} IS NOT NULL THEN 'elsewhere' END)`,
    words: Array.from({ length: to - from + 1 }, (_, i) => `${from + i}${name}`),
  };
}
