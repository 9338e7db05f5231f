import { exponential } from "../session/exponential.js";

const SQRT_PI = 1.772453850905516;
/** e^−x is next to nothing beyond, and `exponential` is made for logits up to 700. */
const X_MAX = 700;
/** Below, the series of the error function converges without losing digits; above, the continued fraction does. */
const SERIES_UP_TO = 4;
const FRACTION_TERMS = 120;

/**
 * The probability that a chi-square variable of so many degrees of freedom is larger: Q(degrees / 2, x / 2), from Q(1, x) = e^−x or
 * Q(½, x) = erfc √x by Q(a + 1, x) = Q(a, x) + x^a e^−x / Γ(a + 1) (Abramowitz and Stegun 26.4). From + − × ÷ √ alone, to some 1e-12.
 *
 * @throws RangeError unless `degrees` is a whole number from 1 and `chiSquare` is not negative.
 */
export function chiSquareTail(chiSquare: number, degrees: number): number {
  if (!(chiSquare >= 0 && Number.isSafeInteger(degrees) && degrees >= 1)) throw new RangeError("a chi-square from 0 and whole degrees from 1 expected");
  const x = chiSquare / 2;
  if (x > X_MAX) return 0;
  const isEven = degrees % 2 === 0;
  const root = Math.sqrt(x);
  let tail = isEven ? exponential(-x) : complementaryError(root, x);
  // x^a e^−x / Γ(a + 1), for a = 1 or ½ at first.
  let term = isEven ? x * exponential(-x) : (root * exponential(-x)) / (SQRT_PI / 2);
  for (let a = isEven ? 1 : 0.5; a < degrees / 2; a++) {
    tail += term;
    term *= x / (a + 1);
  }
  return Math.min(1, tail);
}

/** erfc(√x): 1 less the series 2/√π · e^−x · √x · (1 + 2x/3 + (2x)²/15 + …), or e^−x/√π · 1/(√x + ½/(√x + 1/(√x + 1½/(…)))). */
function complementaryError(root: number, x: number): number {
  if (x < SERIES_UP_TO) {
    let [sum, term] = [0, 1];
    for (let odd = 3; sum + term > sum; odd += 2) {
      sum += term;
      term *= (2 * x) / odd;
    }
    return 1 - ((2 * root * exponential(-x)) / SQRT_PI) * sum;
  }
  let fraction = root;
  for (let k = FRACTION_TERMS; k > 0; k--) fraction = root + k / 2 / fraction;
  return exponential(-x) / (SQRT_PI * fraction);
}
