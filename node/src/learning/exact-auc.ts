/**
 * Probability that a positive scores above a negative, ties counting half, from the scores themselves.
 *
 * @returns NaN if there is only one class.
 * @throws RangeError if there is not one label per score.
 */
export function aucExact(scores: Float64Array, labels: Uint8Array): number {
  if (scores.length !== labels.length) throw new RangeError(`${labels.length} labels for ${scores.length} scores`);
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [wins, negativesBelow, positives] = [0, 0, 0];
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from] ?? 0];
    let [tiedPositives, tiedNegatives] = [0, 0];
    for (; from < order.length && scores[order[from] ?? 0] === score; from++) {
      if (labels[order[from] ?? 0] === 1) tiedPositives += 1;
      else tiedNegatives += 1;
    }
    wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
    positives += tiedPositives;
  }
  return wins / (positives * negativesBelow);
}
