import type { Model } from "../answers/model.js";
import { signed } from "./amounts.js";
import type { Paint } from "./paint.js";
import { plainLine } from "./plain.js";
import { table } from "./table.js";

/** The coefficients, the heaviest first, on the scale on which they can be compared: per standard deviation of a number, per category. */
export function coefficientsText({ columns, coefficients, dropped }: Model, paint: Paint): string {
  const gone = new Set(dropped);
  const rows = columns.map((name, i) => ({ name, weight: coefficients[i] ?? 0 })).filter(({ name }) => !gone.has(name))
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .map(({ name, weight }) => [plainLine(name), signed(weight), bar(weight, Math.max(...coefficients.map(Math.abs)))]);
  const lines = table([{ head: "column" }, { head: "coefficient", right: true }, { head: "" }], rows, { paint, empty: "no columns" });
  const told = `${lines}\n\n${MEANING}`;
  return dropped.length === 0 ? told : `${told}\n\nWithout a coefficient, because too few rows have it: ${plainLine(dropped.join(", "))}`;
}

const MEANING = "A coefficient is what is added to the log-odds: for a number, per standard deviation above its mean; for a category, beside the column's first one.";
const BAR_WIDTH = 20;

function bar(weight: number, largest: number): string {
  return largest > 0 ? (weight < 0 ? "-" : "+").repeat(Math.round((Math.abs(weight) / largest) * BAR_WIDTH)) : "";
}
