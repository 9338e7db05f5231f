import type { Spread } from "./measure.js";

/** What one measurement found: the document of `--json`, and by way of `printed` the table a person reads. */
export interface Section {
  readonly title: string;
  /** What is divided by what, and what is left out. */
  readonly notes: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column {
  readonly key: string;
  readonly heading: string;
  readonly show: (value: number) => string;
}

/** By column key. Null stands for what was skipped. */
export type Row = Readonly<Record<string, number | string | null>>;

/** What stands under `invariant` where no machine is an excuse: it holds, or the program is wrong. */
export const HOLDS = "holds";
export const BROKEN = "BROKEN";

/** Whether something that must hold on any machine does not. */
export function isBroken(sections: readonly Section[]): boolean {
  return sections.some(({ rows }) => rows.some((row) => row["invariant"] === BROKEN));
}

/** @returns lines that fit together under one heading each, numbers to the right. */
export function printed({ title, notes, columns, rows }: Section): string {
  const cells = rows.map((row) => columns.map((column) => shown(row[column.key] ?? null, column)));
  const widths = columns.map(({ heading }, i) => Math.max(heading.length, ...cells.map((line) => line[i]?.length ?? 0)));
  const line = (texts: readonly string[]) => `  ${texts.map((text, i) => text.padStart(widths[i] ?? 0)).join("  ")}`.trimEnd();
  const rule = `  ${widths.map((width) => "-".repeat(width)).join("  ")}`;
  const head = [`\n${title}`, ...notes.map((note) => `  ${note}`), "", line(columns.map(({ heading }) => heading)), rule];
  return [...head, ...cells.map(line), ""].join("\n");
}

export function column(key: string, heading: string, show: Column["show"] = String): Column {
  return { key, heading, show };
}

/** Three digits that mean something, however large. */
export function three(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(6, Math.max(0, digits)));
}

/** `×1.02`. Six decimals near 1, where rounding would say that nothing was added. */
export function times(value: number): string {
  if (value === 1) return "×1";
  return `×${Math.abs(value - 1) < 0.005 ? value.toFixed(6) : three(value)}`;
}

export function megabytes(bytes: number): string {
  return `${three(bytes / 1e6)} MB`;
}

/** Powers of ten as people write them: `10^6`. */
export function power(value: number): string {
  const exponent = Math.log10(value);
  return Number.isInteger(exponent) && exponent >= 3 ? `10^${exponent}` : String(value);
}

/** The two ends of a spread, as a cell. */
export function range({ min, max }: Spread): string {
  return `${three(min)}–${three(max)}`;
}

function shown(value: number | string | null, { show }: Column): string {
  if (value === null) return "–";
  return typeof value === "number" ? show(value) : value;
}
