import { budgetOf } from "./privacy-budget.js";
import { pointer, type Problem } from "./charter-clauses.js";
import { HONEST_MIN } from "./charter-limits.js";
import type { Sections } from "./charter-shape.js";

/** What noise asks of a charter. */
export function privacyProblems(sections: Sections): readonly Problem[] {
  if (sections.privacy?.mechanism !== "discrete-gaussian") return [];
  return [...trainings(sections), ...honest(sections), ...encrypted(sections), ...delta(sections), ...budget(sections)];
}

function trainings({ questions }: Sections): readonly Problem[] {
  return (questions ?? []).map((_, i) => ({
    clause: "privacy.trainings", path: pointer("questions", i),
    says: "a training under this charter would release exact sums", fix: "found a circle of its own for statistics, or write mechanism: none",
  }));
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

/** Publishing one row in 1/δ whole is (0, δ)-private: with so many rows or more, that is a person, and with fewer a person in so many cases. */
function delta({ privacy, rows }: Sections): readonly Problem[] {
  if (privacy?.mechanism !== "discrete-gaussian" || rows === undefined || privacy.budget.delta * rows.jointMin < 1) return [];
  return [{
    clause: "privacy.delta", path: pointer("privacy", "budget", "delta"),
    says: `of ${rows.jointMin} rows or more, a mechanism that publishes one whole would keep to a delta of ${privacy.budget.delta}`,
    fix: `write far less than 1/${rows.jointMin}, such as ${1 / (1_000 * 10 ** Math.ceil(Math.log10(rows.jointMin)))}`,
  }];
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
