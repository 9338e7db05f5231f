/** The known word nearest to `word`, if it is near enough to be what was meant: a third of its letters wrong at most. */
export function closest(word: string, known: readonly string[]): string | undefined {
  if (word.length > WORD_LENGTH_MAX) return undefined;
  const ranked = known
    .map((candidate) => ({ candidate, edits: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best !== undefined && best.edits <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** Nobody mistypes a longer one, and the table of distances grows with it. */
const WORD_LENGTH_MAX = 64;

/** Letters to insert, delete, replace or swap with their neighbour (Damerau 1964, optimal string alignment). */
function editDistance(a: string, b: string): number {
  // Rows of the classic table, newest first; a swap looks two rows back.
  let [previous, beforePrevious]: readonly [readonly number[], readonly number[]] = [Array.from({ length: b.length + 1 }, (_, j) => j), []];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? (beforePrevious[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped));
    }
    [previous, beforePrevious] = [row, previous];
  }
  return previous[b.length] ?? 0;
}
