/**
 * Merkle trees of RFC 9162 §2.1 (the trees of RFC 6962), append-only. Runs in a browser.
 *
 * Claims:   a root commits to the number, order and bytes of its leaves; a proof that verifies shows a leaf, or an older tree, inside it.
 * Assumes:  SHA-256 resists collisions. Leaves and inner nodes hash under different first bytes, so neither can pass for the other.
 * Strength: 128-bit.
 * Not for:  hiding leaves: a short guessable leaf can be recognised by its hash.
 */
import { concat, equalBytes } from "./bytes.js";
import { sha256 } from "./hash.js";

const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

/** How many leaves a tree has, and its 32-byte root. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Where a leaf stands in a tree of `size` leaves. */
export interface Position {
  readonly index: number;
  readonly size: number;
}

/** RFC 9162 §2.1.1: the hash of one leaf's bytes. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(concat(LEAF, leaf));
}

/** RFC 9162 §2.1.1: the hash over two subtrees. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(NODE, left, right));
}

/** The root over leaf hashes in order; the hash of nothing if there are none. */
export function treeRoot(leafHashes: Iterable<Uint8Array>): Uint8Array {
  const range = new CompactRange();
  for (const leaf of leafHashes) range.append(leaf);
  return range.root();
}

/** The root of a list that is too long to keep: 32 bytes of memory per doubling of the length. */
export class CompactRange {
  /** Roots of complete subtrees, largest first; the sizes are the binary digits of the length. */
  readonly #peaks: Uint8Array[] = [];
  #size = 0;

  /** @throws RangeError unless `leaf` is a leaf hash of 32 bytes. */
  append(leaf: Uint8Array): void {
    if (leaf.length !== HASH_BYTES) throw new RangeError("a leaf hash is 32 bytes");
    let hash = leaf;
    for (let complete = this.#size; complete % 2 === 1; complete = (complete - 1) / 2) {
      hash = nodeHash(this.#peaks.pop() ?? LEAF, hash);
    }
    this.#peaks.push(hash);
    this.#size++;
  }

  root(): Uint8Array {
    return this.#peaks.reduceRight<Uint8Array | null>((right, left) => (right === null ? left : nodeHash(left, right)), null) ?? sha256(new Uint8Array());
  }
}

/** A growing tree that answers for every size it ever had, at a cost logarithmic in its length. Keeps 64 bytes per leaf. */
export class MerkleTree {
  /** `#levels[l][i]` is the root over the leaves i·2^l up to (i+1)·2^l, once all of them are there. */
  readonly #levels: Uint8Array[][] = [[]];

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** @throws RangeError unless `leaf` is a leaf hash of 32 bytes. */
  append(leaf: Uint8Array): void {
    if (leaf.length !== HASH_BYTES) throw new RangeError("a leaf hash is 32 bytes");
    let hash = leaf;
    for (let level = 0; ; level++) {
      const row = (this.#levels[level] ??= []);
      row.push(hash);
      if (row.length % 2 === 1) return;
      hash = nodeHash(this.node(level, row.length - 2), hash);
    }
  }

  /** The root over 2^level leaves from index·2^level on. @throws RangeError unless all of them are there. */
  node(level: number, index: number): Uint8Array {
    const hash = this.#levels[level]?.[index];
    if (hash === undefined) throw new RangeError(`the tree has no complete subtree ${index} at level ${level}`);
    return hash;
  }

  /** The root this tree has, or had at an earlier `size`. @throws RangeError if it never had that size. */
  root(size = this.size): Uint8Array {
    this.#mustHaveHad(size);
    return size === 0 ? sha256(new Uint8Array()) : this.#range(0, size);
  }

  /** RFC 9162 §2.1.3.1. @throws RangeError unless the leaf stood in the tree of that size. */
  inclusionProof({ index, size }: Position): readonly Uint8Array[] {
    this.#mustHaveHad(size);
    if (!(Number.isInteger(index) && index >= 0 && index < size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
    return this.#path(index, 0, size);
  }

  /** RFC 9162 §2.1.4.1. @throws RangeError unless the tree had both sizes, `from` no larger than `to`. */
  consistencyProof(from: number, to = this.size): readonly Uint8Array[] {
    this.#mustHaveHad(to);
    if (!(Number.isInteger(from) && from >= 0 && from <= to)) throw new RangeError(`no tree of ${from} leaves inside one of ${to}`);
    // Every tree extends the empty one: nothing to show.
    return from === 0 ? [] : this.#subproof(from, { start: 0, end: to, isOldTree: true });
  }

  #mustHaveHad(size: number): void {
    if (!(Number.isInteger(size) && size >= 0 && size <= this.size)) throw new RangeError(`the tree never had ${size} leaves`);
  }

  #path(index: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const middle = start + largestPowerBelow(end - start);
    return index < middle
      ? [...this.#path(index, start, middle), this.#range(middle, end)]
      : [...this.#path(index, middle, end), this.#range(start, middle)];
  }

  #subproof(from: number, { start, end, isOldTree }: { start: number; end: number; isOldTree: boolean }): Uint8Array[] {
    // The verifier knows the old root already; any other subtree it has to be told.
    if (from === end) return isOldTree ? [] : [this.#range(start, end)];
    const middle = start + largestPowerBelow(end - start);
    return from <= middle
      ? [...this.#subproof(from, { start, end: middle, isOldTree }), this.#range(middle, end)]
      : [...this.#subproof(from, { start: middle, end, isOldTree: false }), this.#range(start, middle)];
  }

  /** `start` is a multiple of the largest power of two within the range, as it is in every recursion of RFC 9162. */
  #range(start: number, end: number): Uint8Array {
    const length = end - start;
    if (isPowerOfTwo(length)) return this.node(Math.log2(length), start / length);
    const middle = start + largestPowerBelow(length);
    return nodeHash(this.#range(start, middle), this.#range(middle, end));
  }
}

/** RFC 9162 §2.1.3.2: whether `proof` shows the leaf hash at this position of the tree with this root. */
export function verifyInclusion(leaf: Uint8Array, { index, size }: Position, root: Uint8Array, proof: readonly Uint8Array[]): boolean {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return false;
  if (![leaf, root, ...proof].every((hash) => hash.length === HASH_BYTES)) return false;

  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      [node, last] = climbToRightChild(node, last);
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}

/** RFC 9162 §2.1.4.2: whether `proof` shows that the tree of `to` begins with all leaves of the tree of `from`, in their order. */
export function verifyConsistency(from: TreeHead, to: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!(Number.isSafeInteger(from.size) && Number.isSafeInteger(to.size) && from.size >= 0 && from.size <= to.size)) return false;
  if (![from.root, to.root, ...proof].every((hash) => hash.length === HASH_BYTES)) return false;
  if (from.size === to.size) return proof.length === 0 && equalBytes(from.root, to.root);
  if (from.size === 0) return proof.length === 0 && equalBytes(from.root, treeRoot([]));

  // A complete old tree is itself the first subtree of the proof, so the proof leaves it out.
  const [first, ...rest] = isPowerOfTwo(from.size) ? [from.root, ...proof] : proof;
  if (first === undefined) return false;
  let [node, last] = [from.size - 1, to.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [oldHash, newHash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      [node, last] = climbToRightChild(node, last);
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(oldHash, from.root) && equalBytes(newHash, to.root);
}

// Sizes reach 2^53, beyond what bit operators keep.
function half(n: number): number {
  return Math.floor(n / 2);
}

/** Where a subtree has no sibling to its right, it moves up unhashed until it is a right child. */
function climbToRightChild(node: number, last: number): readonly [number, number] {
  let at: readonly [number, number] = [node, last];
  while (at[0] % 2 === 0 && at[0] !== 0) at = [half(at[0]), half(at[1])];
  return at;
}

/** Not by logarithm: that of 2^53 - 1 rounds to a whole number. */
function isPowerOfTwo(n: number): boolean {
  return n === 1 || largestPowerBelow(n) * 2 === n;
}

function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
