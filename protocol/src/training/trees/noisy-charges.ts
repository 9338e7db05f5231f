import { START_SHARE, sumsOfTree } from "../../charter/trees-schema.js";
import type { TreesClause } from "../../charter/model-clauses.js";

/**
 * What each sum of a noisy training of trees costs, in the order they are asked, in 10^-9 of ρ. Together exactly `nanoRho`. The held-out rows' sum adds
 * nothing to that, as in a logistic training (`charges.ts`).
 *
 * A tree that stops growing is not asked about the levels it does not have; what they would have cost is charged with the evaluation, and spent on nothing.
 */
export function treesCharges(clause: TreesClause): readonly number[] {
  return [startRho(clause), ...Array.from({ length: clause.trees * sumsOfTree(clause) }, () => levelRho(clause)), 0];
}

/** What one sum may tell of the rows it is over, which decides its noise; of training rows also what it costs. @throws RangeError where nothing says. */
export function rhoOfTrees(question: "bins" | "level" | "evaluation", clause: TreesClause): number {
  switch (question) {
    case "bins": return startRho(clause);
    case "level": return levelRho(clause);
    case "evaluation": return nanoRhoOf(clause);
  }
}

/** Equal parts of what the first sum leaves; what divides by none is the first sum's. */
function levelRho(clause: TreesClause): number {
  const whole = nanoRhoOf(clause);
  return Math.floor((whole - Math.floor(whole / START_SHARE)) / (clause.trees * sumsOfTree(clause)));
}

function startRho(clause: TreesClause): number {
  return nanoRhoOf(clause) - clause.trees * sumsOfTree(clause) * levelRho(clause);
}

function nanoRhoOf({ privacy }: TreesClause): number {
  if (privacy === undefined) throw new RangeError("the charter does not say what a training of this kind may tell");
  return privacy.nanoRho;
}
