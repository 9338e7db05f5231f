/**
 * The population stability index Σ (own − joint) · ln(own / joint): how far a company's distribution is from everybody's. A node computes it at
 * home, over its own counts and an answer's shares, and nobody else sees it; so a logarithm whose last bit differs between engines does no harm.
 *
 * Rules of thumb from credit scoring: below 0.1 nothing moved, above 0.25 the two are different populations.
 *
 * @param own - How many of the company's rows lie in each cell.
 * @param joint - The joint shares of the same cells; null where a cell is withheld. Such cells are left out on both sides.
 * @returns null where nothing is left to compare.
 */
export function psi(own: readonly number[], joint: readonly (number | null)[]): number | null {
  const cells = own.flatMap((count, i) => {
    const share = joint[i] ?? null;
    return share === null ? [] : [{ count, share: Math.max(0, share) }];
  });
  const [rows, shares] = [sum(cells.map(({ count }) => count)), sum(cells.map(({ share }) => share))];
  if (!(cells.length > 1 && rows > 0 && shares > 0)) return null;
  // Smoothed, so that an empty cell is far away and not infinitely far.
  const smooth = (share: number) => (share + EPSILON) / (1 + EPSILON * cells.length);
  return sum(cells.map(({ count, share }) => {
    const [here, there] = [smooth(count / rows), smooth(share / shares)];
    return (here - there) * Math.log(here / there);
  }));
}

/** The share that an empty cell counts as. */
const EPSILON = 1e-4;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
