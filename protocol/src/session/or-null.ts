/** What `parse` gives; null where it throws a RangeError, which is how foreign input is refused. Anything else it throws is a mistake of ours. */
export function orNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (problem) {
    if (problem instanceof RangeError) return null;
    throw problem;
  }
}
