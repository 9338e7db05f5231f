import type { RowPlaces } from "../sql/feed-table.js";

/** Line numbers from places of rows, counted from 1 and with spaces between. The header is line 1, and malformed lines stand between. */
export function linesOf(places: string, { order, malformedLines, leftOutPlaces = [] }: RowPlaces): readonly number[] {
  if (order === "canonical") return [];
  return places.split(" ").filter((place) => place !== "")
    .map((place) => skipping(malformedLines, skipping(leftOutPlaces, Number(place)) + 1));
}

/** The number that `number` becomes once those of `others`, ascending, are counted as well. */
function skipping(others: readonly number[], number: number): number {
  return others.reduce((at, other) => (other <= at ? at + 1 : at), number);
}
