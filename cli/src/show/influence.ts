import type { Interval } from "../answers/model.js";
import type { TrainingView } from "../answers/trainings.js";
import { count, quality, short, signed } from "../text/amounts.js";
import type { Paint } from "../text/paint.js";
import { table } from "../text/table.js";

/** How well a training's model ranks. `without` is null for the one with all companies. */
interface Judged {
  readonly without: string | null;
  readonly session: string;
  readonly auc: number;
  readonly aucInterval: Interval;
  readonly heldRows: number;
}

/**
 * The AUC less that of the model with all companies, where the two differ in that company alone. `interval` treats the two AUCs as independent: on
 * the same rows they go up and down together, so it is wider than the truth. `isWithinChance`: zero lies in it.
 */
type Comparison =
  | { readonly kind: "compared"; readonly change: number; readonly interval: Interval; readonly isWithinChance: boolean }
  | { readonly kind: "not-compared"; readonly because: string };

/** The newest model with all companies, and the newest without each of those that were left out, the one whose absence helps most first. */
export interface Influence {
  readonly all: Judged | null;
  readonly leftOut: readonly (Judged & { readonly comparison: Comparison })[];
}

type Ended = Judged & { readonly lists: readonly (readonly string[])[] };

/**
 * Of the trainings of one charter. Only those that ended with a model count.
 *
 * @param parties - All companies of the charter.
 */
export function influenceOf(trainings: readonly TrainingView[], parties: readonly string[]): Influence {
  const newest = new Map<string | null, Ended>();
  for (const { session, without, evaluation, rounds } of trainings) {
    if (evaluation === null) continue;
    const { auc, aucInterval, rows: heldRows } = evaluation;
    newest.set(without, { without, session, auc, aucInterval, heldRows, lists: rounds.map(({ survivors }) => survivors) });
  }
  const all = newest.get(null) ?? null;
  const leftOut = [...newest.values()].filter(({ without }) => without !== null)
    .map((one) => ({ ...judged(one), comparison: compare(one, all, parties) }));
  return { all: all === null ? null : judged(all), leftOut: leftOut.toSorted((a, b) => rankOf(b.comparison) - rankOf(a.comparison)) };
}

/** A line per company, first the one whose absence helps most: its rows may be mislabelled, or of another world. */
export function influenceText({ all, leftOut }: Influence, paint: Paint): string {
  const columns = [
    { head: "without" }, { head: "session" }, { head: "held-out rows", right: true }, { head: "AUC", right: true }, { head: "change", right: true }, { head: "95 % interval" }, { head: "" },
  ];
  const empty = "No training under this charter has ended with a model yet. Begin with: cohortium round launch, then round launch --without PARTY";
  const first = all === null ? [] : [cellsOf(all)];
  const lines = table(columns, [...first, ...leftOut.map((one) => [...cellsOf(one), ...comparisonCells(one.comparison)])], { paint, empty });
  return leftOut.some(({ comparison }) => comparison.kind === "compared") ? `${lines}\n\n${HOW_TO_READ}` : lines;
}

const HOW_TO_READ = "All models are judged on the charter's common file. The intervals are conservative: they take the two AUCs as if each had been measured on rows of its own.\nWhether each company's table was the same in both trainings cannot be seen: what is stated of a table differs from session to session on purpose.";

function compare(one: Ended, all: Ended | null, parties: readonly string[]): Comparison {
  const because = all === null ? "there is no model with all companies yet" : obstacle(one, all, parties);
  if (all === null || because !== null) return { kind: "not-compared", because: because ?? "" };
  const change = one.auc - all.auc;
  const half = Math.hypot(halfOf(one), halfOf(all));
  const interval = { low: change - half, high: change + half };
  return { kind: "compared", change, interval, isWithinChance: !(interval.low > 0 || interval.high < 0) };
}

/** Why the two models differ in more than one company; null if they do not. */
function obstacle(one: Ended, all: Ended, parties: readonly string[]): string | null {
  const [silentInAll, silentInOne] = [silentIn(all, parties), silentIn(one, parties)];
  if (silentInAll.length > 0) return `the model with all companies lacks ${silentInAll.join(", ")} in some rounds`;
  if (silentInOne.length > 0) return `besides, it lacks ${silentInOne.join(", ")} in some rounds`;
  return one.heldRows === all.heldRows ? null : "it was judged on other rows than the model with all companies";
}

/** Who is missing from one of a training's sums, though it was not to do without it. */
function silentIn({ lists, without }: Ended, parties: readonly string[]): readonly string[] {
  return parties.filter((name) => name !== without && !lists.every((survivors) => survivors.includes(name)));
}

/** The longer side: the shorter one may have been cut at 0 or 1. */
function halfOf({ auc, aucInterval: { low, high } }: Judged): number {
  return Math.max(auc - low, high - auc);
}

function judged({ without, session, auc, aucInterval, heldRows }: Ended): Judged {
  return { without, session, auc, aucInterval, heldRows };
}

function rankOf(comparison: Comparison): number {
  // No change of an AUC is below −1.
  return comparison.kind === "compared" ? comparison.change : -2;
}

function cellsOf({ without, session, auc, heldRows }: Judged): readonly string[] {
  return [without ?? "nobody", short(session), count(heldRows), quality(auc)];
}

function comparisonCells(comparison: Comparison): readonly string[] {
  switch (comparison.kind) {
    case "compared": {
      const { change, interval: { low, high }, isWithinChance } = comparison;
      return [signed(change), `${signed(low)} to ${signed(high)}`, isWithinChance ? "within what chance would do" : ""];
    }
    case "not-compared": return ["", "", `not compared: ${comparison.because}`];
  }
}
