import type { RoundDone } from "../answers/trainings.js";

type Strip = NonNullable<NonNullable<RoundDone["measure"]>["strips"]>[number];

/** One round's strips: a digit per bin, how many parties lie in it; a dot for none, a plus for ten and more. */
export function stripsText(strips: readonly Strip[]): string {
  return strips.map(({ bins }) => `[${bins.map(({ parties }) => (parties === 0 ? "." : parties > 9 ? "+" : String(parties))).join("")}]`).join(" ");
}

/** What the strips of a training are and where their bins begin and end; nothing if it has none. */
export function stripsLegend(strips: readonly Strip[]): readonly string[] {
  const kinds = new Map(strips.map((strip) => [strip.what, strip]));
  if (kinds.size === 0) return [];
  const ranges = [...kinds.values()].map(({ what, bins }) => `${what}, from ${bins[0]?.bin ?? ""} up to ${bins.at(-1)?.bin ?? ""}`);
  return ["", `In brackets, parties per bin: ${ranges.join("; then ")}.`];
}
