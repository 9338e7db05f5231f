import type { Feature } from "@cohortium/protocol/charter/features";
import type { LogisticModel, NetworkModel, TreesModel } from "../answers/model.js";
import { count, signed } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { plainLine } from "../text/plain.js";
import { facts, table } from "../text/table.js";

/** A network's weights say nothing one by one; its form does. */
export function layersText({ columns, dropped, hidden, activation, weights }: NetworkModel): string {
  const inputs = columns.length - dropped.length - 1;
  const bytes = (weights.length / 4) * 3 - (weights.endsWith("==") ? 2 : weights.endsWith("=") ? 1 : 0);
  const lines = facts([["layers", [inputs, ...hidden, 1].join(" → ")], ["activation", activation], ["weights", count(bytes / 4)]]);
  return dropped.length === 0 ? lines : `${lines}\n\nWithout an input, because too few rows have it: ${plainLine(dropped.join(", "))}`;
}

/** The coefficients, the heaviest first, on the scale on which they can be compared: per standard deviation of a number, per category. */
export function coefficientsText({ columns, coefficients, dropped }: LogisticModel, paint: Paint): string {
  const gone = new Set(dropped);
  const rows = columns.map((name, i) => ({ name, weight: coefficients[i] ?? 0 })).filter(({ name }) => !gone.has(name))
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .map(({ name, weight }) => [plainLine(name), signed(weight), bar(weight, Math.max(...coefficients.map(Math.abs)))]);
  const lines = table([{ head: "column" }, { head: "coefficient", right: true }, { head: "" }], rows, { paint, empty: "no columns" });
  const told = `${lines}\n\n${MEANING}`;
  return dropped.length === 0 ? told : `${told}\n\nWithout a coefficient, because too few rows have it: ${plainLine(dropped.join(", "))}`;
}

const MEANING = "A coefficient is what is added to the log-odds: for a number, per standard deviation above its mean; for a category, beside the column's first one.";

/** What the trees split on, the most frequent first. How much each split gained is not in a model: gains tell of rows. */
export function treesText({ trees }: TreesModel, features: readonly Feature[], paint: Paint): string {
  const splitsOn = (place: number) => trees.reduce((sum, { feature }) => sum + feature.filter((one) => one === place).length, 0);
  const counts = features.map(({ name }, place) => ({ name, splits: splitsOn(place) }));
  const most = Math.max(...counts.map(({ splits }) => splits));
  const rows = counts.filter(({ splits }) => splits > 0).toSorted((a, b) => b.splits - a.splits)
    .map(({ name, splits }) => [plainLine(name), count(splits), bar(splits, most)]);
  return table([{ head: "column" }, { head: "splits", right: true }, { head: "" }], rows, { paint, empty: "no splits: every row has the same score" });
}

const BAR_WIDTH = 20;

function bar(weight: number, largest: number): string {
  return largest > 0 ? (weight < 0 ? "-" : "+").repeat(Math.round((Math.abs(weight) / largest) * BAR_WIDTH)) : "";
}
