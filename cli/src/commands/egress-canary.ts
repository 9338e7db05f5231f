import { Refusal } from "@cohortium/protocol/host/refusal";
import type { CanaryReport } from "../canary/canary.js";
import { requireRole } from "../found/place.js";
import { bytes, count } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { facts, table } from "../text/table.js";
import { textOption, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { charterFrom } from "./charter-show.js";

const MARKED_MAX = 1_000;
const ROWS_MAX = 10_000_000;

/** Ends with 6 if a marked value is found in what left, if the search misses what was sent on purpose, or if a kind that can be asked was not rehearsed. */
export async function canary(context: Context, options: Options): Promise<Outcome> {
  const { folder, world, progress, paint } = context;
  requireRole(folder, "node", "egress canary");
  const { charter } = await charterFrom(context, textOption(options, "charter"));
  const report = await world.programs.runCanary({
    folder, flags: [], environment: world.environment, charter, marked: numberIn(options, "marked", MARKED_MAX), sampleMax: numberIn(options, "rows", ROWS_MAX),
    prove: options["prove"] === true, nowMs: world.nowMs, signal: world.interruptible(),
  }, context.json ? SILENT : { stage: progress.note, now: progress.now });
  progress.clear();
  const verdict = verdictOf(report);
  return { ...done({ verdict, ...report }, reportText(report, verdict, paint)), exit: verdict === "clean" ? 0 : 6 };
}

/** Whoever reads documents alone is told by the document. */
const SILENT = { stage: () => undefined, now: () => undefined };

/** Only `clean` is a pass: `partial` says nothing of the kinds that were not rehearsed. */
type Verdict = "clean" | "partial" | "found" | "blind";

function verdictOf({ found, control, proofs, coverage }: CanaryReport): Verdict {
  if (found.length > 0) return "found";
  const sees = control.found >= control.values && proofs.every((proof) => proof.found);
  if (!sees) return "blind";
  return coverage.missed.length === 0 && coverage.rehearsed > 0 ? "clean" : "partial";
}

function reportText(report: CanaryReport, verdict: Verdict, paint: Paint): string {
  const { columns, looked, found, proofs, coverage } = report;
  return [
    facts([
      ["charter", report.charter], ["rows copied", count(report.rows)], ["marked rows", count(report.marked)],
      ...report.sessions.map(({ what, state, rounds, says }) => [what, `${state === "done" ? "done" : says}; ${count(rounds)} ${rounds === 1 ? "sum" : "sums"}`] as const),
      ["rehearsed", coverageText(coverage)],
      ["looked for", `${count(report.values)} values in ${count(report.needles)} disguises: ${report.traces.join(", ")}`],
      ["control", `${count(report.control.found)} of ${count(report.control.values)} values found in the copy they were written into`],
    ]), "",
    table([{ head: "column" }, { head: "of" }, { head: "marked with" }], columns.map(({ feed, column, isMarked, says }) => [column, feed, isMarked ? says : paint.dim(`nothing: ${says}`)]), { paint, empty: "" }), "",
    table([{ head: "looked through" }, { head: "pieces", right: true }, { head: "bytes", right: true }], looked.map(({ where, pieces, bytes: size }) => [where, count(pieces), count(size)]), { paint, empty: "" }), "",
    ...(proofs.length === 0 ? [] : [
      table([{ head: "sent on purpose, as" }, { head: "" }, { head: "" }], proofs.map((proof) => [proof.trace, proof.how, proof.found ? paint.good("found") : paint.bad("not found")]), { paint, empty: "" }), "",
    ]),
    verdictText(report, verdict, paint),
    ...coverage.missed.map(({ what, because }) => `  not rehearsed: ${what}, because ${because}`),
    ...found.map(({ trace, feed, column, where }) => `  a value of column ${column} of the ${feed}, as ${trace}, in ${where}`),
  ].join("\n");
}

function coverageText({ rehearsed, allowed, unaskable }: CanaryReport["coverage"]): string {
  const none = unaskable.length === 0 ? "" : `; of ${unaskable.join(", ")} nobody can ask a question, for want of columns`;
  return `${count(rehearsed)} of ${count(allowed)} kinds the charter allows${none}`;
}

function verdictText({ looked, proofs }: CanaryReport, verdict: Verdict, paint: Paint): string {
  const left = looked.slice(0, 2).reduce((sum, { bytes: size }) => sum + size, 0);
  switch (verdict) {
    case "clean": {
      const proved = proofs.length === 0 ? " --prove shows that the search would find them." : " Everything that was sent on purpose was found.";
      return `${paint.good("Nothing of the marked rows left.")} ${bytes(left)} left this node in the rehearsal, and no marked value stands in them.${proved}`;
    }
    case "partial": return `${paint.bad("Not all that the charter allows was rehearsed, so nothing is said of the rest.")} ${bytes(left)} left this node in the rehearsal, and no marked value stands in them.`;
    case "found": return paint.bad("Marked values were found: do not take part in anything before you know why.");
    case "blind": return paint.bad("The search did not find what it must find, so nothing can be said.");
  }
}

function numberIn(options: Options, name: string, most: number): number {
  const text = textOption(options, name) ?? "";
  const value = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw new Refusal({ code: "USAGE_NUMBER", title: `--${name} is a number from 1 to ${count(most)}`, detail: `"${text}" is none`, fix: `leave it out, or write a whole number from 1 to ${count(most)}` });
}
