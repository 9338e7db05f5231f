import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import type { AskedReply, QuestionView, ScheduleView } from "../answers/questions.js";
import { instant, short } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { facts, table } from "../text/table.js";
import { answerText } from "./answer.js";
import { faultText } from "./fault.js";
import { madeBefore } from "./made-before.js";
import { queryText } from "./query.js";

/** All that was asked, the newest last. */
export function questionsText(questions: readonly QuestionView[], paint: Paint): string {
  // A node does not know what was asked by the calendar.
  const by = questions.some(({ schedule }) => schedule !== null);
  const columns = [{ head: "session" }, { head: "question" }, { head: "charter" }, { head: "state" }, { head: "asked" }, { head: "answered" }, ...(by ? [{ head: "by" }] : []), { head: "says" }];
  const rows = questions.map(({ session, query, charter, state, askedAtMs, answeredAt, schedule, says }) => [
    short(session), query.kind, short(charter), stateText(state, paint), askedAtMs === null ? "not noted" : instant(askedAtMs), answeredAt === null ? "" : timeText(answeredAt),
    ...(by ? [schedule === null ? "" : `schedule ${schedule}`] : []), says,
  ]);
  return table(columns, rows, { paint, empty: "Nothing was asked yet." });
}

/** One question from beginning to end. */
export function questionText(view: QuestionView, paint: Paint): string {
  const { session, charter, query, state, askedAtMs, answeredAt, answer, answerDigest, says, fault, ownDrift, deletionsSinceMs = [] } = view;
  const head = facts([
    ["session", session], ["question", queryText(query)], ["charter", charter], ["state", stateText(state, paint)], ...(askedAtMs === null ? [] : [["asked", `${instant(askedAtMs)} UTC`] as const]),
    ...(answeredAt !== null ? [["answered", `${timeText(answeredAt)} UTC`] as const] : fault === null ? [["says", says] as const] : []),
    ...(state === "aborted" ? [["charged", chargedText(view)] as const] : []),
    ...(answerDigest === null ? [] : [["answer", answerDigest] as const]),
    ...(ownDrift === undefined ? [] : [["own drift", driftText(ownDrift)] as const]),
    ...(deletionsSinceMs.length === 0 ? [] : [["note", paint.warn(madeBefore(deletionsSinceMs))] as const]),
  ]);
  const told = fault === null ? "" : `\n\n${faultText(fault, paint)}`;
  return `${head}${told}${answer === null ? "" : `\n\n${answerText(answer, paint)}\n\n${AGAIN}`}`;
}

/** An answer that was kept. */
export function keptText({ session, answeredAt, answer }: Extract<AskedReply, { readonly kind: "kept" }>, paint: Paint): string {
  return `${paint.good("Kept:")} answered on ${timeText(answeredAt)} UTC in ${short(session)}; this costs nothing. To ask the companies anew and pay for it: --fresh\n\n${answerText(answer, paint)}\n\n${AGAIN}`;
}

const AGAIN = "Asking the same again is free: the same bytes, at no charge.";

export function schedulesText(schedules: readonly ScheduleView[], paint: Paint): string {
  const columns = [{ head: "schedule" }, { head: "question" }, { head: "charter" }, { head: "every" }, { head: "next (UTC)" }, { head: "runs", right: true }, { head: "state" }, { head: "because" }];
  const rows = schedules.map(({ id, query, charter, every, unit, next, runs, state, because }) => [
    id, query.kind, short(charter), `${every} ${unit}`, next === null ? "" : timeText(next), String(runs), state === "on" ? paint.good(state) : paint.warn(state), because,
  ]);
  return table(columns, rows, { paint, empty: "Nothing is asked by the calendar." });
}

/** What it has cost although nothing came of it: numbers that a company has sent are out, so their price stays paid. */
function chargedText({ nanoRho, charged }: QuestionView): string {
  if (nanoRho === 0) return "nothing: this charter's sums cost no privacy budget";
  if (charged === 0) return "nothing: no numbers had been sent";
  const part = charged >= nanoRho ? "all of its price" : `${budgetShare(charged, nanoRho)} of its price`;
  return `${part}: numbers had been sent; nothing more is charged for it`;
}

/** By the rules of thumb of credit scoring. */
function driftText(psi: number | null): string {
  if (psi === null) return "cannot be told: too much is withheld, or the rows have changed since";
  const says = psi < 0.1 ? "below 0.1: your own rows lie as everybody's do" : psi <= 0.25 ? "between 0.1 and 0.25: your own rows lie somewhat differently" : "above 0.25: your own rows are another population";
  return `${psi.toFixed(3)} (population stability index; ${says}). It was computed here and stays here`;
}

function stateText(state: QuestionView["state"], paint: Paint): string {
  switch (state) {
    case "running": return paint.warn(state);
    case "done": return paint.good(state);
    case "aborted": return paint.bad(state);
  }
}

/** RFC 3339 in UTC as everything else here shows times. */
export function timeText(text: string): string {
  return text.slice(0, 19).replace("T", " ");
}
