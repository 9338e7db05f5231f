import { scaleBitsFor, type Segment } from "@cohortium/crypto/fixed-point";
import { categoricalsOf, numericsOf, type Feature } from "./features.js";
import { activeColumns, type LogisticModel } from "./model.js";

/** What a round asks of the rows. The Newton question carries the model, because the bounds follow from its standardisation. */
export type Question =
  | { readonly kind: "moments" }
  | { readonly kind: "newton"; readonly model: LogisticModel }
  | { readonly kind: "evaluation" };

/** What the charter says about the size of any answer. */
export interface LayoutTerms {
  readonly features: readonly Feature[];
  readonly scoreBins: number;
  readonly parties: number;
  readonly rowsMaxPerParty: number;
}

/** How one answer lies in the ring: segment after segment, `words` ring elements in all. */
export interface Layout {
  readonly ring: 32 | 64;
  readonly segments: readonly Segment[];
  readonly words: number;
}

/** The log-loss of one row is clipped here, so that a sum of them has a bound. A row this wrong has probability 1e-14. */
export const ROW_LOSS_MAX = 32;

/**
 * Where each number of an answer lies, how large it may be and how finely it is rounded: the same at every party and every auditor.
 *
 * The first word of every layout is the guard: each party adds exactly 1, so the sum must be the number of survivors.
 *
 * @throws RangeError from `scaleBitsFor` if the parties' sum would not fit the ring.
 */
export function layoutOf(question: Question, terms: LayoutTerms): Layout {
  switch (question.kind) {
    case "moments": return laidOut(64, momentSegments(terms));
    case "newton": return laidOut(64, newtonSegments(question.model, terms));
    case "evaluation": return laidOut(32, evaluationSegments(terms));
  }
}

function momentSegments(terms: LayoutTerms): readonly Segment[] {
  const { features, rowsMaxPerParty: rows } = terms;
  const numerics = numericsOf(features).length;
  return [
    ...headSegments(rows),
    exact("positives", 1, rows),
    // Numeric values are mapped to [-1, 1] first, so neither sum can exceed the number of rows.
    real("sums", numerics, rows, terms),
    real("squares", numerics, rows, terms),
    ...categoricalsOf(features).map(({ name, categories }) => exact(`counts of ${name}`, categories.length, rows)),
  ];
}

function newtonSegments(model: LogisticModel, terms: LayoutTerms): readonly Segment[] {
  const { features, rowsMaxPerParty: rows } = terms;
  const columns = activeColumns(features, model);
  const largestFrom = suffixMaxima(columns.map(({ boundAbs }) => boundAbs));
  return [
    ...headSegments(rows),
    real("loss", 1, rows * ROW_LOSS_MAX, terms),
    // |p − y| ≤ 1 and p(1 − p) ≤ ¼. One segment per row of the triangle keeps the list short; its bound is that of its widest column.
    ...columns.map(({ column, boundAbs }) => real(`gradient of ${column.name}`, 1, rows * boundAbs, terms)),
    ...columns.map(({ column, boundAbs }, i) =>
      real(`hessian of ${column.name}`, columns.length - i, (rows * boundAbs * (largestFrom[i] ?? boundAbs)) / 4, terms)),
  ];
}

function evaluationSegments({ scoreBins, rowsMaxPerParty: rows }: LayoutTerms): readonly Segment[] {
  return [...headSegments(rows), exact("positives by score", scoreBins, rows), exact("negatives by score", scoreBins, rows)];
}

function headSegments(rowsMax: number): readonly Segment[] {
  return [exact("parties", 1, 1), exact("rows", 1, rowsMax)];
}

function exact(name: string, length: number, boundAbs: number): Segment {
  return { name, length, boundAbs, scaleBits: 0 };
}

/** A sum of doubles may overshoot its true bound by rounding; one part in a billion is more than a billion rows can. */
const ROUNDING_SLACK = 1 + 1e-9;

function real(name: string, length: number, bound: number, { parties }: LayoutTerms): Segment {
  const boundAbs = bound * ROUNDING_SLACK;
  return { name, length, boundAbs, scaleBits: scaleBitsFor(64, boundAbs, parties) };
}

function laidOut(ring: 32 | 64, segments: readonly Segment[]): Layout {
  const present = segments.filter(({ length }) => length > 0);
  return { ring, segments: present, words: present.reduce((words, { length }) => words + length, 0) };
}

function suffixMaxima(values: readonly number[]): readonly number[] {
  return values.map((_, i) => values.slice(i).reduce((largest, value) => Math.max(largest, value), 0));
}
