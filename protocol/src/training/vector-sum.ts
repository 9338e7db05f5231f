/** The sum of vectors as long as each other, one after the other in their order. @throws RangeError if there is none. */
export function vectorSum(vectors: readonly Float64Array[]): Float64Array {
  const [first, ...others] = vectors;
  if (first === undefined) throw new RangeError("nobody contributes");
  const sum = first.slice();
  for (const vector of others) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? Number.NaN);
  return sum;
}
