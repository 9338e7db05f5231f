import type { PropensityQuestion } from "./charter.js";
import { pointer, type Problem } from "./clauses.js";
import { recipeProblems } from "./recipe-rules.js";
import { featuresOf } from "./recipe-lowering.js";
import { treesProblems } from "./trees-schema.js";

/** What must hold inside one question. `at` is the JSON pointer of the question. */
export function questionProblems(question: PropensityQuestion, at: string): readonly Problem[] {
  return [
    ...recipeProblems(question, at),
    ...label(question, at),
    ...holdout(question, at),
    ...leaveOneOut(question, at),
    ...modelProblems(question, at),
  ];
}

function modelProblems({ model, features }: PropensityQuestion, at: string): readonly Problem[] {
  switch (model.kind) {
    case "logistic": return [];
    case "trees": return treesProblems(model, featuresOf({ features }), at);
    // Whether a network fits depends on the rows and the parties too: `networkProblems`.
    case "network": return [];
  }
}

function label({ label: { name, positive, negative }, features }: PropensityQuestion, at: string): readonly Problem[] {
  const problems: Problem[] = [];
  if (features.some((feature) => feature.name === name || feature.source === name)) {
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

/** Models are told apart on the same rows only. A company left out takes its own held-out rows along, which can turn the sign of the difference. */
function leaveOneOut({ evaluation: { holdout: which, leaveOneOut: allowed } }: PropensityQuestion, at: string): readonly Problem[] {
  if (allowed === undefined || which === "common") return [];
  return [{
    clause: "holdout.leave-one-out", path: at + pointer("evaluation", "leaveOneOut"),
    says: "with and without a company, the models would be judged on different rows", fix: "remove it, or set evaluation.holdout to common and name the file all hold",
  }];
}
