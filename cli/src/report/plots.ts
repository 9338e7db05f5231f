import type { Evaluation } from "../answers/model.js";
import type { RoundDone } from "../answers/trainings.js";
import { ticks, type Chart, type Estimate, type Point } from "./chart.js";

/** A model judged, under the name it has in the legend. */
export interface Judged {
  readonly name: string;
  readonly style: "joint" | "alone";
  readonly evaluation: Evaluation;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const SHARES = ticks(0, 1, 5, percent);

/** How many positives a threshold finds against how many negatives it lets through. */
export function rocChart(models: readonly Judged[]): Chart {
  return {
    title: "ROC", says: models.map(({ name, evaluation }) => `${name}: area ${evaluation.auc.toFixed(4)}`).join("; "),
    x: { label: "negatives above the threshold", min: 0, max: 1, ticks: SHARES }, y: { label: "positives above it", min: 0, max: 1, ticks: SHARES },
    marks: [
      { kind: "line", style: "guide", points: [{ x: 0, y: 0 }, { x: 1, y: 1 }], name: "by chance" },
      ...models.map(({ name, style, evaluation }) => (
        { kind: "line", style, name, points: evaluation.roc.map(({ falsePositives: x, truePositives: y }): Point => ({ x, y })) } as const)),
    ],
  };
}

/** Whoever is called first: the share of all positives among the highest scores. */
export function gainsChart(models: readonly Judged[]): Chart {
  return {
    title: "Cumulative gains", says: models.map(({ name, evaluation }) => `${name}: the best tenth holds ${percent(evaluation.deciles[0]?.gain ?? 0)} of the positives`).join("; "),
    x: { label: "rows, highest scores first", min: 0, max: 1, ticks: SHARES }, y: { label: "positives among them", min: 0, max: 1, ticks: SHARES },
    marks: [
      { kind: "line", style: "guide", points: [{ x: 0, y: 0 }, { x: 1, y: 1 }], name: "by chance" },
      ...models.map(({ name, style, evaluation }) => ({ kind: "line", style, name, points: gainsOf(evaluation) } as const)),
    ],
  };
}

/** How many times more positives a tenth of the rows holds than an average tenth. */
export function liftChart({ evaluation: { deciles } }: Judged): Chart {
  const points = deciles.map(({ lift, liftInterval }, i): Estimate => ({ x: i + 1, y: lift, ...liftInterval }));
  const most = Math.max(1, Math.ceil(Math.max(...points.map(({ high }) => high))));
  return {
    title: "Lift by decile", says: `the best tenth has ${(deciles[0]?.lift ?? 0).toFixed(2)} times the average`,
    x: { label: "tenth of the rows, highest scores first", min: 0.4, max: deciles.length + 0.6, ticks: deciles.map((_, i) => ({ at: i + 1, says: String(i + 1) })) },
    y: { label: "lift", min: 0, max: most, ticks: ticks(0, most, Math.min(most, 6), (at) => at.toFixed(1)) },
    marks: [
      { kind: "bars", style: "joint", width: 0.7, points },
      { kind: "line", style: "guide", points: [{ x: 0.4, y: 1 }, { x: deciles.length + 0.6, y: 1 }], name: "average" },
    ],
  };
}

/** Whether 20 % means 20 in a hundred. */
export function calibrationChart({ evaluation: { deciles } }: Judged): Chart {
  const points = deciles.map(({ meanPredicted: x, observed: y, observedInterval }): Estimate => ({ x, y, ...observedInterval }));
  const { most, steps } = scaleUpTo(Math.max(...points.map(({ x, high }) => Math.max(x, high))));
  const axis = { min: 0, max: most, ticks: ticks(0, most, steps, (at) => `${Number((at * 100).toPrecision(3))} %`) };
  return {
    title: "Calibration", says: "each dot is a tenth of the rows; on the line, the model promises what happens",
    x: { label: "predicted", ...axis }, y: { label: "observed", ...axis },
    marks: [
      { kind: "line", style: "guide", points: [{ x: 0, y: 0 }, { x: most, y: most }], name: "as promised" },
      { kind: "estimates", style: "joint", points },
    ],
  };
}

/** How training came to its end, by the number that its kind of model is watched by; null if it has none. */
export function convergenceChart(rounds: readonly RoundDone[]): Chart | null {
  const measured = rounds.flatMap(({ round, measure }) => (measure === null ? [] : [{ x: round, y: measure.value, what: measure.what }]));
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined || measured.length < 2) return null;
  // Numbers that fall over many powers of ten are told by their power.
  const isWide = measured.every(({ y }) => y > 0) && Math.max(...measured.map(({ y }) => y)) > 1_000 * Math.min(...measured.map(({ y }) => y));
  const points = measured.map(({ x, y }): Point => ({ x, y: isWide ? Math.log10(y) : y }));
  const [low, high] = [Math.min(...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))];
  const [min, max] = isWide ? [Math.floor(low), Math.ceil(high)] : [low, high === low ? low + 1 : high];
  return {
    title: "Convergence", says: `${first.what} from ${first.y.toExponential(1)} to ${last.y.toExponential(1)}`,
    x: { label: "round", min: first.x, max: last.x, ticks: ticks(first.x, last.x, Math.min(6, last.x - first.x), (at) => String(Math.round(at))) },
    y: { label: first.what, min, max, ticks: ticks(min, max, 4, (at) => (isWide ? `1e${Number(at.toFixed(1))}` : String(Number(at.toPrecision(3))))) },
    marks: [{ kind: "line", style: "joint", points }],
  };
}

function gainsOf({ roc, rows, positives }: Evaluation): readonly Point[] {
  return roc.map(({ falsePositives, truePositives }) => ({ x: (falsePositives * (rows - positives) + truePositives * positives) / rows, y: truePositives }));
}

/** An axis from 0 whose ticks are numbers that people read, three to six of them. */
function scaleUpTo(value: number): { readonly most: number; readonly steps: number } {
  const unit = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6) / 5));
  const step = [1, 2, 2.5, 5, 10].map((digit) => digit * unit).find((candidate) => candidate * 5 >= value) ?? value;
  const steps = Math.max(1, Math.ceil(value / step));
  return { most: steps * step, steps };
}
