/**
 * Noise of which every party adds a part, so that no party knows the whole: what the sum of the parts is worth.
 *
 * Claims:   bounds for the sum of the parts of all who are honest and took part.
 * Assumes:  at least `parties` honest ones added their part, each with the σ of its theorem or more. What further ones add, and a ring that the sum
 *           wraps around in, only hides more.
 * Strength: a sum of discrete Gaussians is not one, and the first bound charges for that; a sum of Skellams is one.
 * Not for:  fewer parties than planned: plan for the quorum less the colluders one assumes.
 */

export interface NoiseParts {
  readonly parties: number;
  /** σ of each part, in steps of the integer grid. */
  readonly sigma: number;
  /** What one subject can change in Euclidean norm, in the same steps. */
  readonly sensitivityL2: number;
  readonly dimension: number;
}

/**
 * ε such that the sum is ½ε²-concentrated: Kairouz, Liu, Steinke, "The distributed discrete Gaussian mechanism" (ICML 2021), proposition 14.
 *
 * @throws RangeError unless all are positive, the counts whole, and σ at least one half, below which the theorem says nothing.
 */
export function concentratedEpsilonOfParts({ parties, sigma, sensitivityL2, dimension }: NoiseParts): number {
  const whole = Number.isSafeInteger(parties) && parties >= 1 && Number.isSafeInteger(dimension) && dimension >= 1;
  if (!(whole && sigma >= SIGMA_MIN && sigma < Infinity && sensitivityL2 > 0)) throw new RangeError("parts of noise need parties, a σ of at least one half, a sensitivity and a dimension");
  let tau = 0;
  for (let k = 1; k < parties; k++) tau += 10 * Math.exp((-2 * Math.PI * Math.PI * sigma * sigma * k) / (k + 1));
  const square = sensitivityL2 ** 2 / (parties * sigma * sigma);
  return Math.min(Math.sqrt(square + (tau * dimension) / 2), Math.sqrt(square) + tau * Math.sqrt(dimension));
}

/** Below, the rounding to whole numbers is felt in the shape, and no bound is known. */
const SIGMA_MIN = 0.5;

export interface SkellamNoise {
  /** Of the sum of all parts, in steps of the integer grid squared. */
  readonly variance: number;
  readonly sensitivityL1: number;
  readonly sensitivityL2: number;
}

/**
 * The Rényi divergence of Skellam noise of this total variance (Agarwal, Kairouz, Liu, NeurIPS 2021, theorem 3.5): for whole orders, and thereby for
 * every order below.
 *
 * @throws RangeError unless α is a whole number from 2 and the rest is positive.
 */
export function rdpOfSkellam(order: number, { variance, sensitivityL1, sensitivityL2 }: SkellamNoise): number {
  const positive = variance > 0 && sensitivityL1 > 0 && sensitivityL2 > 0;
  if (!(Number.isSafeInteger(order) && order >= 2 && positive)) throw new RangeError("a whole order above 1, a variance and sensitivities expected");
  const square = sensitivityL2 ** 2;
  return (order * square) / (2 * variance)
    + Math.min(((2 * order - 1) * square + 6 * sensitivityL1) / (4 * variance * variance), (3 * sensitivityL1) / (2 * variance));
}
