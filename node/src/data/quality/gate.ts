import type { Digest } from "@cohortium/protocol/session/ids";
import { askScalars } from "../sql/ask-scalars.js";
import type { FeedTable } from "../sql/feed-table.js";
import type { Check, CheckResult, Measure, Words } from "./check.js";
import { spreadOf, type Spread } from "../contract/spread.js";
import { driftFigure, unseenFigure } from "./drift-figure.js";
import { bandsOf, decidedBands, tellingOf, type Band } from "./leakage.js";
import { planGate } from "./plan.js";
import { scalarOf } from "./scalars.js";
import { summariesFrom, summaryScalars, type ColumnSummary } from "./summary.js";
import type { GatePlan } from "./terms.js";
import { verdictOf, type Figure } from "./verdict.js";
import { shareWords, thousands } from "../contract/count-words.js";

/** What the gate is given besides the feed. */
export interface GateInput extends Omit<GatePlan, "columns"> {
  /** The contract's digest; null without one. */
  readonly contract: Digest | null;
  /** The spreads of the run accepted last, by column; empty if there is none. */
  readonly accepted: ReadonlyMap<string, Spread>;
  readonly nowMs: number;
}

/** Everything the gate found. Stays with the company, all but the quality vector made from it. */
export interface GateResult {
  readonly feed: string;
  readonly atMs: number;
  readonly rows: number;
  readonly contract: Digest | null;
  readonly results: readonly CheckResult[];
  readonly columns: readonly ColumnSummary[];
  /** To be kept if this run is accepted. */
  readonly spreads: ReadonlyMap<string, Spread>;
}

/** Holds a feed to its contract, the charter and the defaults. Every figure is counted by the engine; no row is loaded. */
export async function runGate(table: FeedTable, input: GateInput): Promise<GateResult> {
  const checks = planGate({ ...input, columns: table.columns });
  const scalars = await askScalars(table, [...checks.flatMap(({ measure }) => scalarOf(measure) ?? []), ...summaryScalars(table.columns)]);
  const spreads = await spreadsFor(table, checks);
  const columns = summariesFrom(table.columns, scalars);
  const bands = await bandsFor(table, checks, columns);
  const figureOf = figures({ table, input, scalars, spreads, bands });
  return {
    feed: table.name, atMs: input.nowMs, rows: table.rows, contract: input.contract,
    results: checks.map((check) => verdictOf(check, figureOf(check), table.rows)),
    columns, spreads,
  };
}

/** Whether a training may use the feed. */
export function passes({ results }: Pick<GateResult, "results">): boolean {
  return results.every(({ outcome }) => outcome === "pass" || outcome === "warn" || outcome === "unmeasured");
}

interface Found {
  readonly table: FeedTable;
  readonly input: GateInput;
  readonly scalars: ReadonlyMap<string, number>;
  readonly spreads: ReadonlyMap<string, Spread>;
  readonly bands: ReadonlyMap<string, readonly Band[]>;
}

function figures({ table: { rows }, input, scalars, spreads, bands }: Found): (check: Check) => Figure {
  return ({ column, measure }) => {
    const figure = scalars.get(scalarOf(measure) ?? "") ?? Number.NaN;
    const name = column ?? "the table";
    switch (measure.kind) {
      case "rows": return { kind: "figure", value: rows, says: `the feed has ${thousands(rows)} rows` };
      case "count": return { kind: "figure", value: figure, says: `${shareWords(figure, rows)} ${measure.what}` };
      case "duplicates": return { kind: "figure", value: figure, says: `${shareWords(figure, rows)} repeat ${measure.columns.length > 3 ? `a key of ${measure.columns.length} columns` : measure.columns.join(", ")}` };
      case "constant": return { kind: "figure", value: figure, says: figure === 1 ? `${name} has one and the same value in every row` : `${name} varies`, remedy: "two different values" };
      case "age": return ageFigure(figure, input.nowMs);
      case "broken": return { kind: "figure", value: Number.NaN, says: measure.because, remedy: "a contract that fits the feed" };
      case "drift": return driftFigure(measure.ways, input.accepted.get(name), spreads.get(name));
      case "unseen": return unseenFigure(measure.words, input.accepted.get(name), spreads.get(name));
      case "auc": case "band": return leakageFigure(measure, bands.get(name) ?? []);
    }
  };
}

const HOUR_MS = 3_600_000;

function ageFigure(newestMs: number, nowMs: number): Figure {
  const hours = (nowMs - newestMs) / HOUR_MS;
  const says = Number.isFinite(hours) ? `the newest row is ${hours.toFixed(1)} hours old` : "no row has a time";
  return { kind: "figure", value: hours, says, remedy: "a newer export" };
}

function leakageFigure({ kind }: Extract<Measure, { readonly kind: "auc" | "band" }>, bands: readonly Band[]): Figure {
  const telling = tellingOf(bands);
  const decided = decidedBands(bands);
  if (telling === null || decided === null) return { kind: "none", because: "too few rows of one label to tell" };
  if (kind === "auc") {
    return { kind: "figure", value: telling.auc, says: `${telling.isByNull ? "its being null alone" : "this column alone"} tells the label apart with an AUC of ${telling.auc.toFixed(3)}`, remedy: REMEDY };
  }
  const says = decided === 0 ? "no band of values decides the label" : `in ${decided} of ${bands.length} bands of its values one label hardly ever occurs`;
  return { kind: "figure", value: decided, says, remedy: REMEDY };
}

const REMEDY = "leave the column out; or, if its value is known before the outcome, write knownBefore: true in the contract";

async function spreadsFor(table: FeedTable, checks: readonly Check[]): Promise<ReadonlyMap<string, Spread>> {
  const spreads = new Map<string, Spread>();
  for (const { column, measure } of checks) {
    if (measure.kind === "drift" && column !== null) spreads.set(column, await spreadByAll(table, measure.ways));
  }
  return spreads;
}

/** All ways list different words and count the same rows as others. */
async function spreadByAll(table: FeedTable, ways: readonly Words[]): Promise<Spread> {
  const all: Spread[] = [];
  for (const { text, words } of ways) all.push(await spreadOf(table, text, words));
  const [first] = all;
  if (first === undefined) throw new Error("unreachable: a drift has a way to sort by");
  return { ...first, counts: new Map(all.flatMap(({ counts }) => [...counts])) };
}

async function bandsFor(table: FeedTable, checks: readonly Check[], columns: readonly ColumnSummary[]): Promise<ReadonlyMap<string, readonly Band[]>> {
  const bands = new Map<string, readonly Band[]>();
  for (const { column, measure } of checks) {
    const different = columns.find(({ name }) => name === column)?.different ?? 0;
    if (measure.kind === "auc" && column !== null) bands.set(column, await bandsOf(table, measure, different));
  }
  return bands;
}
