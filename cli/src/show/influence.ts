import type { TrainingView } from "../answers/trainings.js";
import { count, quality, short, signed } from "./amounts.js";
import type { Paint } from "./paint.js";
import { table } from "./table.js";

/** How well a training's model ranks. `without` is null for the one with all companies. */
interface Judged {
  readonly without: string | null;
  readonly session: string;
  readonly auc: number;
  readonly heldRows: number;
}

/** The newest model with all companies, and the newest without each of those that were left out. */
export interface Influence {
  readonly all: Judged | null;
  readonly leftOut: readonly Judged[];
}

/** Of the trainings of one charter. Only those that ended with a model count. */
export function influenceOf(trainings: readonly TrainingView[]): Influence {
  const newest = new Map<string | null, Judged>();
  for (const { session, without, evaluation } of trainings) {
    if (evaluation !== null) newest.set(without, { without, session, auc: evaluation.auc, heldRows: evaluation.rows });
  }
  const leftOut = [...newest.values()].filter(({ without }) => without !== null);
  return { all: newest.get(null) ?? null, leftOut: leftOut.toSorted((a, b) => b.auc - a.auc) };
}

/** A line per company, first the one whose absence helps most: its rows may be mislabelled, or of another world. */
export function influenceText({ all, leftOut }: Influence, paint: Paint): string {
  const line = ({ without, session, auc, heldRows }: Judged) =>
    [without === null ? "nobody" : without, short(session), count(heldRows), quality(auc), all === null || without === null ? "" : signed(auc - all.auc)];
  const columns = [{ head: "without" }, { head: "session" }, { head: "held-out rows", right: true }, { head: "AUC", right: true }, { head: "change", right: true }];
  const empty = "No training under this charter has ended with a model yet. Begin with: cohortium round launch, then round launch --without PARTY";
  const lines = [...(all === null ? [] : [all]), ...leftOut].map(line);
  const rows = new Set([...(all === null ? [] : [all]), ...leftOut].map(({ heldRows }) => heldRows));
  const apart = rows.size > 1 ? "\n\nThe models are judged on different held-out rows: each company holds out its own. A common file makes them comparable." : "";
  return `${table(columns, lines, { paint, empty })}${apart}`;
}
