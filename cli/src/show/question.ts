import type { AskedReply, QuestionView, ScheduleView } from "../answers/questions.js";
import { instant, short } from "./amounts.js";
import { answerText } from "./answer.js";
import { madeBefore } from "./made-before.js";
import type { Paint } from "./paint.js";
import { plainLine } from "./plain.js";
import { facts, table } from "./table.js";

/** All that was asked, the newest last. */
export function questionsText(questions: readonly QuestionView[], paint: Paint): string {
  const columns = [{ head: "session" }, { head: "question" }, { head: "charter" }, { head: "state" }, { head: "asked" }, { head: "answered" }, { head: "by" }, { head: "says" }];
  const rows = questions.map(({ session, query, charter, state, askedAtMs, answeredAt, schedule, says }) => [
    short(session), query.kind, short(charter), stateText(state, paint), askedAtMs === null ? "" : instant(askedAtMs), answeredAt === null ? "" : when(answeredAt), schedule === null ? "" : `schedule ${schedule}`, says,
  ]);
  return table(columns, rows, { paint, empty: "Nothing was asked yet." });
}

/** One question from beginning to end. */
export function questionText(view: QuestionView, paint: Paint): string {
  const { session, charter, query, state, askedAtMs, answeredAt, answer, answerDigest, says, fault, deletionsSinceMs = [] } = view;
  const head = facts([
    ["session", session], ["question", queryText(query)], ["charter", charter], ["state", stateText(state, paint)], ...(askedAtMs === null ? [] : [["asked", `${instant(askedAtMs)} UTC`] as const]),
    ...(answeredAt === null ? [["says", says] as const] : [["answered", `${when(answeredAt)} UTC`] as const]),
    ...(answerDigest === null ? [] : [["answer", answerDigest] as const]),
    ...(deletionsSinceMs.length === 0 ? [] : [["note", paint.warn(madeBefore(deletionsSinceMs))] as const]),
  ]);
  const told = fault === null ? "" : `\n\n${paint.bad("aborted:")} ${fault.says}\n${facts([["  code", fault.code], ["  side", fault.side], ["  to do", fault.fix]])}`;
  return `${head}${told}${answer === null ? "" : `\n\n${answerText(answer, paint)}\n\n${AGAIN}`}`;
}

/** An answer that was kept. */
export function keptText({ session, answeredAt, answer }: Extract<AskedReply, { readonly kind: "kept" }>, paint: Paint): string {
  return `${paint.good("Kept:")} answered on ${when(answeredAt)} UTC in ${short(session)}; this costs nothing. To ask the companies anew and pay for it: --fresh\n\n${answerText(answer, paint)}\n\n${AGAIN}`;
}

const AGAIN = "Asking the same again is free: the same bytes, at no charge.";

export function schedulesText(schedules: readonly ScheduleView[], paint: Paint): string {
  const columns = [{ head: "schedule" }, { head: "question" }, { head: "charter" }, { head: "every" }, { head: "next (UTC)" }, { head: "runs", right: true }, { head: "state" }, { head: "because" }];
  const rows = schedules.map(({ id, query, charter, every, unit, next, runs, state, because }) => [
    id, query.kind, short(charter), `${every} ${unit}`, next === null ? "" : when(next), String(runs), state === "on" ? paint.good(state) : paint.warn(state), because,
  ]);
  return table(columns, rows, { paint, empty: "Nothing is asked by the calendar." });
}

/** As it stands in the log, on one line. */
function queryText(query: QuestionView["query"]): string {
  const { kind, ...rest } = query;
  const members = Object.entries(rest).filter(([name]) => name !== "nanoRho").map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return plainLine([kind, ...members].join(", "));
}

function stateText(state: QuestionView["state"], paint: Paint): string {
  switch (state) {
    case "running": return paint.warn(state);
    case "done": return paint.good(state);
    case "aborted": return paint.bad(state);
  }
}

/** RFC 3339 as everything else here shows times. */
function when(text: string): string {
  return text.slice(0, 19).replace("T", " ");
}
