/**
 * What a step on a random sample of rows costs in the currency of releases, ρ: zero-concentrated privacy says nothing of sampling, Rényi privacy does.
 *
 * Claims:   at the order given, a step's Rényi divergence is at most ρ times the order, in both directions.
 * Assumes:  each row enters each step independently with probability q, by coins nobody else knows; neighbours differ by one row added or removed; a row
 *           moves the sum by whole units, whoever else is in the sample; the noise depends on no row, is as likely x as −x, and is ρ-zCDP without sampling.
 * Strength: exact for one continuous Gaussian at whole orders (Mironov, Talwar and Zhang 2019; Zhu and Wang, ICML 2019, whose bound for any mechanism has
 *           a factor of 3 more). They ask nothing of a Gaussian but what is assumed here, so it holds for sums of discrete ones: with P the
 *           noise and Q the same moved by Δ, x → Δ − x turns one into the other, so the divergence of (1 − q)P + qQ from P is the larger one (theorem 5
 *           there, whose proof pairs x with Δ − x and needs no density); and its moments are those of Q over P, each at most e^((l − 1)·l·ρ).
 * Not for:  reading ε at another order than the one it was charged at: ρ times that order may be too little there. Noise that leans to one side.
 */
import { exponential, exponentialLessOne } from "../session/exponential.js";
import { naturalLog, naturalLogOfOnePlus } from "../session/logarithm.js";

export interface SampledStep {
  /** Probability with which a row enters. */
  readonly q: number;
  /** Of the mechanism without sampling: its divergence at each order is at most ρ times the order. */
  readonly rho: number;
}

/**
 * The least ρ whose line passes a step's divergence at this order. Between whole orders, α − 1 times the divergence is convex and lies below its chord.
 * From + − × ÷ alone: the price of a step enters plans, and these every party compares.
 *
 * @throws RangeError unless 0 < q ≤ 1, ρ > 0 and the order is above 1 and no more than 400.
 */
export function rhoOfSampled(step: SampledStep, order: number): number {
  if (!(step.q > 0 && step.q <= 1 && step.rho > 0 && step.rho < Infinity)) throw new RangeError("a step has a sampling rate and a ρ");
  if (!(order > 1 && order <= ORDER_MAX)) throw new RangeError(`the order of a sampled step lies between 1 and ${ORDER_MAX}`);
  const below = Math.floor(order);
  const share = order - below;
  const logMoment = (below > 1 ? (1 - share) * logMomentOf(step, below) : 0) + (share > 0 ? share * logMomentOf(step, below + 1) : 0);
  // Without sampling the step costs its ρ; sampling never costs more (joint quasi-convexity).
  return Math.min(step.rho, (logMoment * ROUNDING) / (order - 1) / order);
}

/** Charters of ε below a tenth have higher orders, and no use for sampled training. */
export const ORDER_MAX = 400;

/** The sum below is exact to some 1e-11 of itself, and what sums of discrete Gaussians cost more than one is below 10^-200 of it (`noisy-layout.ts`). */
const ROUNDING = 1 + 1e-9;

/**
 * ln E[r^α] under P of r = 1 − q + q·Q/P, for whole α: ln(1 + Σ C(α,l) (1 − q)^(α−l) q^l (e^((l−1)·l·ρ) − 1)), from l = 2 on, because the binomial
 * weights add up to 1. So nothing cancels where q is small; in logarithms, nothing overflows.
 */
function logMomentOf({ q, rho }: SampledStep, order: number): number {
  if (q === 1) return (order - 1) * order * rho;
  const [logQ, logRest] = [naturalLog(q), naturalLogOfOnePlus(-q)];
  const terms: number[] = [];
  let logBinomial = naturalLog(order);
  for (let l = 2; l <= order; l++) {
    logBinomial += naturalLog((order - l + 1) / l);
    terms.push(logBinomial + (order - l) * logRest + l * logQ + logLessOne((l - 1) * l * rho));
  }
  const largest = terms.reduce((most, term) => Math.max(most, term), -Infinity);
  return logOnePlus(largest + naturalLog(terms.reduce((sum, term) => sum + exponential(term - largest), 0)));
}

/** ln(e^x − 1) for positive x. */
function logLessOne(x: number): number {
  return x > 1 ? x + naturalLogOfOnePlus(-exponential(-x)) : naturalLog(exponentialLessOne(x));
}

/** ln(1 + e^x). */
function logOnePlus(x: number): number {
  return x > 0 ? x + naturalLogOfOnePlus(exponential(-x)) : naturalLogOfOnePlus(exponential(x));
}
