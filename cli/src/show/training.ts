import type { OwnComparison, OwnTraining, RoundDone, TrainingView } from "../answers/trainings.js";
import { count, duration, instant, percent, quality, signed } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { facts, table } from "../text/table.js";
import { evaluationText } from "./evaluation.js";
import { faultText } from "./fault.js";
import { stripsLegend, stripsText } from "./strips.js";

/** One finished round as a line: what was summed, over whom. */
export function roundLine({ round, kind, survivors, rows, measure }: RoundDone): string {
  const told = measure === null ? "" : `, ${measured(measure)}`;
  const strips = stripsText(measure?.strips ?? []);
  const of = rows === null ? "" : `${count(rows)} rows of `;
  return `round ${round} (${kind}): ${of}${survivors.join(", ")}${told}${strips === "" ? "" : ` ${strips}`}`;
}

/** What a running training does now, and how long somebody has to act. */
export function nowLine({ round, kind, says, waitingFor }: TrainingView): string {
  const deadline = waitingFor === null || waitingFor.deadlineInSeconds < 0 ? "" : `, ${duration(waitingFor.deadlineInSeconds)} left`;
  return `${round === 0 ? kind : `round ${round} (${kind})`}: ${says}${deadline}`;
}

/** A training from beginning to end. */
export function trainingText(view: TrainingView, paint: Paint): string {
  const { session, charter, without, startedAtMs, endedAtMs, rounds, model, evaluation, fault } = view;
  return [
    facts([
      ["session", session], ["charter", charter], ...(without === null ? [] : [["without", without] as const]), ["state", stateText(view.state, paint)], ["started", `${instant(startedAtMs)} UTC`],
      ...(endedAtMs === null ? [["now", nowLine(view)] as const] : [["took", duration((endedAtMs - startedAtMs) / 1_000)] as const]),
      ...(model === null ? [] : [["model", model] as const]),
    ]),
    ...(rounds.length === 0 ? [] : ["", roundsText(rounds, paint)]),
    ...(evaluation === null ? [] : ["", evaluationText(evaluation, paint)]),
    ...(fault === null ? [] : ["", faultText(fault, paint)]),
  ].join("\n");
}

export function stateText(state: TrainingView["state"], paint: Paint): string {
  switch (state) {
    case "running": return paint.warn(state);
    case "done": return paint.good(state);
    case "aborted": return paint.bad(state);
  }
}

/** What this partner got out of a training. */
export function ownTrainingText({ session, charter, endedAtMs, outcome }: OwnTraining, paint: Paint): string {
  const head = facts([["session", session], ["charter", charter], ["ended", `${instant(endedAtMs)} UTC`], ["outcome", outcome.kind === "done" ? paint.good("done") : paint.bad(outcome.code)]]);
  if (outcome.kind === "aborted") return `${head}\n\n${outcome.because}`;
  const judged = outcome.evaluation === null ? [] : ["", "The joint model on the held-out rows of all parties:", "", evaluationText(outcome.evaluation, paint)];
  return [head, "", gainText(outcome.comparison, paint), ...judged].join("\n");
}

/** As one cell: alone → joint. */
export function gainCell({ outcome }: OwnTraining): string {
  if (outcome.kind === "aborted" || outcome.comparison.kind === "not-comparable") return "";
  const { alone, joint } = outcome.comparison;
  return `${quality(alone.auc)} → ${quality(joint.auc)} (${signed(joint.auc - alone.auc)})`;
}

/** What a partner gained, on her own held-out rows. */
export function gainText(comparison: OwnComparison, paint: Paint): string {
  if (comparison.kind === "not-comparable") return `Your own gain cannot be told: ${comparison.because}`;
  const { trainRows, heldRows, alone, joint, gain, gainInterval } = comparison;
  const columns = [{ head: "" }, { head: "your rows alone", right: true }, { head: "joint model", right: true }, { head: "gain", right: true }, { head: "95 % interval" }];
  const rows = [
    ["AUC", quality(alone.auc), quality(joint.auc), signed(gain), `${signed(gainInterval.low)} to ${signed(gainInterval.high)}`],
    ["KS", quality(alone.ks), quality(joint.ks), signed(joint.ks - alone.ks), ""],
  ];
  return [
    `Your own ${count(heldRows)} held-out rows, judged by a model of your ${count(trainRows)} rows and by the joint one:`, "",
    table(columns, rows, { paint, empty: "" }),
  ].join("\n");
}

function roundsText(rounds: readonly RoundDone[], paint: Paint): string {
  const lines = rounds.map(({ round, kind, survivors, rows, measure }) => [String(round), kind, rows === null ? "" : count(rows), survivors.join(", "), measure === null ? "" : measured(measure), stripsText(measure?.strips ?? [])]);
  const columns = [{ head: "round", right: true }, { head: "kind" }, { head: "rows", right: true }, { head: "parties" }, { head: "" }, { head: "" }];
  return [table(columns, lines, { paint, empty: "" }), ...stripsLegend(rounds.flatMap(({ measure }) => measure?.strips ?? []))].join("\n");
}

function measured({ what, value, boundUsed }: NonNullable<RoundDone["measure"]>): string {
  const digits = value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? value.toExponential(1) : String(Number(value.toPrecision(4)));
  return `${what} ${digits}${boundUsed === undefined ? "" : `, mean update ${percent(boundUsed)} of its bound`}`;
}
