import type { Charter } from "@cohortium/protocol/charter/charter";
import type { Columns } from "@cohortium/protocol/charter/recipe";
import type { Feed } from "./session-rows.js";

/** What this company should know of its rows before it promises the people in them anything. No refusal; it holds no name and no value from the rows. */
export interface UnheldRows {
  readonly code: "DATA_KEY_UNSET";
  readonly because: string;
  readonly means: string;
  readonly side: string;
  readonly fix: string;
}

/**
 * Noise covers one row. Whether one person has one, a node can only check where its settings say which column is the person's, or where a recipe joins her
 * purchases to her row. @returns null for a charter of exact sums, and where every recipe's rows are held to one per person.
 */
export function unheldRows({ rows }: Pick<Feed, "rows">, { privacy }: Pick<Charter, "privacy">, recipes: readonly Columns[]): UnheldRows | null {
  // Of the key that joins them, rows are refused that repeat it.
  const isHeld = rows.keyColumn !== null || recipes.every(({ transactions }) => transactions !== undefined);
  return privacy.mechanism === "none" || isHeld ? null : UNHELD;
}

const UNHELD: UnheldRows = {
  code: "DATA_KEY_UNSET",
  because: "this node's rows are not held to one per person: rows.key is not set in node.yaml",
  means: "noise covers one row: a person in k rows is protected k² times less, in ten rows 100 times",
  side: "yours: the settings of this node",
  fix: "name the column that says who a row is about, as rows: { key: COLUMN } in node.yaml (export one if there is none); start the node again",
};
