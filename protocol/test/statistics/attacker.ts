import type { Region, Side } from "../../src/statistics/region.js";

/** Somebody who writes every shown count as an equation over the smallest groups of rows, and solves. Shares no code with what is tested. */
export class Attacker {
  readonly #atoms: readonly ReadonlyMap<string, string>[];
  readonly #equations: { readonly row: readonly number[]; readonly value: number }[] = [];

  /** @param dimensions - All words of each column. */
  constructor(dimensions: Readonly<Record<string, readonly string[]>>) {
    this.#atoms = Object.entries(dimensions).reduce<ReadonlyMap<string, string>[]>(
      (atoms, [name, words]) => atoms.flatMap((atom) => words.map((word) => new Map([...atom, [name, word]]))), [new Map()]);
  }

  see(region: Region, value: number): void {
    this.#equations.push({ row: this.#row(region), value });
  }

  /** Whether this count follows from what was seen: by elimination modulo a prime, in which no small system of zeros and ones loses rank. */
  determines(regions: readonly Region[]): readonly boolean[] {
    const basis: { readonly pivot: number; readonly row: readonly bigint[] }[] = [];
    const reduce = (row: readonly bigint[]) => basis.reduce<readonly bigint[]>((rest, { pivot, row: by }) => {
      const factor = rest[pivot]!;
      return factor === 0n ? rest : rest.map((number, i) => mod(number - factor * by[i]!));
    }, row);
    for (const { row } of this.#equations) {
      const rest = reduce(row.map(BigInt));
      const pivot = rest.findIndex((number) => number !== 0n);
      if (pivot < 0) continue;
      const inverse = power(rest[pivot]!, PRIME - 2n);
      basis.push({ pivot, row: rest.map((number) => mod(number * inverse)) });
    }
    return regions.map((region) => reduce(this.#row(region).map(BigInt)).every((number) => number === 0n));
  }

  /** Between which numbers this count lies, of somebody who also knows that no group has fewer than 0 rows. */
  narrows(region: Region): readonly [number, number] {
    const rows = this.#equations.map(({ row }) => row);
    const values = this.#equations.map(({ value }) => value);
    const goal = this.#row(region);
    return [leastOf(goal, rows, values), -leastOf(goal.map((number) => -number), rows, values)];
  }

  #row(region: Region): readonly number[] {
    return this.#atoms.map((atom) => (region.every((side) => holds(side, atom)) ? 1 : 0));
  }
}

function holds(side: Side, atom: ReadonlyMap<string, string>): boolean {
  return side.kind === "words" && side.words.includes(atom.get(side.axis)!);
}

const PRIME = 2_305_843_009_213_693_951n;

function mod(number: bigint): bigint {
  return ((number % PRIME) + PRIME) % PRIME;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square, rest] = [1n, base, exponent];
  for (; rest > 0n; rest >>= 1n, square = mod(square * square)) if ((rest & 1n) === 1n) result = mod(result * square);
  return result;
}

const TINY = 1e-7;

/** The least goal·x with rows·x = values and x ≥ 0: the simplex method in two phases, by Bland's rule, on a tableau of doubles. */
function leastOf(goal: readonly number[], rows: readonly (readonly number[])[], values: readonly number[]): number {
  const [n, m] = [goal.length, rows.length];
  const tableau = rows.map((row, i) => [...row, ...rows.map((_, j) => (i === j ? 1 : 0)), values[i]!]);
  const basis = rows.map((_, i) => n + i);
  const run = (costs: readonly number[], columns: number): number => {
    for (;;) {
      const reduced = Array.from({ length: columns }, (_, j) => costs[j]! - tableau.reduce((sum, row, i) => sum + (costs[basis[i]!]! * row[j]!), 0));
      const enters = reduced.findIndex((cost, j) => cost < -TINY && !basis.includes(j));
      if (enters < 0) return tableau.reduce((sum, row, i) => sum + costs[basis[i]!]! * row[n + m]!, 0);
      let leaves = -1;
      for (let i = 0; i < m; i++) {
        if (!(tableau[i]![enters]! > TINY)) continue;
        const ratio = (row: number) => tableau[row]![n + m]! / tableau[row]![enters]!;
        if (leaves < 0 || ratio(i) < ratio(leaves) - TINY || (ratio(i) < ratio(leaves) + TINY && basis[i]! < basis[leaves]!)) leaves = i;
      }
      if (leaves < 0) return -Infinity;
      pivotAt(tableau, leaves, enters);
      basis[leaves] = enters;
    }
  };
  const phaseOne = run([...goal.map(() => 0), ...rows.map(() => 1)], n);
  if (phaseOne > 1e-4) throw new Error(`what was shown contradicts itself by ${phaseOne}`);
  // Artificial variables that are still in the basis stand at zero; a real one takes their place where it can.
  basis.forEach((variable, i) => {
    const enters = variable < n ? -1 : tableau[i]!.findIndex((number, j) => j < n && Math.abs(number) > TINY);
    if (enters >= 0) { pivotAt(tableau, i, enters); basis[i] = enters; }
  });
  return run([...goal, ...rows.map(() => 0)], n);
}

function pivotAt(tableau: number[][], leaves: number, enters: number): void {
  const by = tableau[leaves]!;
  const pivot = by[enters]!;
  by.forEach((number, j) => { by[j] = number / pivot; });
  tableau.forEach((row, i) => {
    const factor = row[enters]!;
    if (i !== leaves && factor !== 0) row.forEach((number, j) => { row[j] = number - factor * by[j]!; });
  });
}
