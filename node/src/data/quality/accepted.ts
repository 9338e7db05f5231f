import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isFileError, writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { z } from "zod";
import type { Spread } from "../contract/spread.js";
import { gateReport, type GateReport } from "./report.js";

/**
 * What a node remembers of its gate, in the folder `quality`: the last report of each feed, and how the categories were spread in the run accepted
 * last. Readable by its owner alone; of values it holds the words that contract and charter list and the tenths and magnitudes of their bounds, with counts.
 */
const acceptedForm = z.strictObject({
  v: z.literal(1),
  spreads: z.array(z.strictObject({
    column: z.string(), counts: z.array(z.tuple([z.string(), z.int().min(0)])), otherRows: z.int().min(0), otherValues: z.int().min(0),
  })),
});

/** The spreads of the run accepted last, by column; empty if none was. @throws Refusal CONFIG_QUALITY if the file is not ours. */
export function readAccepted(folder: string, feed: string): ReadonlyMap<string, Spread> {
  const kept = read(pathOf(folder, feed, "accepted"), acceptedForm);
  return new Map(kept?.spreads.map(({ column, counts, ...spread }) => [column, { ...spread, counts: new Map(counts) }]));
}

export function keepAccepted(folder: string, feed: string, spreads: ReadonlyMap<string, Spread>): void {
  write(pathOf(folder, feed, "accepted"), {
    v: 1, spreads: [...spreads].map(([column, { counts, otherRows, otherValues }]) => ({ column, counts: [...counts], otherRows, otherValues })),
  } satisfies z.input<typeof acceptedForm>);
}

/** The last report, or null. @throws Refusal CONFIG_QUALITY if the file is not ours. */
export function readReport(folder: string, feed: string): GateReport | null {
  return read(pathOf(folder, feed, "report"), gateReport);
}

export function keepReport(folder: string, report: GateReport): void {
  write(pathOf(folder, report.feed, "report"), report);
}

function pathOf(folder: string, feed: string, what: "accepted" | "report"): string {
  // A feed's name is a slug; nothing else becomes a path.
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(feed)) throw new RangeError("a feed's name is made of letters, digits, hyphens and underscores");
  return join(folder, "quality", `${feed}.${what}.json`);
}

function read<S extends z.ZodType>(path: string, form: S): z.output<S> | null {
  const text = textAt(path);
  if (text === null) return null;
  const kept = form.safeParse(jsonIn(text));
  if (kept.success) return kept.data;
  throw new Refusal({ code: "CONFIG_QUALITY", title: "a file of the quality gate cannot be read", detail: path, fix: "delete it; the next accepted run writes it again" });
}

function write(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, 0o600);
}

function textAt(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isFileError(error, "ENOENT")) return null;
    throw error;
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
