import { concat } from "@cohortium/crypto/bytes";
import type { MerkleTree } from "@cohortium/crypto/merkle";

/** c2sp.org/tlog-tiles: a full tile holds 256 hashes, a full bundle 256 entries. */
export const TILE_WIDTH = 256;
/** The length of an entry in a bundle is written in 16 bits. */
export const ENTRY_SIZE_MAX_BYTES = 65_535;

const TILE_HEIGHT = 8;
const HASH_BYTES = 32;

/** Consecutive hashes at level 8·`level` of the tree; `width` 1 to 255 if the tree ends inside it, else 256. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** The entries behind a tile of level 0. */
export type EntryBundle = Omit<Tile, "level">;

export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${numberPath(index)}${widthSuffix(width)}`;
}

export function bundlePath({ index, width }: EntryBundle): string {
  return `tile/entries/${numberPath(index)}${widthSuffix(width)}`;
}

/** The bundles of a tree of `size` entries; given `from`, only those a tree of `from` entries did not have. */
export function bundlesOf(size: number, from = 0): readonly EntryBundle[] {
  return tilesAtLevel(0, size, from).map(({ index, width }) => ({ index, width }));
}

/** The tiles of a tree of `size` entries, level by level; given `from`, only those a tree of `from` entries did not have. */
export function tilesOf(size: number, from = 0): readonly Tile[] {
  const tiles: Tile[] = [];
  // A level holds the roots of the full tiles below.
  for (let [level, width, before] = [0, size, from]; width > 0; [level, width, before] = [level + 1, fullTiles(width), fullTiles(before)]) {
    tiles.push(...tilesAtLevel(level, width, before));
  }
  return tiles;
}

/** A tile's bytes: its hashes, one after the other. @throws RangeError if the tree is too small for it. */
export function tileBytes({ level, index, width }: Tile, tree: MerkleTree): Uint8Array {
  const hashes = Array.from({ length: width }, (_, i) => tree.node(level * TILE_HEIGHT, index * TILE_WIDTH + i));
  return concat(...hashes);
}

/** The hashes in a tile's bytes. @throws RangeError unless there are `width` of them, and no byte more. */
export function parseTile(bytes: Uint8Array, width: number): readonly Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES) throw new RangeError(`a tile of width ${width} is ${width * HASH_BYTES} bytes`);
  return Array.from({ length: width }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** A bundle's bytes: each entry after its length in two bytes. @throws RangeError if an entry is too long for a bundle. */
export function bundleBytes(entries: readonly Uint8Array[]): Uint8Array {
  return concat(...entries.flatMap((entry) => {
    if (entry.length > ENTRY_SIZE_MAX_BYTES) throw new RangeError(`an entry of ${entry.length} bytes; a bundle takes ${ENTRY_SIZE_MAX_BYTES}`);
    return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
  }));
}

/** The entries in a bundle's bytes, in order. @throws RangeError after the last whole entry if the bytes end inside another. */
export function* entriesOf(bundle: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bundle.length;) {
    const end = at + 2 + ((bundle[at] ?? 0) << 8) + (bundle[at + 1] ?? 0);
    if (at + 2 > bundle.length || end > bundle.length) throw new RangeError("the bundle ends inside an entry");
    yield bundle.slice(at + 2, end);
    at = end;
  }
}

function tilesAtLevel(level: number, width: number, before: number): Tile[] {
  const tiles: Tile[] = [];
  const firstChanged = fullTiles(before);
  for (let index = firstChanged; index * TILE_WIDTH < width; index++) {
    const tile = { level, index, width: Math.min(TILE_WIDTH, width - index * TILE_WIDTH) };
    if (index > firstChanged || index * TILE_WIDTH + tile.width > before) tiles.push(tile);
  }
  return tiles;
}

function fullTiles(width: number): number {
  return Math.floor(width / TILE_WIDTH);
}

/** 1234067 is `x001/x234/067`: a folder never holds more than a thousand names, nor a file and a folder of one name. */
function numberPath(index: number): string {
  const digits = String(index).padStart(3, "0");
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
}

function widthSuffix(width: number): string {
  return width === TILE_WIDTH ? "" : `.p/${width}`;
}
