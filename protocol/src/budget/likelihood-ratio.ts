/** From here e^x is kept apart: it would be too large for a double. */
const LARGE = 700;

/**
 * ln(1 − q + q·e^x), the log of the ratio of the densities with and without a subject that enters with probability q, where x is that of one who
 * is sure to enter.
 *
 * Near 0 it is the logarithm of one plus a little, which must not be formed as a difference of larger numbers: at q = 1e-9 and x = 5 that would cost
 * eight of its digits. Away from 0, both summands are positive, and 1 − q loses nothing that q had.
 */
export function logRatio(q: number, x: number): number {
  if (x > LARGE) return x + Math.log(q + (1 - q) * Math.exp(-x));
  const excess = q * Math.expm1(x);
  return Math.abs(excess) < 0.5 ? Math.log1p(excess) : Math.log(1 - q + q * Math.exp(x));
}
