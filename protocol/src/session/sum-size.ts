import { ciphertextsFor } from "@cohortium/crypto/he/packing";
import { categoricalsOf, indicatedOf, numericsOf } from "../training/features.js";
import { layersOf, weightCount } from "../training/network/shape.js";
import { COSINE_BINS, NORM_BINS } from "../training/network/strips.js";
import { UPDATE_HEAD } from "../training/network/update.js";
import { COARSE_CELLS } from "../training/trees/cells.js";
import { cutLimits } from "../training/trees/sketch.js";
import type { PropensityQuestion } from "./charter.js";
import { featuresOf } from "./recipe-lowering.js";

/** How many ciphertexts the longest sum of a training takes, with no column left out for want of spread. */
export function ciphertextsOfTraining(question: PropensityQuestion): number {
  const { model, evaluation } = question;
  const features = featuresOf(question);
  const categoricals = categoricalsOf(features);
  const categories = categoricals.reduce((sum, feature) => sum + feature.categories.length, 0);
  const numerics = numericsOf(features).length;
  const histogram = ciphertextsFor(32, 2 + 2 * evaluation.scoreBins);
  const marks = indicatedOf(features).length;
  const moments = ciphertextsFor(64, 3 + 2 * numerics + marks + categories);
  // Each number, each mark of a missing one, and each category but the reference.
  const inputs = numerics + marks + categories - categoricals.length;
  switch (model.kind) {
    case "logistic": {
      // With the intercept; their gradient, and the triangle of the curvature.
      const columns = 1 + inputs;
      const newton = ciphertextsFor(64, 3 + columns + (columns * (columns + 1)) / 2);
      return Math.max(histogram, moments, newton);
    }
    case "network": {
      const weights = weightCount(layersOf(inputs, model.hidden));
      const vectors = model.optimiser.kind === "scaffold" ? 2 : 1;
      return Math.max(histogram, moments, ciphertextsFor(32, UPDATE_HEAD + vectors * weights + (model.strips === "shown" ? NORM_BINS + COSINE_BINS : 0)));
    }
    case "trees": {
      // Of two children one is asked for, so the deepest level has half its nodes. The most numbers before the histograms are the root's six.
      const nodes = Math.max(1, 2 ** (model.depth - 2));
      const level = ciphertextsFor(64, 6 + 2 * nodes * (numerics * model.bins + categories));
      const cells = numerics * Math.max(COARSE_CELLS, cutLimits(model.bins).parts);
      return Math.max(histogram, level, ciphertextsFor(32, 3 + numerics + categories + cells));
    }
  }
}
