/**
 * The fewest helpers out of `parties` such that any two groups of helpers share an honest one while fewer than a third are corrupt:
 * then no two lists of survivors of one round can both be opened.
 */
export function quorumMin(parties: number): number {
  return Math.floor((2 * parties) / 3) + 1;
}
