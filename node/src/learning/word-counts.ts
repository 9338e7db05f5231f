/** How often each of so many words stands in a column of their places. */
export function wordCounts(places: Int32Array, words: number): readonly number[] {
  const counts = Array.from({ length: words }, () => 0);
  for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
  return counts;
}
