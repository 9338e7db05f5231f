import { columnsFor, splittable, type Column, type Start } from "@cohortium/protocol/training/trees/space";
import type { LocalRows } from "../../data/local-rows.js";
import { finderIn } from "./finder.js";

/** Some bins of one feature, at most 256, as one byte a row. A column of many words needs several. */
export interface Lane {
  readonly feature: number;
  /** The first of the feature's bins that this lane tells apart, and how many. */
  readonly from: number;
  readonly slots: number;
}

/** A byte that says of a row: its category is kept in another lane, or nowhere. */
const ELSEWHERE = 255;

/** The lanes of all features that can be split, feature by feature. */
export function lanesOf(start: Start): readonly Lane[] {
  return columnsFor(start, splittable(start)).flatMap(({ feature, space, slots }): readonly Lane[] => {
    switch (space.kind) {
      case "numeric": return [{ feature, from: 0, slots }];
      case "categorical":
        return Array.from({ length: Math.ceil(slots / ELSEWHERE) }, (_, part) => {
          const from = part * ELSEWHERE;
          return { feature, from, slots: Math.min(ELSEWHERE, slots - from) };
        });
    }
  });
}

/** The lane that holds a bin of a feature. @throws RangeError if none does. */
export function laneOf(lanes: readonly Lane[], feature: number, slot: number): number {
  const lane = lanes.findIndex((one) => one.feature === feature && slot >= one.from && slot < one.from + one.slots);
  if (lane < 0) throw new RangeError("a bin that no lane holds");
  return lane;
}

/** Where the values of each of the charter's features lie in `LocalRows`. */
export function placesOf({ spaces }: Start): readonly number[] {
  let [numeric, categorical] = [0, 0];
  return spaces.map(({ kind }) => (kind === "numeric" ? numeric++ : categorical++));
}

/** Tells the byte of every row in one lane, in order. */
export function fillLane(rows: LocalRows, start: Start, lane: Lane, put: (row: number, byte: number) => void): void {
  const space = start.spaces[lane.feature];
  const place = placesOf(start)[lane.feature] ?? 0;
  switch (space?.kind) {
    case "numeric": return fillNumbers(rows.x.subarray(place * rows.rows, (place + 1) * rows.rows), space.thresholds, put);
    case "categorical": {
      const byteOf = new Map(space.kept.slice(lane.from, lane.from + lane.slots).map((category, slot) => [category, slot]));
      return rows.categories[place]?.forEach((category, row) => put(row, byteOf.get(category) ?? ELSEWHERE));
    }
    case undefined: throw new RangeError(`no feature ${lane.feature}`);
  }
}

function fillNumbers(values: Float64Array, thresholds: readonly number[], put: (row: number, byte: number) => void): void {
  const find = finderIn(thresholds);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    put(row, Number.isNaN(value) ? thresholds.length : find(Math.fround(value)) - 1);
  }
}

/** Copies the sums of a node's lanes, 256 pairs each, to where the layout wants the bins of these columns. */
export function gather(lanes: readonly Lane[], columns: readonly Column[], sums: Float64Array, into: Float64Array): void {
  const firstOf = new Map(columns.map(({ feature, first }) => [feature, first]));
  lanes.forEach(({ feature, from, slots }, lane) => {
    const first = firstOf.get(feature);
    if (first !== undefined) into.set(sums.subarray(lane * LANE_NUMBERS, lane * LANE_NUMBERS + 2 * slots), 2 * (first + from));
  });
}

/** A lane has 256 pairs of sums. */
export const LANE_NUMBERS = 512;
