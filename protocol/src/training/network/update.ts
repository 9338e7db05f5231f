import { scaleBitsFor, type Segment } from "@cohortium/crypto/fixed-point";
import { exact, headSegments, laidOut, type Layout, type LayoutTerms } from "../layout-parts.js";
import { ROW_LOSS_MAX } from "../log-loss.js";
import type { NetworkClause } from "../../charter/network-clause.js";
import type { NetworkModel } from "./model.js";
import { COSINE_BINS, NORM_BINS, type Strips } from "./strips.js";

/** How far local training would move the joint weights. `control` is SCAFFOLD's joint control variate, empty for every other optimiser. */
export interface UpdateQuestion {
  readonly kind: "update";
  readonly clause: NetworkClause;
  readonly model: NetworkModel;
  readonly control: Float32Array;
}

/**
 * What the parties answer to an `update` round, added up. A party's share is `min(rows, rowsCap) / rowsCap`, and counts in every sum but `rows`.
 *
 * Reveals: over all parties together, the rows, the rows that count, the mean loss at the joint weights, the mean update and, for SCAFFOLD, the
 * mean gradient along the way.
 */
export interface UpdateSum {
  readonly rows: number;
  /** Σ min(rows, rowsCap), exact. */
  readonly counted: number;
  /** Σ share · mean log-loss of the party's training rows at the joint weights. */
  readonly loss: number;
  /** Σ share · update, each update at most `clip` long. */
  readonly update: Float64Array;
  /** Σ share · new control variate, each at most `controlBound` long. */
  readonly control: Float64Array;
  readonly strips: Strips | null;
}

/** The longest control variate a party sends: a local step along it alone moves as far as a whole update may. */
export function controlBound({ clip, localRate }: Pick<NetworkClause, "clip" | "localRate">): number {
  return clip / localRate;
}

/** How an answer to an `update` round lies in the ring. Each coordinate is rounded to the nearest step of its scale, at most 2^-17 for the largest clip. */
export function updateLayout({ clause, model, control }: UpdateQuestion, terms: LayoutTerms): Layout {
  const shown = clause.strips === "shown";
  return laidOut(32, [
    ...headSegments(terms.rowsMaxPerParty),
    exact("counted rows", 1, clause.rowsCap),
    bounded("loss", 1, ROW_LOSS_MAX, terms),
    bounded("update", model.weights.length, clause.clip, terms),
    bounded("control variate", control.length, controlBound(clause), terms),
    exact("update norms", shown ? NORM_BINS : 0, 1),
    exact("update cosines", shown ? COSINE_BINS : 0, 1),
  ]);
}

/** At which scale updates and control variates are rounded. */
export function updateScales(terms: Pick<LayoutTerms, "parties">, clause: Pick<NetworkClause, "clip" | "localRate">): { readonly update: number; readonly control: number } {
  return { update: bounded("update", 1, clause.clip, terms).scaleBits, control: bounded("control variate", 1, controlBound(clause), terms).scaleBits };
}

/** Lays an answer out in the order of `updateLayout`, guard first. */
export function packUpdate({ rows, counted, loss, update, control, strips }: UpdateSum): Float64Array {
  const { norms, cosines } = strips ?? NO_STRIPS;
  const packed = new Float64Array(HEAD + update.length + control.length + norms.length + cosines.length);
  packed.set([1, rows, counted, loss]);
  let at = HEAD;
  for (const part of [update, control, norms, cosines]) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}

/** Reads a decoded sum of `packUpdate` vectors. @throws RangeError if its length does not fit. */
export function unpackUpdate(values: Float64Array, { clause, model, control }: UpdateQuestion): UpdateSum {
  const shown = clause.strips === "shown";
  const lengths = [model.weights.length, control.length, shown ? NORM_BINS : 0, shown ? COSINE_BINS : 0];
  if (values.length !== HEAD + lengths.reduce((sum, length) => sum + length, 0)) throw new RangeError(`${values.length} numbers are not an update of these weights`);
  let at = HEAD;
  const [update, variate, norms, cosines] = lengths.map((length) => values.subarray(at, (at += length)));
  const [, rows = 0, counted = 0, loss = 0] = values;
  const none = new Float64Array();
  return { rows, counted, loss, update: update ?? none, control: variate ?? none, strips: shown ? { norms: norms ?? none, cosines: cosines ?? none } : null };
}

const HEAD = 4;
const NO_STRIPS: Strips = { norms: new Float64Array(), cosines: new Float64Array() };

/** Scaling a vector down to its bound rounds; a millionth is more than it can. */
const CLIP_SLACK = 1 + 1e-6;

function bounded(name: string, length: number, bound: number, { parties }: Pick<LayoutTerms, "parties">): Segment {
  const boundAbs = bound * CLIP_SLACK;
  return { name, length, boundAbs, scaleBits: scaleBitsFor(32, boundAbs, parties) };
}
