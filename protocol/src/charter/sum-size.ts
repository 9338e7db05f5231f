import { ciphertextsFor } from "@cohortium/crypto/he/packing";
import { COARSE_CELLS, cutLimits } from "./cell-limits.js";
import type { PropensityQuestion } from "./charter.js";
import { weightsOver } from "./network-rules.js";
import { featuresOf } from "./recipe-lowering.js";

/** Guard, rows, counted rows and loss come before a network's update, and the strips' bins after it. */
const UPDATE_HEAD = 4;
const STRIP_BINS = 19;

/** How many ciphertexts the longest sum of a training takes, with no column left out for want of spread. */
export function ciphertextsOfTraining(question: PropensityQuestion): number {
  const { model, evaluation } = question;
  const features = featuresOf(question);
  const numerics = features.filter(({ kind }) => kind === "numeric").length;
  const categories = features.reduce((sum, feature) => sum + (feature.kind === "categorical" ? feature.categories.length : 0), 0);
  const histogram = ciphertextsFor(32, 2 + 2 * evaluation.scoreBins);
  const marks = features.filter((feature) => feature.kind === "numeric" && feature.missing === "indicate").length;
  const moments = ciphertextsFor(64, 3 + 2 * numerics + marks + categories);
  switch (model.kind) {
    case "logistic": {
      // The intercept, each number, each mark of a missing one, and each category but the reference; their gradient, and the triangle of the curvature.
      const columns = 1 + numerics + marks + categories - (features.length - numerics);
      const newton = ciphertextsFor(64, 3 + columns + (columns * (columns + 1)) / 2);
      return Math.max(histogram, moments, newton);
    }
    case "network": {
      const vectors = model.optimiser.kind === "scaffold" ? 2 : 1;
      return Math.max(histogram, moments, ciphertextsFor(32, UPDATE_HEAD + vectors * weightsOver(question, model) + (model.strips === "shown" ? STRIP_BINS : 0)));
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
