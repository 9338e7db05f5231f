import { ratio, type Estimate } from "./estimate.js";

/** What is known of one measure in one arm of an experiment: how many rows, Σy and Σy², and with a covariate Σx, Σx² and Σxy. */
export interface ArmMoments {
  readonly rows: Estimate;
  readonly sum: Estimate;
  readonly squares: Estimate;
  readonly covariate: { readonly sum: Estimate; readonly squares: Estimate; readonly products: Estimate } | null;
  /** The measure's bounds. */
  readonly range: readonly [min: number, max: number];
}

/** A mean with its variance in two parts: of the sample, and of the companies' noise. */
export interface Mean {
  readonly value: number;
  readonly sample: number;
  readonly noise: number;
}

/** Null where the arm has fewer than two rows: nothing is known of the spread then. */
export function armMean(moments: ArmMoments): Mean | null {
  const { rows, sum } = moments;
  const mean = ratio(sum, rows);
  if (mean === null || !(rows.value >= 2)) return null;
  return { value: mean.value, sample: spreadOf(moments) / rows.value, noise: mean.variance };
}

/**
 * Within the arms: how much of the measure the covariate explains. θ = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)², deviations from the arm's own means, over
 * the two arms that are compared (Deng, Xu, Kohavi and Walker, WSDM 2013). 0 where the covariate does not vary.
 */
export function cupedTheta(arms: readonly ArmMoments[]): number {
  let [products, squares] = [0, 0];
  for (const arm of arms) {
    const centred = centredCovariate(arm);
    products += centred.products;
    squares += centred.squares;
  }
  const theta = products / squares;
  return squares > 0 && Number.isFinite(theta) ? theta : 0;
}

/** The mean of y − θ·x, whose differences between arms are those of y, only less scattered: x was measured before anybody knew of arms. */
export function adjustedMean(moments: ArmMoments, theta: number): Mean | null {
  const plain = armMean(moments);
  const { rows, sum, covariate } = moments;
  if (plain === null || covariate === null) return null;
  const n = rows.value;
  const { products, squares } = centredCovariate(moments);
  const spread = spreadOf(moments) + (theta * theta * squares - 2 * theta * products) / (n - 1);
  const value = (sum.value - theta * covariate.sum.value) / n;
  const noise = (sum.variance + theta * theta * covariate.sum.variance + value * value * rows.variance) / (n * n);
  return { value, sample: Math.max(0, spread) / n, noise };
}

/**
 * The sample variance, with n − 1. Noise can make it negative, or larger than any values within the bounds have it: it is then taken as the
 * largest possible, which is a quarter of the squared range (Popoviciu 1935).
 */
function spreadOf({ rows, sum, squares, range: [min, max] }: ArmMoments): number {
  const n = rows.value;
  const spread = (squares.value - (sum.value * sum.value) / n) / (n - 1);
  const largest = (((max - min) * (max - min)) / 4) * (n / (n - 1));
  const isNoisy = squares.variance > 0;
  return isNoisy && !(spread > 0 && spread <= largest) ? largest : Math.max(0, spread);
}

function centredCovariate({ rows, sum, covariate }: ArmMoments): { readonly products: number; readonly squares: number } {
  if (covariate === null) return { products: 0, squares: 0 };
  const x = covariate.sum.value;
  return { products: covariate.products.value - (x * sum.value) / rows.value, squares: covariate.squares.value - (x * x) / rows.value };
}
