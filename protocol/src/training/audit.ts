import type { SumChecker } from "../log/audit.js";
import type { LoggedRound } from "../log/audit-entries.js";
import type { Finding } from "../log/audit-report.js";
import { sumAgain } from "../log/audit-sums.js";
import { checkCharter } from "../session/charter-check.js";
import { contextDigest, planDigest, planOf, type TrainingPlan } from "./plan.js";
import { advance, contextOf, FIRST, type Progress } from "./progress.js";

interface Followed {
  readonly plan: TrainingPlan;
  /** Where the training stands; null once it has been evaluated, or went wrong. */
  progress: Progress | null;
}

/**
 * For `AuditOptions.sums`: computes each sum again, and from the sums every model, so that the auditor sees the training and not only its rounds.
 * A coordinator that showed the nodes a model of its own making, to learn more from their answers, is found here.
 *
 * The steps are + − × ÷ and √ alone (IEEE 754), so the auditor's machine gets the same bits.
 * Reveals: to whoever holds the uploads and the log, the sums and the joint models.
 */
export function trainingAuditor(): SumChecker {
  const sessions = new Map<string, Followed>();
  return (round, source) => {
    const again = sumAgain(round, source);
    if (again.kind === "findings") return { sum: false, model: false, findings: again.findings };
    const followed = sessions.get(round.session) ?? begin(round);
    if (followed !== null) sessions.set(round.session, followed);
    const says = followed === null ? "it stands under a charter that allows no training" : objection(followed, round);
    if (followed?.progress === undefined || followed.progress === null || says !== null) {
      if (followed !== null) followed.progress = null;
      return { sum: true, model: false, findings: [differs(round, says ?? "")] };
    }
    const next = advance(followed.progress, again.words, round.uploads.length, followed.plan);
    followed.progress = next.kind === "next" ? next.progress : null;
    return { sum: true, model: true, findings: [] };
  };
}

function begin({ charter }: LoggedRound): Followed | null {
  const check = checkCharter(charter);
  return check.kind === "ok" ? { plan: planOf(check.charter), progress: FIRST } : null;
}

/** Why this round is not the one that follows; null if it is. */
function objection({ plan, progress }: Followed, { asked }: LoggedRound): string | null {
  if (progress === null) return "the training was over, or had gone wrong, before this round";
  if (asked.plan !== planDigest(plan)) return "its plan is not the one that follows from the charter";
  if (asked.purpose !== progress.question.kind) return `it asks for ${asked.purpose} where the sums before it lead to ${progress.question.kind}`;
  return asked.model === contextDigest(contextOf(progress)) ? null : "its model does not follow from the sums before it";
}

function differs({ entry }: LoggedRound, says: string): Finding {
  return { entry, code: "MODEL_DIFFERS", says: `the round asks something else than the training would: ${says}` };
}
