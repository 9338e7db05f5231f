import { coinsOf } from "@cohortium/crypto/dp/coins";
import { discreteGaussian } from "@cohortium/crypto/dp/discrete-noise";
import type { Words } from "@cohortium/crypto/words";
import type { SegmentNoise } from "@cohortium/protocol/statistics/plan";

/** This node's share of the noise on one answer, and the coins it is drawn from. */
export interface OwnNoise {
  readonly segments: readonly SegmentNoise[];
  /** Of the session: secret, and used for nothing else under `label`. */
  readonly entropy: Uint8Array;
  /** Names session, round and question: the same ask gives the same noise, and no two questions are ever under one, since their difference would be bare. */
  readonly label: string;
}

/**
 * Adds this node's noise to an encoded answer, in place, modulo the ring. Beyond the ring it wraps around: that changes the sum, and no privacy.
 *
 * @throws Error unless the noise is for every number of these words but the guard, which stands first: whoever asks for anything else has a bug.
 */
export function addNoise(words: Words, { segments, entropy, label }: OwnNoise): void {
  const [guard, ...noised] = segments;
  const whole = segments.reduce((sum, { length }) => sum + length, 0) === words.length;
  if (!(whole && guard?.length === 1 && guard.variance === null && noised.every(({ variance }) => variance !== null))) throw new Error("noise for another answer than this");
  const coins = coinsOf(entropy, label);
  let at = guard.length;
  for (const { length, variance } of noised) {
    for (const end = at + length; at < end && variance !== null; at++) addInto(words, at, discreteGaussian(coins, variance));
  }
}

function addInto(words: Words, at: number, noise: bigint): void {
  if (words instanceof Uint32Array) words[at] = Number(BigInt.asUintN(32, BigInt(words[at] ?? 0) + noise));
  else words[at] = (words[at] ?? 0n) + noise;
}
