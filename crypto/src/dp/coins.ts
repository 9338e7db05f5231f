/**
 * Exact coins from secret entropy: what the samplers of noise are made of. Every probability is a fraction of whole numbers, so that no
 * rounding of a double is ever part of a privacy claim (Mironov, "On significance of the least significant bits", CCS 2012).
 *
 * Claims:   `below(n)` is uniform, and `heads` has exactly the probability it is asked for, if the stream is uniform.
 * Assumes:  entropy that is uniform, secret and used once per label (`entropy.ts`).
 * Strength: that of the stream; the number of bytes drawn depends on the outcomes, and so does the time.
 * Not for:  an observer who times single draws: neither rejection nor big integers take constant time.
 */
import { openStream } from "../entropy.js";

export interface Coins {
  /** A uniform whole number from 0 to n − 1. @throws RangeError unless n ≥ 1. */
  readonly below: (n: bigint) => bigint;
}

/** The coins that belong to `label`: equal arguments give equal coins, so a release that is computed again after a crash is the same release. */
export function coinsOf(entropy: Uint8Array, label: string): Coins {
  const stream = openStream(entropy, `noise/${label}`);
  return { below: (n) => uniformBelow(n, stream) };
}

/** True with probability `numerator / denominator`. @throws RangeError unless 0 ≤ numerator ≤ denominator and the denominator is positive. */
export function heads(coins: Coins, numerator: bigint, denominator: bigint): boolean {
  if (!(denominator > 0n && numerator >= 0n && numerator <= denominator)) throw new RangeError("a probability is a fraction from 0 to 1");
  return coins.below(denominator) < numerator;
}

/**
 * True with probability `exp(−numerator / denominator)`: algorithm 1 of Canonne, Kamath and Steinke, "The discrete Gaussian for differential
 * privacy" (NeurIPS 2020). Beyond one, e^-1 is tossed as often as one fits.
 *
 * @throws RangeError unless the fraction is not negative.
 */
export function headsOfExp(coins: Coins, numerator: bigint, denominator: bigint): boolean {
  if (!(denominator > 0n && numerator >= 0n)) throw new RangeError("an exponent is a fraction that is not negative");
  let rest = numerator;
  for (; rest > denominator; rest -= denominator) if (!headsOfExpBelowOne(coins, 1n, 1n)) return false;
  return headsOfExpBelowOne(coins, rest, denominator);
}

/** The series of e^-γ as a run of coins: the run's length is odd-or-even with exactly that probability. */
function headsOfExpBelowOne(coins: Coins, numerator: bigint, denominator: bigint): boolean {
  let k = 1n;
  while (heads(coins, numerator, denominator * k)) k++;
  return k % 2n === 1n;
}

/** Rejection: the smallest number of whole bytes that reaches n, with the surplus high bits cut, so that fewer than half the draws are lost. */
function uniformBelow(n: bigint, stream: (length: number) => Uint8Array): bigint {
  if (n < 1n) throw new RangeError("a range has at least one number");
  const bits = (n - 1n).toString(2).length;
  const length = Math.ceil(bits / 8);
  for (;;) {
    let drawn = 0n;
    for (const byte of stream(length)) drawn = (drawn << 8n) | BigInt(byte);
    drawn >>= BigInt(8 * length - bits);
    if (drawn < n) return drawn;
  }
}
