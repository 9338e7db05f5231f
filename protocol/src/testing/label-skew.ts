import { Repeatable, shuffled } from "../training/network/random.js";

/**
 * Deals rows out to parties whose shares of each class are drawn from a Dirichlet distribution (Hsu, Qi and Brown 2019): `alpha` of 100 gives nearly
 * equal parties, 0.1 gives some that have hardly a row of one class. Deterministic; for tests and measurements.
 *
 * @param labels - 0 or 1 per row.
 * @returns the rows of each party, in a random order. Draws again until each has at least `rowsMin`.
 * @throws RangeError if a hundred draws do not.
 */
export function labelSkewed(labels: Uint8Array, { parties, alpha, seed, rowsMin }: Skew): readonly Uint32Array[] {
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const label = `label-skew/${seed}/${draw}`;
    const random = Repeatable.of(label);
    const shares = [0, 1].map(() => dirichlet(parties, alpha, random));
    const dealt = shuffled(labels.length, `${label}/order`);
    const byClass = shares.map((of, label) => cut(dealt.filter((row) => labels[row] === label), of));
    const rows = Array.from({ length: parties }, (_, party) => Uint32Array.from(byClass.flatMap((parts) => [...(parts[party] ?? [])])));
    if (rows.every((own) => own.length >= rowsMin)) return rows;
  }
  throw new RangeError(`no draw leaves ${parties} parties with ${rowsMin} rows each`);
}

/** How to deal: to how many, how unevenly, by which dice. */
export interface Skew {
  readonly parties: number;
  readonly alpha: number;
  readonly seed: number;
  readonly rowsMin: number;
}

/** One draw of `length` shares that add up to 1. */
export function dirichlet(length: number, alpha: number, random: Repeatable): readonly number[] {
  const draws = Array.from({ length }, () => gamma(alpha, random));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  return draws.map((draw) => draw / total);
}

const DRAWS_MAX = 100;

/** Marsaglia and Tsang 2000; below 1, a draw of one more is scaled down (§6). */
function gamma(shape: number, random: Repeatable): number {
  if (shape < 1) return gamma(shape + 1, random) * open(random) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(open(random)) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Box and Muller 1958. */
function normal(random: Repeatable): number {
  return Math.sqrt(-2 * Math.log(open(random))) * Math.cos(2 * Math.PI * random.unit());
}

/** Uniform in (0, 1). */
function open(random: Repeatable): number {
  return (random.word() + 0.5) / 2 ** 32;
}

/** Consecutive parts of these shares. */
function cut(rows: Uint32Array, shares: readonly number[]): readonly Uint32Array[] {
  let [share, from] = [0, 0];
  return shares.map((more, i) => {
    share += more;
    const to = i === shares.length - 1 ? rows.length : Math.round(share * rows.length);
    const part = rows.subarray(from, to);
    from = to;
    return part;
  });
}
