import type { Evaluation, Model, PublishedComparison } from "../answers/model.js";
import type { OwnComparison, RoundDone } from "../answers/trainings.js";

/** Everything a report says. `own` is what a partner's node knows of its own gain: null in the operator's report, for it is nobody else's. */
export interface ModelReport {
  readonly digest: string;
  readonly kind: Model["kind"];
  readonly session: string;
  readonly charter: string;
  readonly evaluation: Evaluation;
  readonly own: OwnComparison | null;
  /** What the companies published about their gains: nothing unless their charter says so. */
  readonly partners: readonly PublishedComparison[];
  /** As the operator saw them; a partner's node does not keep them. */
  readonly rounds: readonly RoundDone[];
}
