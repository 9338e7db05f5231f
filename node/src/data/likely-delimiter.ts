import { fileProblem, type DataProblem } from "./problem.js";

/** What exports are divided by, the commonest first. */
export const DELIMITERS = [";", ",", "\t", "|"] as const;

/**
 * What a header that came out as one column is divided by, going by which of the usual characters stands in it most often; null if none does,
 * or if it has more columns than one. Reveals: the character, and nothing of the names.
 */
export function likelyDelimiter(header: readonly string[]): string | null {
  const [line = ""] = header;
  if (header.length !== 1) return null;
  const counts = DELIMITERS.map((character) => ({ character, count: line.split(character).length - 1 }));
  const most = counts.reduce((best, one) => (one.count > best.count ? one : best));
  return most.count > 0 ? most.character : null;
}

/** Said instead of every column that is missing, and of what follows from it. */
export function delimiterProblem(divider: string): DataProblem {
  return fileProblem("DATA_DELIMITER", `columns divided by the configured delimiter; is it ${spelled(divider)} in this file?`, 0);
}

/** As a person types it: a tab would not be seen. */
export function spelled(delimiter: string): string {
  return delimiter === "\t" ? "\\t (a tab)" : delimiter;
}
