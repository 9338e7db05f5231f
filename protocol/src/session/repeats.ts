/** The indices of what stood in the list before. */
export function repeats(items: readonly string[]): readonly number[] {
  return items.flatMap((item, i) => (items.indexOf(item) < i ? [i] : []));
}
