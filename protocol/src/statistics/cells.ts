import { naturalLog } from "../session/logarithm.js";
import { exponential } from "../session/exponential.js";

/**
 * The edges of `bins` cells from `min` to `max`, equal in the value or in log(1 + value − min), from + − × ÷ alone: nodes count by the same edges
 * that an answer is read off from. As many as `bins + 1`; the first is `min`, the last `max`.
 */
export function equalCells({ min, max }: { readonly min: number; readonly max: number }, bins: number, spacing: "linear" | "log"): readonly number[] {
  const width = max - min;
  const logWidth = naturalLog(1 + width);
  return Array.from({ length: bins + 1 }, (_, i) => {
    if (i === 0) return min;
    if (i === bins) return max;
    switch (spacing) {
      case "linear": return min + (width * i) / bins;
      case "log": return min + (exponential((logWidth * i) / bins) - 1);
    }
  });
}

/**
 * The cell that a value lies in: each from one edge, included, to the next, excluded; the last edge belongs to the last cell. -1 for a value beyond
 * the edges, and for NaN, which is an absent one.
 */
export function cellOf(value: number, edges: readonly number[]): number {
  const last = edges.length - 2;
  if (!(value >= (edges[0] ?? Infinity) && value <= (edges[last + 1] ?? -Infinity))) return -1;
  let [low, high] = [0, last];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (value >= (edges[middle] ?? Infinity)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Of four ascending edges, how many lie below the value, plus one: 1 to 5. Ties stay below. */
export function scoreOf(value: number, edges: readonly number[]): number {
  return 1 + edges.filter((edge) => value > edge).length;
}

/** The same where less is better, as with days since the last purchase: 5 for the least. */
export function reversedScoreOf(value: number, edges: readonly number[]): number {
  return edges.length + 1 - edges.filter((edge) => value > edge).length;
}

/** Whether each edge is above the one before. */
export function areAscending(edges: readonly number[]): boolean {
  return edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] ?? Infinity)));
}

/** The same where equal edges may stand side by side, as the fifths of a quantity that is mostly one number. */
export function areInOrder(edges: readonly number[]): boolean {
  return edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge >= (edges[i - 1] ?? Infinity)));
}
