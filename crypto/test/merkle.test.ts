import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromHex, toBase64, toHex, utf8 } from "../src/bytes.js";
import { CHUNK_SIZE_BYTES, chunkRoot } from "../src/chunk-root.js";
import { CompactRange, leafHash, MerkleTree, nodeHash, treeRoot, verifyConsistency, verifyInclusion } from "../src/merkle.js";

/** The leaves of Certificate Transparency's reference tests, and the roots of the trees of 1 to 8 of them. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(fromHex);
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const INCLUSION = [
  { index: 0, size: 8, proof: ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"] },
  { index: 5, size: 8, proof: ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"] },
  { index: 2, size: 3, proof: ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"] },
  { index: 1, size: 5, proof: ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"] },
];
const CONSISTENCY = [
  { from: 1, to: 1, proof: [] },
  { from: 1, to: 8, proof: ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"] },
  { from: 6, to: 8, proof: ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"] },
  { from: 2, to: 5, proof: ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"] },
  { from: 6, to: 7, proof: ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"] },
];

const SIZES = Array.from({ length: 41 }, (_, size) => size);

function treeOf(leaves: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leafHash(leaf));
  return tree;
}

const numbered = (count: number, prefix = "leaf") => Array.from({ length: count }, (_, i) => utf8(`${prefix} ${i}`));
const flipped = (hash: Uint8Array) => hash.map((byte, i) => (i === 17 ? byte ^ 4 : byte));

describe("vectors", () => {
  test("the empty tree has the root RFC 9162 gives it", () => {
    expect(toBase64(treeRoot([]))).toBe("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    expect(new MerkleTree().root()).toEqual(treeRoot([]));
  });

  test.each(ROOTS.map((root, i) => ({ root, size: i + 1 })))("the reference tree of $size leaves has its root", ({ root, size }) => {
    expect(toHex(treeRoot(LEAVES.slice(0, size).map(leafHash)))).toBe(root);
    expect(toHex(treeOf(LEAVES).root(size))).toBe(root);
  });

  test.each(INCLUSION)("the reference proof of leaf $index in $size is ours, and verifies", ({ index, size, proof }) => {
    expect(treeOf(LEAVES).inclusionProof({ index, size }).map(toHex)).toEqual(proof);
    expect(verifyInclusion(leafHash(LEAVES[index]!), { index, size }, fromHex(ROOTS[size - 1]!), proof.map(fromHex))).toBe(true);
  });

  test.each(CONSISTENCY)("the reference proof that $to continues $from is ours, and verifies", ({ from, to, proof }) => {
    expect(treeOf(LEAVES).consistencyProof(from, to).map(toHex)).toEqual(proof);
    expect(verifyConsistency({ size: from, root: fromHex(ROOTS[from - 1]!) }, { size: to, root: fromHex(ROOTS[to - 1]!) }, proof.map(fromHex))).toBe(true);
  });
});

describe("every tree of up to 40 leaves", () => {
  const tree = treeOf(numbered(40));

  test("has the root its definition gives", () => {
    const byDefinition = (leaves: readonly Uint8Array[]): Uint8Array => {
      if (leaves.length === 1) return leafHash(leaves[0]!);
      const middle = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
      return nodeHash(byDefinition(leaves.slice(0, middle)), byDefinition(leaves.slice(middle)));
    };
    for (const size of SIZES.slice(1)) expect(tree.root(size)).toEqual(byDefinition(numbered(size)));
  });

  test("proves each of its leaves, and none of them at another place, in another tree or with a shorter proof", () => {
    for (const size of SIZES) {
      for (let index = 0; index < size; index++) {
        const proof = tree.inclusionProof({ index, size });
        const leaf = leafHash(utf8(`leaf ${index}`));
        expect(verifyInclusion(leaf, { index, size }, tree.root(size), proof)).toBe(true);
        expect(verifyInclusion(leaf, { index: index + 1, size }, tree.root(size), proof)).toBe(false);
        expect(verifyInclusion(leaf, { index: index - 1, size }, tree.root(size), proof)).toBe(false);
        expect(verifyInclusion(flipped(leaf), { index, size }, tree.root(size), proof)).toBe(false);
        expect(verifyInclusion(leaf, { index, size }, flipped(tree.root(size)), proof)).toBe(false);
        expect(verifyInclusion(leaf, { index, size }, tree.root(size), [...proof, leaf])).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(leaf, { index, size }, tree.root(size), proof.slice(1))).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(leaf, { index, size }, tree.root(size), proof.slice(0, -1))).toBe(false);
      }
    }
  });

  test("continues each smaller one, and no other tree of that size", () => {
    const other = treeOf(numbered(40, "other"));
    for (const to of SIZES) {
      for (const from of SIZES.slice(0, to + 1)) {
        const proof = tree.consistencyProof(from, to);
        const heads = [{ size: from, root: tree.root(from) }, { size: to, root: tree.root(to) }] as const;
        expect(verifyConsistency(...heads, proof)).toBe(true);
        expect(verifyConsistency(...heads, [...proof, tree.root(1)])).toBe(false);
        expect(verifyConsistency({ ...heads[0], root: flipped(heads[0].root) }, heads[1], proof)).toBe(false);
        if (from > 0) expect(verifyConsistency({ ...heads[0], root: other.root(from) }, heads[1], proof)).toBe(false);
        if (from > 0) expect(verifyConsistency(heads[0], { ...heads[1], root: other.root(to) }, proof)).toBe(false);
        if (from < to) expect(verifyConsistency(heads[1], heads[0], proof)).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(...heads, proof.slice(1))).toBe(false);
        if (proof.length > 1) expect(verifyConsistency(...heads, proof.toReversed())).toBe(false);
      }
    }
  });
});

test("flipping any hash of a proof spoils it", () => {
  const tree = treeOf(numbered(37));
  fc.assert(fc.property(fc.integer({ min: 0, max: 36 }), fc.nat(), (index, at) => {
    const inclusion = tree.inclusionProof({ index, size: 37 });
    const consistency = tree.consistencyProof(index + 1, 37);
    const spoil = (proof: readonly Uint8Array[]) => proof.map((hash, i) => (i === at % proof.length ? flipped(hash) : hash));
    expect(verifyInclusion(leafHash(utf8(`leaf ${index}`)), { index, size: 37 }, tree.root(), spoil(inclusion))).toBe(false);
    if (consistency.length > 0) {
      expect(verifyConsistency({ size: index + 1, root: tree.root(index + 1) }, { size: 37, root: tree.root() }, spoil(consistency))).toBe(false);
    }
  }));
});

test("hashes of another length than 32 bytes verify nothing and are not taken into a tree", () => {
  const [leaf, short] = [leafHash(utf8("leaf 0")), new Uint8Array(31)];
  expect(verifyInclusion(leaf, { index: 0, size: 2 }, nodeHash(leaf, short), [short])).toBe(false);
  expect(verifyConsistency({ size: 1, root: leaf }, { size: 2, root: nodeHash(leaf, short) }, [short])).toBe(false);
  expect(() => new MerkleTree().append(short)).toThrow(RangeError);
  expect(() => new CompactRange().append(short)).toThrow(RangeError);
});

test.each([Number.NaN, -1, 0.5, 2 ** 53, Infinity])("a size or index of %d verifies nothing", (odd) => {
  const root = treeRoot([]);
  expect(verifyInclusion(root, { index: 0, size: odd }, root, [])).toBe(false);
  expect(verifyInclusion(root, { index: odd, size: 3 }, root, [])).toBe(false);
  expect(verifyConsistency({ size: odd, root }, { size: odd, root }, [])).toBe(false);
});

test("the largest sizes are counted exactly: a proof for 2^53 - 1 leaves is none for 2^52", () => {
  const leaf = leafHash(utf8("leaf"));
  const chain = Array.from({ length: 53 }, () => leaf);
  const root = chain.reduce((hash, sibling) => nodeHash(hash, sibling), leaf);
  expect(verifyInclusion(leaf, { index: 0, size: 2 ** 53 - 1 }, root, chain)).toBe(true);
  expect(verifyInclusion(leaf, { index: 0, size: 2 ** 52 }, root, chain)).toBe(false);
});

test("a tree does not prove what it never held", () => {
  const tree = treeOf(LEAVES);
  expect(() => tree.root(9)).toThrow(RangeError);
  expect(() => tree.inclusionProof({ index: 5, size: 5 })).toThrow(RangeError);
  expect(() => tree.consistencyProof(6, 5)).toThrow(RangeError);
  expect(() => tree.consistencyProof(2, 9)).toThrow(RangeError);
  expect(() => tree.node(3, 1)).toThrow(RangeError);
});

test("a vector's root is over chunks of 1 MiB, the last one shorter", () => {
  const bytes = new Uint8Array(2 * CHUNK_SIZE_BYTES + 3).map((_, i) => i * 7 + (i >> 12));
  const parts = [bytes.slice(0, 1_048_576), bytes.slice(1_048_576, 2_097_152), bytes.slice(2_097_152)];
  expect(chunkRoot(bytes)).toEqual(treeOf(parts).root());
  expect(chunkRoot(bytes.subarray(0, 9))).toEqual(leafHash(bytes.slice(0, 9)));
  expect(chunkRoot(new Uint8Array())).toEqual(treeRoot([]));
});
