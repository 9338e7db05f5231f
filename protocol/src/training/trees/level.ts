/**
 * Histograms of gradients and hessians of some nodes of one tree, one level at a time: per node, `slots` pairs.
 *
 * The first level of a tree also asks for the sums over its whole root, and, where training may stop early, for the log-loss of the trees so
 * far over the rows set apart.
 *
 * Reveals: over all parties together, these sums. In the first tree all rows have one gradient per class, so its sums are counts by class.
 */
export interface LevelQuestion {
  readonly kind: "level";
  readonly nodes: number;
  readonly slots: number;
  readonly root: boolean;
  readonly validated: boolean;
  /** Of how many columns these are the bins: of none in a sum over leaves. Only under noise, which it decides; there `root` and `validated` are false. */
  readonly columns?: number;
}

/** Sums of one `level` round, or of one party's rows; in units, but for the two counts of rows. */
export interface LevelSums {
  /** All training rows, whether this tree looks at them or not. */
  readonly rows: number;
  /** Rows set apart and their loss; zero where nobody asked. */
  readonly validationRows: number;
  readonly validationLoss: number;
  /** Of the root; zero where nobody asked. */
  readonly rootG: number;
  readonly rootH: number;
  /** Node after node, bin after bin, g then h. */
  readonly histograms: Float64Array;
}

/** Lays the sums out in the order of the `level` layout, guard first. */
export function packLevel({ nodes, slots, root, validated }: LevelQuestion, sums: LevelSums): Float64Array {
  const head = [1, sums.rows, ...(validated ? [sums.validationRows, sums.validationLoss] : []), ...(root ? [sums.rootG, sums.rootH] : [])];
  const packed = new Float64Array(head.length + 2 * nodes * slots);
  packed.set(head);
  packed.set(sums.histograms, head.length);
  return packed;
}

/** Reads a decoded sum of `packLevel` vectors. @throws RangeError if its length does not fit the question. */
export function unpackLevel({ nodes, slots, root, validated }: LevelQuestion, values: Float64Array): LevelSums {
  const head = 2 + (validated ? 2 : 0) + (root ? 2 : 0);
  if (values.length !== head + 2 * nodes * slots) throw new RangeError(`${values.length} numbers are not ${nodes} histograms of ${slots} bins`);
  const at = (place: number) => values[place] ?? 0;
  return {
    rows: at(1),
    validationRows: validated ? at(2) : 0, validationLoss: validated ? at(3) : 0,
    rootG: root ? at(head - 2) : 0, rootH: root ? at(head - 1) : 0,
    histograms: values.subarray(head),
  };
}
