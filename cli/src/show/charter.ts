import type { Change } from "../answers/charters.js";
import type { Paint } from "./paint.js";

/** A charter's sentences, one after another. */
export function wordsText(words: readonly string[]): string {
  return words.map((sentence) => `  - ${sentence}`).join("\n");
}

/** What differs, clause by clause. */
export function changesText(changes: readonly Change[], paint: Paint): string {
  return changes.map(({ clause, before, after }) => [
    `  ${paint.bold(clause)}`,
    ...(before == null ? [] : [paint.bad(`    - ${before}`)]),
    ...(after == null ? [] : [paint.good(`    + ${after}`)]),
  ].join("\n")).join("\n");
}
