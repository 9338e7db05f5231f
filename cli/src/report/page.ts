import type { Interval } from "../answers/model.js";
import { edgeWarning } from "../show/evaluation.js";
import { count, percent, quality, signed } from "../text/amounts.js";
import { chartSvg } from "./chart.js";
import { markup, type Markup } from "./markup.js";
import { partnersSection } from "./partners.js";
import { calibrationChart, convergenceChart, gainsChart, liftChart, rocChart, type Judged } from "./plots.js";
import type { ModelReport } from "./report.js";
import { STYLE } from "./style.js";

/** The report as one HTML page that needs no server, no script and no other file. */
export function reportPage(report: ModelReport): string {
  const { evaluation, own, digest } = report;
  const joint: Judged = { name: "joint model", style: "joint", evaluation };
  const convergence = convergenceChart(report.rounds);
  const warning = edgeWarning(evaluation);
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Joint model ${digest.slice(0, 12)}: evaluation</title>
<style>${STYLE}</style></head><body><main>
<h1>Joint model <code>${digest.slice(0, 12)}</code></h1>
<p class="says">${summary(report)}</p>
${facts(report)}
${warning === null ? markup`` : markup`<p class="says"><strong>${warning}</strong></p>`}
${own === null ? markup`` : ownSection(report)}
${partnersSection(report)}
<h2>On the held-out rows of all companies</h2>
<div class="charts">
${[rocChart([joint]), gainsChart([joint]), liftChart(joint), calibrationChart(joint), ...(convergence === null ? [] : [convergence])].map(chartSvg)}
</div>
${deciles(joint)}
${provenance(report)}
</main></body></html>
`.text;
}

function summary({ kind, evaluation: { auc, aucInterval, rows, positives, deciles } }: ModelReport): string {
  const best = deciles[0];
  const call = best === undefined ? "" : ` Whoever takes the best tenth finds ${percent(best.gain)} of all positives, ${best.lift.toFixed(1)} times as many as by chance.`;
  return `A ${NAMES[kind]} that ranks a positive above a negative in ${percent(auc)} of all pairs (95 % interval ${between(aucInterval, percent)}), judged on ${count(rows)} rows held out, ${count(positives)} of them positive.${call}`;
}

const NAMES: Readonly<Record<ModelReport["kind"], string>> = { logistic: "logistic regression", trees: "model of boosted trees", network: "neural network" };

function facts({ evaluation: { auc, aucInterval, ks, ksInterval, calibrationError, rows, positives } }: ModelReport): Markup {
  const lines: readonly (readonly [string, string, string])[] = [
    ["AUC", quality(auc), between(aucInterval, quality)], ["KS", quality(ks), between(ksInterval, quality)],
    ["calibration error", quality(calibrationError), ""], ["held-out rows", count(rows), ""], ["positives among them", count(positives), ""],
  ];
  return markup`<table><tr><th></th><th></th><th>95 % interval</th></tr>${lines.map(([name, value, interval]) => markup`<tr><th>${name}</th><td>${value}</td><td>${interval}</td></tr>`)}</table>`;
}

/** These numbers are one company's own: the page is written by its node and stays with it. */
function ownSection({ own, evaluation, partners }: ModelReport): Markup {
  if (own === null || own.kind === "not-comparable") return markup`<h2>Your own gain</h2><p>Your own gain cannot be told: ${own?.because ?? "there is no comparison"}.</p>`;
  const models: readonly Judged[] = [{ name: "joint model", style: "joint", evaluation: own.joint }, { name: "your rows alone", style: "alone", evaluation: own.alone }];
  const row = (name: string, { auc, aucInterval, ks, ksInterval, deciles: [best] }: Judged["evaluation"]) => markup`<tr><th>${name}</th><td>${quality(auc)}</td><td>${between(aucInterval, quality)}</td><td>${quality(ks)}</td><td>${between(ksInterval, quality)}</td><td>${(best?.lift ?? 0).toFixed(2)}</td></tr>`;
  return markup`<h2>Your own gain</h2>
<p class="says">On your own ${count(own.heldRows)} held-out rows the joint model's AUC is ${signed(own.gain)} against a model of your ${count(own.trainRows)} rows alone (95 % interval ${signed(own.gainInterval.low)} to ${signed(own.gainInterval.high)}). ${partners.length === 0 ? "These numbers are yours: nobody else has them." : "What the charter lets others see of them stands below."}${evaluation.rows === own.heldRows ? "" : " The joint evaluation below is over the held-out rows of all companies."}</p>
<table><tr><th></th><th>AUC</th><th>95 % interval</th><th>KS</th><th>95 % interval</th><th>lift of the best tenth</th></tr>
${row("your rows alone", own.alone)}${row("joint model", own.joint)}</table>
<div class="charts">${[rocChart(models), gainsChart(models)].map(chartSvg)}</div>`;
}

function deciles({ evaluation }: Judged): Markup {
  return markup`<h2>Tenths of the rows, highest scores first</h2>
<table><tr><th>tenth</th><th>rows</th><th>positives</th><th>lift</th><th>95 % interval</th><th>gain</th><th>95 % interval</th><th>predicted</th><th>observed</th><th>95 % interval</th></tr>
${evaluation.deciles.map((tenth, i) => markup`<tr><th>${i + 1}</th><td>${count(tenth.rows)}</td><td>${count(tenth.positives)}</td><td>${tenth.lift.toFixed(2)}</td><td>${between(tenth.liftInterval, (value) => value.toFixed(2))}</td><td>${percent(tenth.gain)}</td><td>${between(tenth.gainInterval, percent)}</td><td>${percent(tenth.meanPredicted)}</td><td>${percent(tenth.observed)}</td><td>${between(tenth.observedInterval, percent)}</td></tr>`)}
</table>`;
}

function provenance({ digest, session, charter, rounds }: ModelReport): Markup {
  return markup`<h2>Where it comes from</h2>
<table class="ids"><tr><th>model</th><td><code>${digest}</code></td></tr><tr><th>training</th><td><code>${session}</code></td></tr><tr><th>charter</th><td><code>${charter}</code></td></tr>
${rounds.length === 0 ? markup`` : markup`<tr><th>sums it came from</th><td>${rounds.length}, each over ${rounds.at(-1)?.survivors.join(", ") ?? ""}</td></tr>`}</table>
<p>Anybody with the published folder can follow this model from what was uploaded, masked or encrypted: <code>cohortium audit verify DIR</code>.</p>
<p>Intervals: DeLong (1988) for the AUC and its gain, Wilson (1927) for shares; KS as if its threshold had been known before. They tell how far another sample of rows would move a number, not whether the rows are like those to come.</p>`;
}

function between({ low, high }: Interval, text: (value: number) => string): string {
  return `${text(low)} to ${text(high)}`;
}
