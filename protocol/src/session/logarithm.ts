export type LogBase = 2 | 10 | "e";

/**
 * `log(1 + x)` to the base, from + − × ÷ alone, for `x > -1`, to some 1e-15 of the result.
 *
 * `Math.log1p` may differ in its last bit between engines, and the bounds of a column enter the digest that every party compares.
 */
export function logOfOnePlus(x: number, base: LogBase): number {
  return naturalLog(1 + x) / NATURAL_LOG_OF[base];
}

const NATURAL_LOG_OF: Readonly<Record<LogBase, number>> = { 2: 0.6931471805599453, 10: 2.302585092994046, e: 1 };

/** ln 2 split in two, so that `k·ln 2` keeps its digits: the first part has so few that its product with a small `k` is exact. */
export const LN2_HIGH = 0.6931471803691238;
export const LN2_LOW = 1.9082149292705877e-10;
const SQRT_HALF = 0.7071067811865476;
/** The term after s^25 / 25 is below 2^-60 for |s| ≤ 0.1716. */
const LAST_POWER = 25;

/**
 * The natural logarithm of a positive, finite number: `ln y = k·ln 2 + ln m` with `m` from √½ to √2, and the series 2·(s + s³/3 + s⁵/5 + …) of
 * `s = (m − 1) / (m + 1)` for `ln m`.
 */
export function naturalLog(y: number): number {
  let [m, k] = [y, 0];
  for (; m >= 2 * SQRT_HALF; k++) m /= 2;
  for (; m < SQRT_HALF && m > 0; k--) m *= 2;
  return k * LN2_HIGH + (k * LN2_LOW + twiceArtanh((m - 1) / (m + 1)));
}

/** `ln(1 + x)` for `x > -1`, which near 0 keeps the digits that `1 + x` would lose. */
export function naturalLogOfOnePlus(x: number): number {
  return Math.abs(x) < 0.25 ? twiceArtanh(x / (2 + x)) : naturalLog(1 + x);
}

function twiceArtanh(s: number): number {
  let sum = 0;
  for (let power = LAST_POWER; power > 0; power -= 2) sum = 1 / power + sum * s * s;
  return 2 * s * sum;
}
