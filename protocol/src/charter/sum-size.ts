import { ciphertextsFor } from "@cohortium/crypto/he/packing";
import { COARSE_CELLS, cutLimits } from "./cell-limits.js";
import type { PropensityQuestion } from "./charter.js";
import { weightsOver } from "./network-rules.js";
import { featuresOf } from "./recipe-lowering.js";

/** Guard, rows, counted rows and loss come before a network's update, and the strips' bins after it. */
const UPDATE_HEAD = 4;
const STRIP_BINS = 19;

/**
 * How many ciphertexts the longest sum of a training takes, with no column left out for want of spread. A sum of statistics always fits into one
 * (`NUMBERS_MAX`).
 */
export function ciphertextsOfTraining(question: PropensityQuestion): number {
  return question.model.privacy === undefined ? ofExactSums(question) : ofNoisySums(question);
}

function ofExactSums(question: PropensityQuestion): number {
  const { model, evaluation } = question;
  const { numerics, categories, marks, columns } = columnsIn(question);
  const histogram = ciphertextsFor(32, 2 + 2 * evaluation.scoreBins);
  const moments = ciphertextsFor(64, 3 + 2 * numerics + marks + categories);
  switch (model.kind) {
    // The gradient, and the triangle of the curvature.
    case "logistic": return Math.max(histogram, moments, ciphertextsFor(64, 3 + columns + (columns * (columns + 1)) / 2));
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

/** Every number but the guard carries noise, so there are no counts of rows and no losses beside them; and each has 64 bits. */
function ofNoisySums(question: PropensityQuestion): number {
  const { evaluation } = question;
  const { numerics, categories, marks } = columnsIn(question);
  return ciphertextsFor(64, 1 + Math.max(2 * evaluation.scoreBins, 2 + 2 * numerics + marks + categories, longestNoisyStep(question)));
}

function longestNoisyStep(question: PropensityQuestion): number {
  const { model } = question;
  const { numerics, categories, columns } = columnsIn(question);
  switch (model.kind) {
    case "logistic": return columns + (columns * (columns + 1)) / 2;
    case "network": return weightsOver(question, model);
    // Both children are asked for; of each the sum over all its rows too.
    case "trees": return 2 * 2 ** (model.depth - 1) * (1 + numerics * model.bins + categories);
  }
}

/** `columns` of a logistic model: the intercept, each number, each mark of a missing one, and each category but the reference. */
function columnsIn(question: PropensityQuestion): { readonly numerics: number; readonly categories: number; readonly marks: number; readonly columns: number } {
  const features = featuresOf(question);
  const numerics = features.filter(({ kind }) => kind === "numeric").length;
  const categories = features.reduce((sum, feature) => sum + (feature.kind === "categorical" ? feature.categories.length : 0), 0);
  const marks = features.filter((feature) => feature.kind === "numeric" && feature.missing === "indicate").length;
  return { numerics, categories, marks, columns: 1 + numerics + marks + categories - (features.length - numerics) };
}
