import { type Difference, type ExperimentAnswer, type Withheld } from "@cohortium/protocol/statistics/answer";
import type { Paint } from "../text/paint.js";
import { table } from "../text/table.js";
import { cellText, quantityForm, rowsForm, shareForm } from "./answer-cells.js";

/** The arms, then by how much they differ from the control. A loud line before both if they cannot be compared. */
export function experimentText({ arms, effects, sampleRatio }: ExperimentAnswer, paint: Paint): string {
  const control = arms.find((arm) => arm.control)?.arm ?? "";
  const alarm = "alarm" in sampleRatio && sampleRatio.alarm ? [paint.bad("The arms do not have the sizes they were meant to have.")] : [];
  return [...alarm, armsText(arms, paint), `Beside ${control}:`, effectsText(effects, paint)].join("\n\n");
}

function armsText(arms: ExperimentAnswer["arms"], paint: Paint): string {
  const metrics = arms[0]?.metrics ?? [];
  const columns = [{ head: "arm" }, { head: "rows", right: true }, { head: "share", right: true }, { head: "meant", right: true }, ...metrics.map(({ metric, unit }) => ({ head: `mean ${metric} (${unit})`, right: true }))];
  const rows = arms.map((arm) => [
    arm.control ? `${arm.arm} (control)` : arm.arm, cellText(arm.rows, rowsForm), cellText(arm.share, shareForm), shareForm(arm.intendedShare), ...arm.metrics.map(({ mean }) => cellText(mean, quantityForm)),
  ]);
  return table(columns, rows, { paint, empty: "no arms" });
}

function effectsText(effects: ExperimentAnswer["effects"], paint: Paint): string {
  const isAdjusted = effects.some(({ adjusted }) => adjusted !== null);
  const columns = [{ head: "arm" }, { head: "metric" }, { head: "effect" }, { head: "z", right: true }, { head: "noise", right: true }, ...(isAdjusted ? [{ head: "adjusted for the covariate" }, { head: "z", right: true }] : [])];
  const rows = effects.map(({ arm, metric, unit, plain, adjusted }) => [
    arm, `${metric} (${unit})`, effectText(plain), zText(plain), "withheld" in plain ? "" : shareForm(plain.noiseShare), ...(adjusted === null ? [] : [effectText(adjusted), zText(adjusted)]),
  ]);
  return `${table(columns, rows, { paint, empty: "no effects" })}\n\nnoise: its share of the variance. |z| above 1.96 is beyond what chance does once in twenty times.`;
}

function effectText(effect: Difference | Withheld): string {
  return cellText(effect, (value) => `${value < 0 ? "" : "+"}${quantityForm(value)}`);
}

function zText(effect: Difference | Withheld): string {
  return "withheld" in effect || effect.z === null ? "" : effect.z.toFixed(2);
}
