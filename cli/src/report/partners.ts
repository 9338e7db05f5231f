import type { Interval, PublishedComparison } from "../answers/model.js";
import { WITHHELD } from "../show/partners.js";
import { count, quality, signed } from "../text/amounts.js";
import { chartSvg, ticks, type Chart, type Estimate } from "./chart.js";
import { markup, type Markup } from "./markup.js";
import type { ModelReport } from "./report.js";

/** What every company says it gained; nothing where the charter keeps that at each node. */
export function partnersSection({ partners }: Pick<ModelReport, "partners">): Markup {
  if (partners.length === 0) return markup``;
  const chart = gainsOfPartners(partners);
  return markup`<h2>What each company says it gained</h2>
<p class="says">Their charter has every company publish how a model of its own rows alone and the joint one rank the rows it held out. Each signs its numbers; nobody else can compute them again.</p>
<table><tr><th>company</th><th>held-out rows</th><th>AUC alone</th><th>95 % interval</th><th>AUC joint</th><th>95 % interval</th><th>gain</th><th>95 % interval</th><th>KS alone</th><th>KS joint</th></tr>
${partners.map(row)}</table>
${chart === null ? markup`` : markup`<div class="charts">${chartSvg(chart)}</div>`}`;
}

function row({ party, numbers }: PublishedComparison): Markup {
  if (numbers.kind === "withheld") return markup`<tr><th>${party}</th><td colspan="9">${WITHHELD[numbers.because]}</td></tr>`;
  const { rows, alone, joint, gain, gainInterval } = numbers;
  return markup`<tr><th>${party}</th><td>about ${count(rows)}</td><td>${quality(alone.auc)}</td><td>${between(alone.aucInterval, quality)}</td><td>${quality(joint.auc)}</td><td>${between(joint.aucInterval, quality)}</td><td>${signed(gain)}</td><td>${between(gainInterval, signed)}</td><td>${quality(alone.ks)}</td><td>${quality(joint.ks)}</td></tr>`;
}

/** One dot a company, in the order of the table; null if all withhold. */
function gainsOfPartners(partners: readonly PublishedComparison[]): Chart | null {
  const points = partners.flatMap(({ numbers }, i): readonly Estimate[] => (numbers.kind === "withheld" ? [] : [{ x: i + 1, y: numbers.gain, ...numbers.gainInterval }]));
  if (points.length === 0) return null;
  const [least, most] = [Math.min(0, ...points.map(({ low }) => low)), Math.max(0.001, ...points.map(({ high }) => high))];
  const [from, to] = [0.4, partners.length + 0.6];
  return {
    title: "Gain in AUC by company", says: "each dot is a company, its whisker the 95 % interval; above the line the joint model ranks better than the company's own",
    x: { label: "company, in the order of the table", min: from, max: to, ticks: partners.map(({ party }, i) => ({ at: i + 1, says: partners.length <= NAMES_MAX ? party : String(i + 1) })) },
    y: { label: "joint less alone", min: least, max: most, ticks: ticks(least, most, 4, signed) },
    marks: [{ kind: "line", style: "guide", points: [{ x: from, y: 0 }, { x: to, y: 0 }], name: "no gain" }, { kind: "estimates", style: "joint", points }],
  };
}

/** More names do not fit below the axis. */
const NAMES_MAX = 5;

function between({ low, high }: Interval, text: (value: number) => string): string {
  return `${text(low)} to ${text(high)}`;
}
