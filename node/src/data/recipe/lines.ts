import type { RowPlaces } from "../feeds/feed-table.js";

/** Line numbers from places of rows, counted from 1 and with spaces between. The header is line 1, and malformed lines stand between. */
export function linesOf(places: string, { order, malformedLines }: RowPlaces): readonly number[] {
  if (order === "canonical") return [];
  return places.split(" ").filter((place) => place !== "")
    .map((place) => malformedLines.reduce((line, malformed) => (malformed <= line ? line + 1 : line), Number(place) + 1));
}
