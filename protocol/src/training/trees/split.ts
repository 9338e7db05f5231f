import type { TreesClause } from "../../charter/model-clauses.js";
import { UNITS } from "./quantise.js";
import type { Column } from "./space.js";

/** Sums of gradients and hessians over some rows, in units. */
export interface Sums {
  readonly g: number;
  readonly h: number;
}

/** The best split of a node, and what each side then holds. */
export interface Found {
  readonly feature: number;
  readonly value: number;
  readonly missingRight: boolean;
  readonly left: Sums;
  readonly right: Sums;
}

/** The charter's rules for splits, in units. */
export interface SplitTerms {
  readonly lambda: number;
  readonly gamma: number;
  readonly childWeightMin: number;
}

export function splitTermsOf({ lambda, gamma, childWeightMin }: TreesClause): SplitTerms {
  return { lambda: Math.round(lambda * UNITS), gamma: Math.round(gamma * UNITS), childWeightMin: Math.ceil(childWeightMin * UNITS) };
}

/**
 * The split that gains most, or null if none gains more than nothing and at least `gamma`.
 *
 * The gain of a split is `G_L²/(H_L + λ) + G_R²/(H_R + λ) − G²/(H + λ)` (T. Chen, C. Guestrin, XGBoost, KDD 2016, equation 7, without the ½).
 * All sums are whole numbers, so every gain is a fraction, and fractions are compared exactly: the same split wins on every machine. Of equal
 * ones the first does: by feature, then by bin, then with missing values left.
 *
 * @param histogram - Pairs of g and h, bin after bin as `columns` say; each numeric column's add up to `sums`.
 */
export function bestSplit(histogram: Float64Array, sums: Sums, columns: readonly Column[], terms: SplitTerms): Found | null {
  // Neither side may weigh less than the least.
  if (!(sums.h >= 2 * terms.childWeightMin)) return null;
  const contest = new Contest(sums, terms);
  for (const column of columns) {
    switch (column.space.kind) {
      case "numeric": enterThresholds(contest, histogram, column, column.space.missing); break;
      case "categorical": enterCategories(contest, histogram, column, sums); break;
    }
  }
  return contest.winner(columns);
}

/** What a leaf adds to the logit of its rows: a 32-bit float. */
export function leafValue({ g, h }: Sums, { lambda, learningRate }: TreesClause): number {
  // Adding 0 turns -0 into 0, which JSON writes alike and a comparison of bits does not.
  return Math.fround((-learningRate * g) / (h + Math.round(lambda * UNITS))) + 0;
}

/** Whether a histogram can be one of rows that add up to `sums`. What no rows add up to was not made by honest nodes. */
export function isPossible(histogram: Float64Array, sums: Sums, columns: readonly Column[]): boolean {
  return columns.every(({ space, first, slots }) => {
    let [g, h, least] = [0, 0, 0];
    for (let at = 2 * first; at < 2 * (first + slots); at += 2) {
      g += histogram[at] ?? Number.NaN;
      h += histogram[at + 1] ?? Number.NaN;
      least = Math.min(least, histogram[at + 1] ?? Number.NaN);
    }
    if (!(least >= 0)) return false;
    // Rows of rare categories are in no bin.
    return space.kind === "numeric" ? g === sums.g && h === sums.h : h <= sums.h;
  });
}

const MISSING_LEFT = 0;
const MISSING_RIGHT = 1;

/** Rows below each threshold against the others. Below the first threshold lies nothing but, if they go left, the missing values. */
function enterThresholds(contest: Contest, histogram: Float64Array, column: Column, hasMissing: boolean): void {
  const bins = hasMissing ? column.slots - 1 : column.slots;
  const at = 2 * column.first;
  const missingG = hasMissing ? histogram[at + 2 * bins] ?? 0 : 0;
  const missingH = hasMissing ? histogram[at + 2 * bins + 1] ?? 0 : 0;
  const isEmpty = missingG === 0 && missingH === 0;
  if (!isEmpty) contest.enter(missingG, missingH, column, MISSING_LEFT);
  let [g, h] = [0, 0];
  for (let bin = 1; bin < bins; bin++) {
    const addG = histogram[at + 2 * bin - 2] ?? 0;
    const addH = histogram[at + 2 * bin - 1] ?? 0;
    // A threshold with nothing between it and the one before is the same split again, and the first one wins.
    if (addG === 0 && addH === 0) continue;
    g += addG;
    h += addH;
    contest.enter(g + missingG, h + missingH, column, 2 * bin + MISSING_LEFT);
    if (!isEmpty) contest.enter(g, h, column, 2 * bin + MISSING_RIGHT);
  }
}

/** All other rows, which go left, against those of one category. */
function enterCategories(contest: Contest, histogram: Float64Array, column: Column, { g, h }: Sums): void {
  for (let bin = 0; bin < column.slots; bin++) {
    const at = 2 * (column.first + bin);
    contest.enter(g - (histogram[at] ?? 0), h - (histogram[at + 1] ?? 0), column, 2 * bin + MISSING_LEFT);
  }
}

/** A score that differs from another by less than this share of it may be the smaller one: four roundings of 2^-53 each, and room to spare. */
const DOUBT = 2 ** -48;

/** Candidates enter one after the other; the first of the best stays. `place` is twice the bin, and one more where missing values go right. */
class Contest {
  readonly #sums: Sums;
  readonly #terms: SplitTerms;
  #score = -1;
  #leftG = 0;
  #leftH = 0;
  #feature = -1;
  #place = 0;

  constructor(sums: Sums, terms: SplitTerms) {
    this.#sums = sums;
    this.#terms = terms;
  }

  enter(leftG: number, leftH: number, { feature }: Column, place: number): void {
    const { lambda, childWeightMin } = this.#terms;
    const rightG = this.#sums.g - leftG;
    const rightH = this.#sums.h - leftH;
    if (!(leftH >= childWeightMin && rightH >= childWeightMin)) return;
    const score = (leftG * leftG) / (leftH + lambda) + (rightG * rightG) / (rightH + lambda);
    // Doubles decide what they can decide for certain; the rest is compared in whole numbers.
    if (score < this.#score * (1 - DOUBT)) return;
    if (score <= this.#score * (1 + DOUBT) && !this.#isBeatenBy(leftG, leftH)) return;
    this.#score = score;
    this.#leftG = leftG;
    this.#leftH = leftH;
    this.#feature = feature;
    this.#place = place;
  }

  winner(columns: readonly Column[]): Found | null {
    const column = columns.find(({ feature }) => feature === this.#feature);
    if (column === undefined || !this.#isWorthwhile()) return null;
    const [bin, isRight] = [this.#place >> 1, (this.#place & 1) === MISSING_RIGHT];
    const { space } = column;
    const value = space.kind === "numeric" ? space.thresholds[bin] : space.kept[bin];
    if (value === undefined) return null;
    const left = { g: this.#leftG, h: this.#leftH };
    return { feature: column.feature, value, missingRight: isRight, left, right: { g: this.#sums.g - left.g, h: this.#sums.h - left.h } };
  }

  #isBeatenBy(leftG: number, leftH: number): boolean {
    const [a, b] = [this.#fraction(leftG, leftH), this.#fraction(this.#leftG, this.#leftH)];
    return a.over * b.under > b.over * a.under;
  }

  /** Whether the best score is above the node's own by more than nothing and by `gamma` at least. */
  #isWorthwhile(): boolean {
    const { lambda, gamma } = this.#terms;
    const { over, under } = this.#fraction(this.#leftG, this.#leftH);
    const whole = BigInt(this.#sums.h + lambda);
    const gained = over * whole - BigInt(this.#sums.g) ** 2n * under;
    return gained > 0n && gained >= BigInt(gamma) * whole * under;
  }

  #fraction(leftG: number, leftH: number): { readonly over: bigint; readonly under: bigint } {
    const [left, right] = [BigInt(leftG), BigInt(this.#sums.g - leftG)];
    const [a, b] = [BigInt(leftH + this.#terms.lambda), BigInt(this.#sums.h - leftH + this.#terms.lambda)];
    return { over: left * left * b + right * right * a, under: a * b };
  }
}
