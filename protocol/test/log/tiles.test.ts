import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { concat, toHex, utf8 } from "@cohortium/crypto/bytes";
import { leafHash, MerkleTree, treeRoot } from "@cohortium/crypto/merkle";
import { bundleBytes, bundlePath, bundlesOf, ENTRY_SIZE_MAX_BYTES, entriesOf, parseTile, tileBytes, tilePath, tilesOf } from "../../src/log/tiles.js";

test("the number of a tile is written in groups of three digits", () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe("tile/0/x001/x234/067");
  expect(tilePath({ level: 3, index: 7, width: 112 })).toBe("tile/3/007.p/112");
  expect(tilePath({ level: 0, index: 999, width: 1 })).toBe("tile/0/999.p/1");
  expect(tilePath({ level: 0, index: 1000, width: 255 })).toBe("tile/0/x001/000.p/255");
  expect(bundlePath({ index: 12_345, width: 256 })).toBe("tile/entries/x012/345");
});

test("a tree of 70,000 has the tiles the specification lists", () => {
  const tiles = tilesOf(70_000);
  const count = (level: number, isFull: boolean) => tiles.filter((tile) => tile.level === level && (tile.width === 256) === isFull).length;
  expect([count(0, true), count(0, false), count(1, true), count(1, false), count(2, true), count(2, false)]).toEqual([273, 1, 1, 1, 0, 1]);
  expect(tiles.filter(({ width }) => width < 256)).toEqual([
    { level: 0, index: 273, width: 112 }, { level: 1, index: 1, width: 17 }, { level: 2, index: 0, width: 1 },
  ]);
});

test("a tree of 256 has a full tile and one above it of width 1, and the empty tree none", () => {
  expect(tilesOf(256).map(tilePath)).toEqual(["tile/0/000", "tile/1/000.p/1"]);
  expect(bundlesOf(256).map(bundlePath)).toEqual(["tile/entries/000"]);
  expect(tilesOf(0)).toEqual([]);
  expect(bundlesOf(0)).toEqual([]);
});

test("growing a tree writes exactly the tiles that a smaller one did not have", () => {
  const tiles = (size: number) => new Set(tilesOf(size).map(tilePath));
  fc.assert(fc.property(fc.nat(70_000), fc.nat(600), (from, more) => {
    const before = tiles(from);
    const expected = [...tiles(from + more)].filter((path) => !before.has(path));
    expect(tilesOf(from + more, from).map(tilePath)).toEqual(expected);
    expect(bundlesOf(from + more, from).map(bundlePath)).toEqual(expected.filter((path) => path.startsWith("tile/0/")).map((path) => path.replace("tile/0/", "tile/entries/")));
  }), { numRuns: 60 });
});

test("the tiles of a tree hold its leaf hashes, and above them the roots of full tiles", () => {
  const tree = new MerkleTree();
  const leaves = Array.from({ length: 700 }, (_, i) => leafHash(utf8(`leaf ${i}`)));
  for (const leaf of leaves) tree.append(leaf);
  const hashes = (level: number) => tilesOf(700).filter((tile) => tile.level === level).flatMap((tile) => parseTile(tileBytes(tile, tree), tile.width));
  expect(hashes(0)).toEqual(leaves);
  expect(hashes(1)).toEqual([treeRoot(leaves.slice(0, 256)), treeRoot(leaves.slice(256, 512))]);
  expect(() => parseTile(new Uint8Array(65), 2)).toThrow(RangeError);
});

test("a bundle gives back its entries, of any length up to the largest", () => {
  const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(255, 256, ENTRY_SIZE_MAX_BYTES)), { maxLength: 5 });
  fc.assert(fc.property(lengths, (list) => {
    const entries = list.map((length, i) => new Uint8Array(length).fill(i + 3));
    expect([...entriesOf(bundleBytes(entries))].map(toHex)).toEqual(entries.map(toHex));
  }), { numRuns: 20 });
});

test("a length is written high byte first", () => {
  expect(bundleBytes([new Uint8Array(0x0203).fill(9)]).slice(0, 3)).toEqual(Uint8Array.of(2, 3, 9));
});

test("an entry one byte too long for a bundle is refused", () => {
  expect(() => bundleBytes([new Uint8Array(ENTRY_SIZE_MAX_BYTES + 1)])).toThrow(RangeError);
});

test("a bundle that ends inside an entry gives the entries before it, and then throws", () => {
  const [first, second] = [utf8("first"), utf8("second")];
  const bytes = bundleBytes([first, second]);
  for (const cut of [1, 2, 6, 7]) {
    const reading = entriesOf(bytes.slice(0, -cut));
    expect(reading.next().value).toEqual(first);
    expect(() => reading.next()).toThrow(RangeError);
  }
  expect(() => [...entriesOf(concat(bytes, Uint8Array.of(0)))]).toThrow(RangeError);
});
