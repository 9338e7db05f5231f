import type { Paint } from "./paint.js";

/** A column's heading; numbers are flush right. */
export interface Column {
  readonly head: string;
  readonly right?: boolean;
}

/** Columns as wide as they need to be, two spaces apart. No rows: `empty` instead of a head over nothing. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], style: { readonly paint: Paint; readonly empty: string }): string {
  if (rows.length === 0) return style.empty;
  const widths = columns.map(({ head }, i) => Math.max(width(head), ...rows.map((row) => width(row[i] ?? ""))));
  const line = (cells: readonly string[]): string => columns.map(({ right = false }, i) => pad(cells[i] ?? "", widths[i] ?? 0, right)).join("  ").trimEnd();
  return [style.paint.bold(line(columns.map(({ head }) => head))), ...rows.map(line)].join("\n");
}

/** Names and values in two columns. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => width(name)));
  return pairs.map(([name, value]) => `${pad(name, widest, false)}  ${value}`.trimEnd()).join("\n");
}

/** Our own colours take no room. */
const COLOUR = /\u001b\[\d+m/g;
/** Scripts whose characters take two columns of a terminal (Unicode UAX #11, the common part of W and F). */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

function width(text: string): number {
  const seen = text.replace(COLOUR, "");
  return seen.length + (seen.match(WIDE)?.length ?? 0);
}

function pad(text: string, to: number, right: boolean): string {
  const gap = " ".repeat(Math.max(0, to - width(text)));
  return right ? gap + text : text + gap;
}
