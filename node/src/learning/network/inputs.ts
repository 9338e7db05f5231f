import { MISSING_WORD } from "@cohortium/protocol/charter/missing-word";
import { categoricalsOf, numericsOf, type Feature } from "@cohortium/protocol/charter/features";
import { inputColumns } from "@cohortium/protocol/training/network/model";
import type { Scaling } from "@cohortium/protocol/training/scaling";
import type { LocalRows } from "../../data/local-rows.js";

const UNSCALED = { mean: 0, deviation: 1 };

/** What a network takes in, row by row, and never whole: `columns` numbers per row. */
export interface Inputs {
  readonly columns: number;
  /** Writes the inputs of these rows one after the other, from the beginning of `into`. */
  fill(into: Float32Array | Float64Array, rows: Uint32Array): void;
}

/** The standardised columns of some rows, as the model's scaling says. An absent number enters as the mean, and as a 1 in its column of absences. */
export function inputsOf(rows: LocalRows, features: readonly Feature[], scaling: Scaling): Inputs {
  const active = inputColumns(features, scaling);
  const placeOf = new Map(active.map(({ column }, place) => [column.name, place]));
  const numerics = numericsOf(features).map(({ name, missing }, source) => {
    const place = placeOf.get(name) ?? -1;
    const { mean, deviation } = active[place] ?? UNSCALED;
    // NaN where the charter allows no absence stays NaN, and local training that meets it counts as none.
    return { from: source * rows.rows, place, mean, deviation, absent: missing === "indicate" ? 0 : Number.NaN, absence: placeOf.get(`${name}=${MISSING_WORD}`) ?? -1 };
  });
  const hots = categoricalsOf(features).map(({ name, categories }, k) => ({
    words: rows.categories[k] ?? new Int32Array(),
    // The reference category and dropped ones have no input.
    placeOfWord: Int32Array.from(categories, (word, i) => (i === 0 ? -1 : placeOf.get(`${name}=${word}`) ?? -1)),
  }));
  const columns = active.length;
  return {
    columns,
    fill: (into, taken) => {
      into.fill(0, 0, taken.length * columns);
      for (let i = 0; i < taken.length; i++) {
        const [row, at] = [taken[i] ?? 0, i * columns];
        for (const { from, place, mean, deviation, absent, absence } of numerics) {
          const value = rows.x[from + row] ?? Number.NaN;
          if (place >= 0) into[at + place] = Number.isNaN(value) ? absent : (value - mean) / deviation;
          if (absence >= 0 && Number.isNaN(value)) into[at + absence] = 1;
        }
        for (const { words, placeOfWord } of hots) {
          const place = placeOfWord[words[row] ?? 0] ?? -1;
          if (place >= 0) into[at + place] = 1;
        }
      }
    },
  };
}
