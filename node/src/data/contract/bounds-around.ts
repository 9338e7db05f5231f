import { CELL_ROWS_MIN } from "@cohortium/protocol/charter/limits";
import type { End } from "./profile.js";

/**
 * Bounds around everything that occurs. The least and the greatest value may belong to one person: an end that fewer than ten rows share is
 * moved outwards to the next round number, beyond it in any case. Only zero stays a bound.
 *
 * @param stepMin - 1 for whole numbers, else 0.
 */
export function boundsAround(least: End, greatest: End, stepMin: 0 | 1): { readonly min: number; readonly max: number } {
  const range = greatest.value - least.value;
  // Half the power of ten below the range: 40 to 97 is told as 35 to 100.
  const largest = Math.max(Math.abs(least.value), Math.abs(greatest.value));
  // Below the twelfth digit, differences are those of doubles, not of anything measured.
  const step = stepWithin(Math.max(range > 0 ? range : Math.max(largest, 1), largest * 1e-12, 1e-15), stepMin);
  return {
    min: isShared(least) ? least.value : -beyond(-least.value, step),
    max: isShared(greatest) ? greatest.value : beyond(greatest.value, step),
  };
}

function isShared({ value, rows }: End): boolean {
  return rows >= CELL_ROWS_MIN || value === 0;
}

interface Step {
  /** The step is `times` or one over it: a division by a whole number is exact where a product with a fraction is not. */
  readonly times: number;
  readonly isWhole: boolean;
}

function stepWithin(size: number, stepMin: number): Step {
  const exponent = Math.floor(Math.log10(size));
  if (exponent >= 1) return { times: 10 ** exponent / 2, isWhole: true };
  return stepMin === 1 ? { times: 1, isWhole: true } : { times: 2 * 10 ** -exponent, isWhole: false };
}

/** The first multiple of the step above the value; not across zero. */
function beyond(value: number, { times, isWhole }: Step): number {
  const count = Math.floor(isWhole ? value / times : value * times) + 1;
  const next = isWhole ? count * times : count / times;
  return value < 0 && next > 0 ? 0 : next;
}
