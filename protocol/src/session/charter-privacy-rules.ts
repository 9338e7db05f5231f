import type { LogisticPrivacy } from "../training/clauses.js";
import { budgetOf } from "./privacy-budget.js";
import { pointer, type Problem } from "./charter-clauses.js";
import { HONEST_MIN, SCORE_BINS_EXACT_MIN, SCORE_BINS_NOISY_MAX } from "./charter-limits.js";
import type { Sections } from "./charter-shape.js";

/** What noise asks of a charter. */
export function privacyProblems(sections: Sections): readonly Problem[] {
  switch (sections.privacy?.mechanism) {
    case undefined: return [];
    case "none": return exactTrainings(sections);
    case "discrete-gaussian": return [...noisyTrainings(sections), ...honest(sections), ...encrypted(sections), ...budget(sections)];
  }
}

function exactTrainings({ questions }: Sections): readonly Problem[] {
  return (questions ?? []).flatMap(({ model, evaluation }, i): readonly Problem[] => [
    ...(model.kind === "logistic" && model.privacy !== undefined ? [{
      clause: "privacy.trainings", path: pointer("questions", i, "model", "privacy"),
      says: "the sums of this training are exact: nothing bounds what they tell of a row", fix: "remove it, or write mechanism: discrete-gaussian",
    } as const] : []),
    ...(evaluation.scoreBins >= SCORE_BINS_EXACT_MIN ? [] : [scoreBins(i, `${evaluation.scoreBins} bins make ties of most scores`, `write ${SCORE_BINS_EXACT_MIN} or more`)]),
  ]);
}

function noisyTrainings({ questions, privacy }: Sections): readonly Problem[] {
  return (questions ?? []).flatMap(({ model, evaluation }, i): readonly Problem[] => [
    ...(model.kind === "logistic" ? priced(model.privacy, privacy, i) : [training(i, ["model", "kind"], `a training of ${model.kind} would release exact sums`, "write logistic, or mechanism: none")]),
    ...(evaluation.leaveOneOut === undefined ? [] : [training(i, ["evaluation", "leaveOneOut"], "the noise is counted for all companies, not for all but one", "remove it")]),
    ...(evaluation.perPartner === "shared" ? [training(i, ["evaluation", "perPartner"], "what a company publishes of its own rows alone carries no noise", "write own, or remove it")] : []),
    ...(evaluation.scoreBins <= SCORE_BINS_NOISY_MAX ? [] : [scoreBins(i, `noise on each of ${evaluation.scoreBins} bins drowns the scores`, `write ${SCORE_BINS_NOISY_MAX} or fewer; 64 serve well`)]),
  ]);
}

function priced(clause: LogisticPrivacy | undefined, privacy: Sections["privacy"], i: number): readonly Problem[] {
  if (clause === undefined) return [training(i, ["model", "privacy"], "the model does not say what its training may tell", "add it: nanoRho, rowNormMax, iterations")];
  const whole = privacy === undefined ? null : budgetOf({ privacy });
  const most = whole === null ? 0 : whole.nanoRho + whole.reserveNanoRho;
  if (clause.nanoRho <= most) return [];
  return [{
    clause: "privacy.budget", path: pointer("questions", i, "model", "privacy", "nanoRho"),
    says: `a training would cost ${clause.nanoRho}, and the whole budget of the charter is ${most}`, fix: `write ${most} or less, or a larger epsilon`,
  }];
}

function training(i: number, path: readonly string[], says: string, fix: string): Problem {
  return { clause: "privacy.trainings", path: pointer("questions", i, ...path), says, fix };
}

function scoreBins(i: number, says: string, fix: string): Problem {
  return { clause: "privacy.score-bins", path: pointer("questions", i, "evaluation", "scoreBins"), says, fix };
}

function honest({ quorum, privacy }: Sections): readonly Problem[] {
  if (quorum === undefined || privacy?.mechanism !== "discrete-gaussian" || quorum - privacy.colluders >= HONEST_MIN) return [];
  return [{
    clause: "privacy.honest", path: pointer("privacy", "colluders"),
    says: `of a quorum of ${quorum}, ${privacy.colluders} colluders leave ${Math.max(0, quorum - privacy.colluders)} whose noise the others do not know`,
    fix: quorum < HONEST_MIN ? `raise the quorum to ${HONEST_MIN} or more` : `write ${quorum - HONEST_MIN} or less, or raise the quorum`,
  }];
}

function encrypted({ aggregation }: Sections): readonly Problem[] {
  if (aggregation?.scheme !== "encrypted") return [];
  return [{ clause: "privacy.encrypted", path: pointer("aggregation", "scheme"), says: "encrypted sums carry no noise yet", fix: "write masked" }];
}

function budget({ privacy }: Sections): readonly Problem[] {
  if (privacy === undefined) return [];
  const whole = budgetOf({ privacy });
  if (whole === null || whole.nanoRho >= 1) return [];
  return [{
    clause: "privacy.budget", path: pointer("privacy", "budget", "epsilon"),
    says: "so small a budget covers no answer at all", fix: "write a larger epsilon, or a smaller reserveShare",
  }];
}
