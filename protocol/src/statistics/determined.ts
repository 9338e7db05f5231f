import type { Effort } from "./effort.js";
import type { RegionVector } from "./region.js";

/**
 * What follows from published sums: a number is determined by others exactly if its vector is a combination of theirs. Gaussian elimination in
 * whole numbers, so nothing is rounded and every machine decides alike.
 */
export class Knowledge {
  readonly #effort: Effort;
  readonly #rows: Row[];
  /** The place among the rows of the one with this pivot. */
  readonly #placeOf: Map<string, number>;
  #secrets: RegionVector[];

  /**
   * @param effort - One step for each term that is touched; when it is used up, any method throws a RangeError.
   * @param from - What is known already, and kept.
   */
  constructor(effort: Effort, from?: Knowledge) {
    this.#effort = effort;
    this.#rows = from === undefined ? [] : [...from.#rows];
    this.#placeOf = new Map(from === undefined ? [] : from.#placeOf);
    this.#secrets = from === undefined ? [] : [...from.#secrets];
  }

  /** Whether a number with this vector follows from what has been published. */
  knows(vector: RegionVector): boolean {
    return this.#reduced(vector).size === 0;
  }

  /** From now on this must not become determined either. */
  keep(secret: RegionVector): void {
    const rest = this.#reduced(secret);
    // What is known already cannot be kept any more.
    if (rest.size > 0) this.#secrets.push(rest);
  }

  /** Publishes a number, whatever follows from it. */
  learn(vector: RegionVector): void {
    this.#accept(this.#reduced(vector));
  }

  /** Publishes a number, unless a secret that was not determined would be after it. Says whether it did. */
  learnUnlessTelling(vector: RegionVector): boolean {
    const row = this.#reduced(vector);
    if (row.size === 0) return true;
    const pivot = pivotOf(row);
    const tells = this.#secrets.some((secret) => secret.has(pivot.term) && this.#eliminated(secret, { row, pivot }).size === 0);
    if (!tells) this.#accept(row);
    return !tells;
  }

  #accept(row: RegionVector): void {
    if (row.size === 0) return;
    const next: Row = { row, pivot: pivotOf(row) };
    this.#placeOf.set(next.pivot.term, this.#rows.length);
    this.#rows.push(next);
    this.#effort.spend(this.#secrets.length);
    this.#secrets = this.#secrets.map((secret) => (secret.has(next.pivot.term) ? this.#eliminated(secret, next) : secret)).filter(({ size }) => size > 0);
  }

  /** In the order in which rows came: a later row has no pivot of an earlier one, so whatever an elimination brings in stands further on. */
  #reduced(vector: RegionVector): RegionVector {
    let rest = vector;
    for (;;) {
      let first: number | undefined;
      for (const term of rest.keys()) {
        const place = this.#placeOf.get(term);
        if (place !== undefined && (first === undefined || place < first)) first = place;
      }
      const row = first === undefined ? undefined : this.#rows[first];
      if (row === undefined) return rest;
      rest = this.#eliminated(rest, row);
    }
  }

  #eliminated(vector: RegionVector, row: Row): RegionVector {
    this.#effort.spend(vector.size + row.row.size);
    return eliminated(vector, row);
  }
}

interface Row {
  readonly row: RegionVector;
  readonly pivot: { readonly term: string; readonly coefficient: bigint };
}

function pivotOf(row: RegionVector): Row["pivot"] {
  for (const [term, coefficient] of row) return { term, coefficient };
  throw new RangeError("a vector of nothing has no pivot");
}

/** `vector · p − row · v`, where p and v are the two coefficients at the row's pivot, divided by what all of it has in common. */
function eliminated(vector: RegionVector, { row, pivot }: Row): RegionVector {
  const own = vector.get(pivot.term);
  if (own === undefined) return vector;
  const isUnit = pivot.coefficient === 1n || pivot.coefficient === -1n;
  const rest = new Map(vector);
  // Regions are made of zeros and ones, and so pivots are nearly always ±1; nothing else need be touched then.
  if (!isUnit) for (const [term, coefficient] of vector) rest.set(term, coefficient * pivot.coefficient);
  const factor = isUnit ? own * pivot.coefficient : own;
  for (const [term, coefficient] of row) {
    const left = (rest.get(term) ?? 0n) - coefficient * factor;
    if (left === 0n) rest.delete(term);
    else rest.set(term, left);
  }
  return isUnit ? rest : reducedByCommon(rest);
}

function reducedByCommon(vector: Map<string, bigint>): RegionVector {
  let common = 0n;
  for (const coefficient of vector.values()) {
    common = greatestCommonDivisor(common, coefficient);
    if (common === 1n) return vector;
  }
  for (const [term, coefficient] of vector) vector.set(term, coefficient / common);
  return vector;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
