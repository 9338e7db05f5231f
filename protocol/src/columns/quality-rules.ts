interface Meaning {
  /** What a feed is held to. */
  readonly asks: string;
  /** What makes a failing feed pass. */
  readonly fix: string;
  /** What a failure does where the contract does not say otherwise: `error` refuses the training, `warning` is shown. */
  readonly severity: "error" | "warning";
  /** What is counted, as in "1,450 rows"; `none` where the rule is about the table or a figure. */
  readonly counts: "rows" | "none";
}

/**
 * Every rule of the gate that a feed passes before a training. Ids are never used twice for different things: they stand in the log, in a node's
 * refusal and in other people's scripts. The page `protocol/spec/data-contract.md` is held to this table in both directions.
 */
export const QUALITY_RULES = {
  QUALITY_CONTRACT: { asks: "the feed's contract can be read, and its columns stand in the feed", fix: "correct the contract, or the feed it is written for", severity: "error", counts: "none" },
  QUALITY_ROWS: { asks: "the number of rows is what the contract and the charter ask", fix: "export the whole feed again, or agree on another number", severity: "error", counts: "none" },
  QUALITY_FRESHNESS: { asks: "the newest row is no older than the contract says", fix: "export the feed again, or agree on another age", severity: "error", counts: "none" },
  QUALITY_TYPE: { asks: "every value is of the type the contract gives its column", fix: "correct the values at their source, or the type in the contract", severity: "error", counts: "rows" },
  QUALITY_NULLS: { asks: "less than 5 % of a column's values are null, or what the contract says", fix: "fill the column at its source, leave the column out, or agree on another threshold in the contract", severity: "error", counts: "rows" },
  QUALITY_MISSING: { asks: "values that only stand for a missing one, such as \"unknown\", are as few as the contract says", fix: "fill the column at its source, or agree on another threshold in the contract", severity: "error", counts: "rows" },
  QUALITY_EMPTY: { asks: "no column is null in every row", fix: "fill the column at its source, or leave it out", severity: "error", counts: "rows" },
  QUALITY_CONSTANT: { asks: "no column has one and the same value in every row", fix: "leave the column out, unless only this feed knows one value of it", severity: "warning", counts: "none" },
  QUALITY_NOT_FINITE: { asks: "every number is finite", fix: "write an infinite or undefined number as null, or correct the division that made it", severity: "error", counts: "rows" },
  QUALITY_BOUNDS: { asks: "every value lies within the bounds of the contract and the charter", fix: "correct the values or their unit; if they are right, agree on wider bounds", severity: "error", counts: "rows" },
  QUALITY_INVALID: { asks: "every value is among the listed ones, and of the pattern and length the contract gives", fix: "map the values to the listed words; if a word is missing there, agree on it", severity: "error", counts: "rows" },
  QUALITY_DUPLICATES: { asks: "no two rows have the same key", fix: "keep one row per key", severity: "error", counts: "rows" },
  QUALITY_DRIFT: { asks: "categories, and numbers over tenths and magnitudes of their bounds, are spread as in the run that was accepted last: their stability index is at most 0.25", fix: "find out what changed at the source; if the change is right, accept this run with: cohortium quality run --accept", severity: "error", counts: "none" },
  QUALITY_UNSEEN: { asks: "rows whose category the last accepted run did not have are less than 1 %", fix: "list the new categories in the contract, or map them to known ones", severity: "warning", counts: "rows" },
  QUALITY_LEAKAGE: { asks: "no single column tells the label apart with an AUC above 0.9, nor does its being null", fix: "leave the column out: it is known only after the outcome; if it is known before, say so in the contract with knownBefore: true", severity: "error", counts: "none" },
  QUALITY_LEAKAGE_BAND: { asks: "no band of one column, of 5 % of the rows or more, all but decides the label", fix: "leave the column out: it is known only after the outcome; if it is known before, say so in the contract with knownBefore: true", severity: "error", counts: "none" },
} as const satisfies Record<string, Meaning>;

export type QualityRule = keyof typeof QUALITY_RULES;

/** The id, if it is one of ours. */
export function qualityRule(id: string): QualityRule | undefined {
  return QUALITY_RULE_IDS.find((rule) => rule === id);
}

/** In the order in which one failure explains the next. */
export const QUALITY_RULE_IDS: readonly QualityRule[] = parseIds(Object.keys(QUALITY_RULES));

function parseIds(keys: readonly string[]): readonly QualityRule[] {
  return keys as readonly QualityRule[];
}
