/** How the rows of a feed stand in its file. */
export interface RowPlaces {
  /** Rows of a database have no place. */
  readonly order: "own" | "canonical";
  /** Lines that are none of the rows, ascending. */
  readonly malformedLines: readonly number[];
}

/** Line numbers from places of rows, counted from 1 and with spaces between. The header is line 1, and malformed lines stand between. */
export function linesOf(places: string, { order, malformedLines }: RowPlaces): readonly number[] {
  if (order === "canonical") return [];
  return places.split(" ").filter((place) => place !== "")
    .map((place) => malformedLines.reduce((line, malformed) => (malformed <= line ? line + 1 : line), Number(place) + 1));
}
