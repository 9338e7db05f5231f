import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { parseDigest, type Digest } from "@cohortium/protocol/session/ids";

/** One party's rows, parsed and within the charter's bounds. They never leave the node. */
export interface LocalRows {
  readonly rows: number;
  /** Numeric features in charter order, column after column, in the charter's units. */
  readonly x: Float64Array;
  /** One array per categorical feature in charter order, each entry an index into its categories. */
  readonly categories: readonly Int32Array[];
  /** 1 for the positive label. */
  readonly y: Uint8Array;
  /** SHA-256 of all of the above: equal for equal content in equal order, however the file spelled it. */
  readonly digest: Digest;
}

/** Puts columns together and takes their digest. @throws RangeError unless all columns have as many rows as `y`. */
export function localRows(x: Float64Array, categories: readonly Int32Array[], y: Uint8Array): LocalRows {
  const rows = y.length;
  if ((rows === 0 ? x.length : x.length % rows) !== 0 || categories.some((column) => column.length !== rows)) throw new RangeError("columns of different lengths");
  return { rows, x, categories, y, digest: digestOf(x, categories, y) };
}

/** The rows at `indices`, in that order. */
export function takeRows({ rows, x, categories, y }: LocalRows, indices: readonly number[]): LocalRows {
  const taken = Int32Array.from(indices);
  const numerics = rows === 0 ? 0 : x.length / rows;
  const columns = new Float64Array(numerics * taken.length);
  for (let k = 0; k < numerics; k++) taken.forEach((row, i) => { columns[k * taken.length + i] = x[k * rows + row] ?? Number.NaN; });
  return localRows(columns, categories.map((column) => taken.map((row) => column[row] ?? -1)), Uint8Array.from(taken, (row) => y[row] ?? 0));
}

const DOMAIN = utf8("cohortium/rows/v1\n");
const COUNTS = 3;

/** Little-endian throughout, whatever the machine. */
function digestOf(x: Float64Array, categories: readonly Int32Array[], y: Uint8Array): Digest {
  const rows = y.length;
  const bytes = new Uint8Array(DOMAIN.length + COUNTS * 4 + x.length * 8 + categories.length * rows * 4 + rows);
  const view = new DataView(bytes.buffer);
  bytes.set(DOMAIN);
  let offset = DOMAIN.length;
  for (const count of [rows, x.length, categories.length]) { view.setUint32(offset, count, true); offset += 4; }
  for (const value of x) { view.setFloat64(offset, value, true); offset += 8; }
  for (const column of categories) for (const word of column) { view.setInt32(offset, word, true); offset += 4; }
  bytes.set(y, offset);
  return parseDigest(toHex(sha256(bytes)));
}
