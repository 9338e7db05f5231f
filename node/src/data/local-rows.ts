import { createHash } from "node:crypto";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { parseDigest, type Digest } from "@cohortium/protocol/session/ids";

/** One party's rows, parsed and within the charter's bounds. They never leave the node. */
export interface LocalRows {
  readonly rows: number;
  /** Numeric features in charter order, column after column, in the charter's units; NaN where the charter lets a value be absent. */
  readonly x: Float64Array;
  /** One array per categorical feature in charter order, each entry an index into its categories. */
  readonly categories: readonly Int32Array[];
  /** 1 for the positive label; 0 throughout where nothing is predicted. */
  readonly y: Uint8Array;
  /** SHA-256 of all of the above: equal for equal content in equal order, however the file spelled it. */
  readonly digest: Digest;
  /** Equal for the same rows in any order, as another export of the same table has them. */
  readonly setDigest: Digest;
}

/** Puts columns together and takes their digest. @throws RangeError unless all columns have as many rows as `y`. */
export function localRows(x: Float64Array, categories: readonly Int32Array[], y: Uint8Array): LocalRows {
  const rows = y.length;
  if ((rows === 0 ? x.length : x.length % rows) !== 0 || categories.some((column) => column.length !== rows)) throw new RangeError("columns of different lengths");
  const [digest, setDigest] = [once(() => digestOf(x, categories, y)), once(() => setDigestOf(x, categories, y))];
  return { rows, x, categories, y, get digest() { return digest(); }, get setDigest() { return setDigest(); } };
}

/** Computed when somebody asks, and then kept: many parts of a table are never asked for their digest. */
function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => (known ??= { value: compute() }).value;
}

/** The rows at `indices`, in that order. */
export function takeRows({ rows, x, categories, y }: LocalRows, indices: readonly number[] | Int32Array): LocalRows {
  const taken = Int32Array.from(indices);
  const numerics = rows === 0 ? 0 : x.length / rows;
  const columns = new Float64Array(numerics * taken.length);
  for (let k = 0; k < numerics; k++) for (let i = 0; i < taken.length; i++) columns[k * taken.length + i] = x[k * rows + (taken[i] ?? 0)] ?? Number.NaN;
  return localRows(columns, categories.map((column) => taken.map((row) => column[row] ?? -1)), Uint8Array.from(taken, (row) => y[row] ?? 0));
}

const DOMAIN = utf8("cohortium/rows/v1\n");
const COUNTS = 3;

/** Little-endian throughout, whatever the machine. Hashed block by block: the bytes of very many rows are more than one buffer holds. */
function digestOf(x: Float64Array, categories: readonly Int32Array[], y: Uint8Array): Digest {
  const hash = createHash("sha256").update(DOMAIN);
  const counts = new DataView(new ArrayBuffer(COUNTS * 4));
  [y.length, x.length, categories.length].forEach((count, i) => counts.setUint32(i * 4, count, true));
  hash.update(counts);
  const block = new DataView(new ArrayBuffer(BLOCK_VALUES * 8));
  for (let from = 0; from < x.length; from += BLOCK_VALUES) {
    const values = x.subarray(from, from + BLOCK_VALUES);
    // NaN has many spellings; absence has one.
    values.forEach((value, i) => block.setFloat64(i * 8, Number.isNaN(value) ? Number.NaN : value, true));
    hash.update(new Uint8Array(block.buffer, 0, values.length * 8));
  }
  for (const column of categories) {
    for (let from = 0; from < column.length; from += BLOCK_VALUES) {
      const words = column.subarray(from, from + BLOCK_VALUES);
      words.forEach((word, i) => block.setInt32(i * 4, word, true));
      hash.update(new Uint8Array(block.buffer, 0, words.length * 4));
    }
  }
  return parseDigest(hash.update(y).digest("hex"));
}

const BLOCK_VALUES = 65_536;

const SET_DOMAIN = utf8("cohortium/row-set/v1\n");

/**
 * The sum of the rows' SHA-256 digests modulo 2^256 (MSet-Add-Hash of Clarke et al. 2003, without a key). Whoever chose the rows could make two
 * sets collide by design; the digest is for their owner, who would only fool its own memory of what it released.
 */
function setDigestOf(x: Float64Array, categories: readonly Int32Array[], y: Uint8Array): Digest {
  const rows = y.length;
  const numerics = rows === 0 ? 0 : x.length / rows;
  const bytes = new Uint8Array(SET_DOMAIN.length + numerics * 8 + categories.length * 4 + 1);
  bytes.set(SET_DOMAIN);
  const view = new DataView(bytes.buffer, SET_DOMAIN.length);
  const sum = new Uint32Array(LIMBS);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < numerics; k++) view.setFloat64(k * 8, x[k * rows + row] ?? Number.NaN, true);
    categories.forEach((column, k) => view.setInt32(numerics * 8 + k * 4, column[row] ?? -1, true));
    view.setUint8(numerics * 8 + categories.length * 4, y[row] ?? 0);
    addInto(sum, sha256(bytes));
  }
  const total = new Uint8Array(4 + sum.byteLength);
  new DataView(total.buffer).setUint32(0, rows, true);
  sum.forEach((limb, i) => new DataView(total.buffer).setUint32(4 + i * 4, limb, true));
  return parseDigest(toHex(sha256(total)));
}

/** 256 bits in 32-bit limbs, the least first. */
const LIMBS = 8;

function addInto(sum: Uint32Array, digest: Uint8Array): void {
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  let carry = 0;
  for (let i = 0; i < LIMBS; i++) {
    const limb = (sum[i] ?? 0) + view.getUint32(i * 4, true) + carry;
    sum[i] = limb;
    carry = limb >= 2 ** 32 ? 1 : 0;
  }
}
