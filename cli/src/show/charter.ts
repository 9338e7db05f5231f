import type { Change, CharterFit, FitProblem } from "../answers/charters.js";
import type { TrainingPrice } from "../prices/training-price.js";
import type { Paint } from "../text/paint.js";
import { facts } from "../text/table.js";
import { trainingPriceText } from "./price.js";

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

/** What one training costs where it costs anything, or nothing. */
export function trainingPriceLines(price: TrainingPrice | null): readonly string[] {
  return price === null ? [] : ["", trainingPriceText(price)];
}

/** How this node's files and settings fit the charter, as far as the owner must know before she signs. */
export function fitText({ problems, unheldRows }: CharterFit, paint: Paint): readonly string[] {
  const unheld = unheldRows === null || unheldRows === undefined ? [] : ["", paint.warn(`${upper(unheldRows.because)}.`), `${upper(unheldRows.means)}.`, facts([["side", unheldRows.side], ["to do", unheldRows.fix]])];
  return [...unheld, ...problemsText(problems, paint)];
}

/** What every training under the charter would refuse of this node's files, or nothing. */
function problemsText(problems: readonly FitProblem[], paint: Paint): readonly string[] {
  if (problems.length === 0) return [];
  const lines = problems.map(({ file, path, says }) => `  - ${file === "rows" ? "rows" : "held-out file"}${path === "" ? "" : ` ${path}`}: ${says}`);
  return ["", paint.warn("As your files are now, every training under it will be refused by this node:"), ...lines];
}

function upper(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
