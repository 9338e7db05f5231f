/**
 * The standard normal distribution to full relative precision, also far out in its tail, where privacy is lost and `1 − Φ` would be zero.
 */

const SQRT_TWO_PI = 2.5066282746310002;
/** Below, little is lost by taking the power series from one half; above, the continued fraction has converged to the last bit. */
const SERIES_UP_TO = 1.5;
const FRACTION_TERMS = 200;

/** `P(Z > x)`. */
export function upperTail(x: number): number {
  if (x < 0) return 1 - upperTail(-x);
  return x < SERIES_UP_TO ? 0.5 - fromZeroTo(x) : density(x) * millsRatio(x);
}

/** `ln P(Z > x)`, finite where the probability itself is below the smallest double. */
export function logUpperTail(x: number): number {
  if (x < SERIES_UP_TO) return Math.log(upperTail(x));
  return -(x * x) / 2 - Math.log(SQRT_TWO_PI) + Math.log(millsRatio(x));
}

export function density(x: number): number {
  return Math.exp(-(x * x) / 2) / SQRT_TWO_PI;
}

/** `P(0 < Z < x)`: the density times x + x³/3 + x⁵/15 + …, of which every term is positive (Abramowitz and Stegun 26.2.11). */
function fromZeroTo(x: number): number {
  let [sum, term] = [0, x];
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    sum += term;
    term *= (x * x) / odd;
  }
  return density(x) * sum;
}

/** `P(Z > x) / density(x)` for x ≥ 1.5: 1/(x + 1/(x + 2/(x + 3/(x + …)))), from its end (Abramowitz and Stegun 26.2.14). */
function millsRatio(x: number): number {
  let fraction = x;
  for (let k = FRACTION_TERMS; k > 0; k--) fraction = x + k / fraction;
  return 1 / fraction;
}
