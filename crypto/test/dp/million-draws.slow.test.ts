import { expect, test } from "@jest/globals";
import { discreteGaussian, discreteLaplace } from "../../src/dp/discrete-noise.js";
import { draws, gaussianWeight, laplaceWeight, probabilityOfWorse } from "./goodness-of-fit.js";

const DRAWS = 1_000_000;

test.each([[1n, 2n], [7n, 3n], [50n, 1n]])("a million draws of discrete Laplace noise of scale %d/%d fit its definition", (numerator, denominator) => {
  const sample = draws(discreteLaplace, { numerator, denominator }, DRAWS);
  expect(probabilityOfWorse(sample, laplaceWeight(Number(numerator) / Number(denominator)))).toBeGreaterThan(0.001);
});

test.each([[1n, 4n], [10n, 3n], [400n, 1n], [12_345n, 7n]])("a million draws of discrete Gaussian noise of parameter %d/%d fit its definition", (numerator, denominator) => {
  const variance = Number(numerator) / Number(denominator);
  const sample = draws(discreteGaussian, { numerator, denominator }, DRAWS);
  expect(probabilityOfWorse(sample, gaussianWeight(variance))).toBeGreaterThan(0.001);
  // Control: a variance that is wrong by two percent is noticed.
  expect(probabilityOfWorse(sample, gaussianWeight(variance * 1.02))).toBeLessThan(0.001);
});
