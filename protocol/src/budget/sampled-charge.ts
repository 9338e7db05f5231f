/**
 * What a step on a random sample of rows costs in the currency of releases, ρ: zero-concentrated privacy says nothing of sampling, Rényi privacy does.
 *
 * Claims:   at the order given, a step's Rényi divergence is at most ρ times the order, whichever ρ-zCDP mechanism the step uses on its sample.
 * Assumes:  each row enters each step independently with probability q, by coins nobody else knows; neighbours differ by one row added or removed.
 * Strength: proven for every mechanism, and so for sums of discrete Gaussians (Zhu and Wang, ICML 2019, theorem 5); some tenths more than what is true
 *           of one continuous Gaussian (rdp.ts).
 * Not for:  reading ε at another order than the one it was charged at: ρ times that order may be too little there.
 */
export interface SampledStep {
  /** Probability with which a row enters. */
  readonly q: number;
  /** Of the mechanism without sampling: its divergence at each order is at most ρ times the order. */
  readonly rho: number;
}

/**
 * The least ρ whose line passes a step's divergence at this order. Between whole orders, α − 1 times the divergence is convex and lies below its chord.
 *
 * @throws RangeError unless 0 < q ≤ 1, ρ > 0 and the order is above 1 and no more than 400.
 */
export function rhoOfSampled(step: SampledStep, order: number): number {
  if (!(step.q > 0 && step.q <= 1 && step.rho > 0 && step.rho < Infinity)) throw new RangeError("a step has a sampling rate and a ρ");
  if (!(order > 1 && order <= ORDER_MAX)) throw new RangeError(`the order of a sampled step lies between 1 and ${ORDER_MAX}`);
  const below = Math.floor(order);
  const share = order - below;
  const excess = (below > 1 ? (1 - share) * (below - 1) * rdpBound(step, below) : 0) + (share > 0 ? share * below * rdpBound(step, below + 1) : 0);
  // Without sampling the step costs its ρ; sampling never costs more (joint quasi-convexity).
  return Math.min(step.rho, excess / (order - 1) / order);
}

/** Charters of ε below a tenth have higher orders, and no use for sampled training. */
export const ORDER_MAX = 400;

/** Zhu and Wang 2019, theorem 5, for whole orders: logarithms, so that nothing overflows. */
function rdpBound({ q, rho }: SampledStep, order: number): number {
  if (q === 1) return order * rho;
  const [logQ, logRest] = [Math.log(q), Math.log1p(-q)];
  const terms = [(order - 1) * logRest + Math.log(order * q - q + 1)];
  let logBinomial = Math.log(order);
  for (let l = 2; l <= order; l++) {
    logBinomial += Math.log(order - l + 1) - Math.log(l);
    terms.push(logBinomial + (order - l) * logRest + l * logQ + (l - 1) * l * rho + (l > 2 ? Math.log(3) : 0));
  }
  const largest = Math.max(...terms);
  const sum = terms.reduce((total, term) => total + Math.exp(term - largest), 0);
  return (largest + Math.log(sum)) / (order - 1);
}
