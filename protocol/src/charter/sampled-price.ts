import { orderWithin } from "../budget/concentrated.js";
import { rhoOfSampled } from "../budget/sampled-charge.js";
import type { NetworkClause, NetworkPrivacy } from "./network-clause.js";
import { NANO } from "./privacy-budget.js";

/** A promise of privacy: which ε, but for a probability of δ; and which share of ε is kept in reserve, so that less is promised while it is shut. */
export interface Promised {
  readonly epsilon: number;
  readonly delta: number;
  readonly reserveShare: number;
}

/** The orders at which such a promise is read off from ρ: with the reserve, and without. */
export function ordersOf({ epsilon, delta, reserveShare }: Promised): readonly [number, number] {
  return [orderWithin(epsilon, delta), orderWithin(epsilon * (1 - reserveShare), delta)];
}

/** What the noise of one step would tell of a row that is known to be in its sample, in 10^-9 of ρ: 1 / (2σ²), rounded down. */
export function stepNoiseNanoRho({ noiseMultiplier }: NetworkPrivacy): number {
  return Math.floor(NANO / (2 * noiseMultiplier * noiseMultiplier));
}

/**
 * What one step on a sample adds to the account, in 10^-9 of ρ, rounded up: enough at the two orders at which this promise is read off from ρ, and not at
 * others (`rhoOfSampled`). Whether a node has opened the reserve nobody else knows, so the dearer order counts.
 */
export function sampledStepNanoRho(privacy: NetworkPrivacy, promised: Promised): number {
  const step = { q: privacy.sampleRate, rho: stepNoiseNanoRho(privacy) / NANO };
  // Never nothing: where sampling leaves less than doubles can tell from nothing, one of 10^-9 is far above it.
  return Math.max(1, ...ordersOf(promised).map((order) => Math.ceil(NANO * rhoOfSampled(step, order))));
}

/** What a whole training of a network costs under this promise. */
export function networkPrice({ rounds }: Pick<NetworkClause, "rounds">, privacy: NetworkPrivacy, promised: Promised): number {
  return privacy.momentsNanoRho + rounds * sampledStepNanoRho(privacy, promised);
}
