/** Binomial probabilities, for attacks that count their successes. */

/** `P(X ≥ least)` of `trials` with probability `p` each. */
export function binomialTail(least: number, trials: number, p: number): number {
  let tail = 0;
  for (let k = trials; k >= Math.max(0, least); k--) tail += binomialMass(k, trials, p);
  return Math.min(1, tail);
}

export function binomialMass(k: number, trials: number, p: number): number {
  if (k < 0 || k > trials) return 0;
  if (p <= 0 || p >= 1) return k === (p <= 0 ? 0 : trials) ? 1 : 0;
  const ways = logFactorial(trials) - logFactorial(k) - logFactorial(trials - k);
  return Math.exp(ways + k * Math.log(p) + (trials - k) * Math.log1p(-p));
}

const known: number[] = [0];

function logFactorial(n: number): number {
  for (let k = known.length; k <= n; k++) known.push((known[k - 1] ?? 0) + Math.log(k));
  return known[n] ?? Number.NaN;
}
