import { sqlText, type FeedColumn } from "../sql/feed-table.js";
import { asText } from "./expressions.js";

/** What values look like that lead to a person, wherever they are from. The engine's own regular expressions (RE2). */
export const LIKENESSES = {
  "e-mail addresses": "^[^@ ]+@[^@ ]+[.][A-Za-z]{2,}$",
  "phone numbers": "^([+][0-9]{8,15}|1[3-9][0-9]{9})$",
  UUIDs: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
  "SHA-256 digests": "^[0-9a-fA-F]{64}$",
} as const;

export type Likeness = keyof typeof LIKENESSES;

export const LIKENESS_NAMES: readonly Likeness[] = ["e-mail addresses", "phone numbers", "UUIDs", "SHA-256 digests"];

/** SQL: how many values look like that. */
export function looksLike(column: FeedColumn, likeness: Likeness): string {
  return `count(*) FILTER (WHERE regexp_matches(${asText(column)}, ${sqlText(LIKENESSES[likeness])}))`;
}
