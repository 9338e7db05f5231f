import type { CategoricalFeature, Feature, NumericFeature } from "../training/features.js";
import type { PropensityQuestion } from "./charter.js";
import { pointer, type Problem } from "./charter-clauses.js";
import { treesProblems } from "./charter-trees.js";

/** Values are mapped to [-1, 1] and summed; beyond this, and within a narrower span than the next, what distinguishes rows is rounded away. */
const BOUND_MAX = 1e15;
/** Of the larger bound. Calendar years and seconds since 1970 are well apart. */
const BOUND_SPAN_MIN = 1e-9;

/** What must hold inside one question. `at` is the JSON pointer of the question. */
export function questionProblems(question: PropensityQuestion, at: string): readonly Problem[] {
  return [
    ...featureNames(question.features, at),
    ...question.features.flatMap((feature, i) => featureProblems(feature, at + pointer("features", i))),
    ...label(question, at),
    ...holdout(question, at),
    ...modelProblems(question, at),
  ];
}

function modelProblems({ model, features }: PropensityQuestion, at: string): readonly Problem[] {
  switch (model.kind) {
    case "logistic": return [];
    case "trees": return treesProblems(model, features, at);
  }
}

function featureNames(features: readonly Feature[], at: string): readonly Problem[] {
  // The model's own column comes first, so a feature of that name is the repeat.
  const names = ["intercept", ...features.map((feature) => feature.name)];
  return repeats(names).map((i) => ({
    clause: "features.names-unique", path: at + pointer("features", i - 1, "name"),
    says: `the name "${names[i] ?? ""}" is taken`, fix: "remove or rename one of the two",
  }));
}

function featureProblems(feature: Feature, at: string): readonly Problem[] {
  switch (feature.kind) {
    case "numeric": return bounds(feature, at);
    case "categorical": return categories(feature, at);
  }
}

function bounds({ name, min, max }: NumericFeature, at: string): readonly Problem[] {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (!(largest <= BOUND_MAX)) {
    return [{
      clause: "features.bounds", path: at + pointer(Math.abs(max) === largest ? "max" : "min"),
      says: `"${name}" runs from ${min} to ${max}: so far out a double has no digits left to tell rows apart`, fix: `write numbers within ±${BOUND_MAX}, in a larger unit`,
    }];
  }
  if (max - min > largest * BOUND_SPAN_MIN) return [];
  return [{
    clause: "features.bounds", path: at + pointer("max"),
    says: `"${name}" runs from ${min} to ${max}, which leaves no room`, fix: `write a number well above ${min}`,
  }];
}

function categories({ name, categories: listed }: CategoricalFeature, at: string): readonly Problem[] {
  return repeats(listed).map((i) => ({
    clause: "categories.unique", path: at + pointer("categories", i),
    says: `"${name}" lists the category "${listed[i] ?? ""}" twice`, fix: "remove one of the two",
  }));
}

function label({ label: { name, positive, negative }, features }: PropensityQuestion, at: string): readonly Problem[] {
  const problems: Problem[] = [];
  if (features.some((feature) => feature.name === name)) {
    problems.push({
      clause: "label.not-a-feature", path: at + pointer("label", "name"),
      says: `"${name}" would predict itself`, fix: "remove it from the features",
    });
  }
  if (positive === negative) {
    problems.push({
      clause: "label.two-values", path: at + pointer("label", "negative"),
      says: `both values of the label are "${positive}"`, fix: "write the label's other value",
    });
  }
  return problems;
}

function holdout({ evaluation: { holdout: which, holdoutDigest } }: PropensityQuestion, at: string): readonly Problem[] {
  const path = at + pointer("evaluation", "holdoutDigest");
  if (which === "common" && holdoutDigest === undefined) {
    const fix = "add its SHA-256 (sha256sum FILE), or set evaluation.holdout to own";
    return [{ clause: "holdout.digest", path, says: "the common held-out file is not named", fix }];
  }
  if (which === "own" && holdoutDigest !== undefined) {
    const fix = "remove it, or set evaluation.holdout to common";
    return [{ clause: "holdout.digest", path, says: "a held-out file is named, but each party holds out rows of its own", fix }];
  }
  return [];
}

/** The indices of whatever came before. */
function repeats(items: readonly string[]): readonly number[] {
  return items.flatMap((item, i) => (items.indexOf(item) < i ? [i] : []));
}
