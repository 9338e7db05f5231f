import type { LeftOut } from "./sql/feed-table.js";

/** What a recipe changed or left out, as the charter allows it. A closed list; the owner of the rows reads these words. */
export const DATA_NOTES = {
  DATA_CLIPPED: "values lie beyond the charter's bounds and count as the nearest bound",
  DATA_OTHERWISE: "values are not among the charter's categories and count as the one it names for all others",
  DATA_ABSENT: "values are absent, which is used as such",
  DATA_PURCHASE_LATE: "purchases are of the charter's reference day or later and do not count",
  DATA_PURCHASE_WITHOUT_KEY: "purchases have no key and do not count",
  DATA_PURCHASE_OF_OTHERS: "purchases are of nobody among the rows and do not count",
  DATA_ROW_WITHOUT_PURCHASE: "rows have no purchase at all",
  DATA_DELETED: "rows are of people who were removed at this node and take no part",
  DATA_NO_CONSENT: "rows are of people who did not agree and take no part",
} as const satisfies Record<string, string>;

export type DataNoteCode = keyof typeof DATA_NOTES;

/** A counted rule: nothing that a recipe does to a value is silent. Holds no value. */
export interface DataNote {
  readonly code: DataNoteCode;
  readonly column: string;
  /** What the charter says. */
  readonly rule: string;
  readonly count: number;
}

/** What is said of the rows that a feed has and its readers do not see. @param of - The words that tell one feed of a company from another. */
export function leftOutNotes(leftOut: readonly LeftOut[], of: (column: string) => string): readonly DataNote[] {
  return leftOut.map(({ because, column, rows }) => (because === "deleted"
    ? { code: "DATA_DELETED", column: of(column), rule: "nobody who was removed at this node", count: rows }
    : { code: "DATA_NO_CONSENT", column: of(column), rule: "only people who agreed", count: rows }));
}

/** One sentence for the owner of the rows. */
export function explainNote({ code, column, rule, count }: DataNote): string {
  return `${code} in column ${column}: ${DATA_NOTES[code]} (count ${count}); the rule: ${rule}`;
}
