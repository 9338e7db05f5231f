import { instant } from "../text/amounts.js";

/** Neither a model nor an answer can forget a row; whoever uses it should know that one is to be forgotten. */
export function madeBefore(deletionsSinceMs: readonly number[]): string {
  const last = deletionsSinceMs.at(-1);
  if (last === undefined) return "";
  const more = deletionsSinceMs.length === 1 ? "" : `, and ${deletionsSinceMs.length - 1} before that`;
  return `made before a deletion of ${instant(last).slice(0, 10)}${more}`;
}
