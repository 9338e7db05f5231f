import { equalBytes } from "@cohortium/crypto/bytes";
import { leafHash, MerkleTree, type TreeHead } from "@cohortium/crypto/merkle";
import type { Findings } from "./audit-report.js";
import {
  bundlePath, bundlesOf, entriesOf, parseTile, TILE_WIDTH, tileBytes, tilePath, tilesOf,
  type EntryBundle, type Tile,
} from "./tiles.js";

/** Where an audit reads from: a folder, a list of files in a browser, an archive. Paths are those of c2sp.org/tlog-tiles, and `upload/<root>`. */
export interface AuditSource {
  /** The file's bytes, or null if there is none. */
  read(path: string): Uint8Array | null;
}

/** The entries of a log as they lie there, null where one is missing, and the tree over them. */
export interface ReadLog {
  readonly entries: readonly (Uint8Array | null)[];
  readonly tree: MerkleTree;
  readonly tiles: number;
}

/** Reads all entries and tiles under a signed tree head, and names the first entry of every bundle that is not what was signed. */
export function readLog(source: AuditSource, head: TreeHead, findings: Findings): ReadLog {
  const entries: (Uint8Array | null)[] = [];
  const tree = new MerkleTree();
  const misplaced: number[] = [];
  for (const bundle of bundlesOf(head.size)) {
    const { found, problem } = readBundle(source, bundle);
    const hashes = readLeafHashes(source, bundle);
    const first = bundle.index * TILE_WIDTH;
    const wrong = found.findIndex((entry, i) => hashes[i] !== undefined && !equalBytes(leafHash(entry), hashes[i]));
    // Once an entry is lost or slipped in, all behind it are out of place; only the first says something.
    if (wrong >= 0) misplaced.push(first + wrong);
    else if (problem !== null) findings.add(first + problem.at, problem.code, problem.says);
    for (let i = 0; i < bundle.width; i++) {
      const entry = found[i] ?? null;
      entries.push(entry);
      tree.append(entry === null ? (hashes[i] ?? NO_HASH) : leafHash(entry));
    }
  }
  const isSigned = equalBytes(tree.root(), head.root);
  // If the entries are what was signed, it is the tile that is wrong, and `checkTiles` says so.
  for (const entry of isSigned ? [] : misplaced) findings.add(entry, "ENTRY_HASH", "the entry is not the one whose hash stands in the tree");
  const isExplained = misplaced.length > 0 || entries.includes(null);
  if (!isSigned && !isExplained) findings.add(null, "TREE_ROOT", "the entries and tiles agree with each other, but not with the signed root");
  return { entries, tree, tiles: checkTiles(source, head.size, isSigned ? tree : null, findings) };
}

const HASH_BYTES = 32;
const NO_HASH = new Uint8Array(HASH_BYTES);

interface BundleProblem {
  readonly at: number;
  readonly code: "BUNDLE_MISSING" | "BUNDLE_LENGTH";
  readonly says: string;
}

interface ReadBundle {
  readonly found: readonly Uint8Array[];
  readonly problem: BundleProblem | null;
}

function readBundle(source: AuditSource, bundle: EntryBundle): ReadBundle {
  const path = bundlePath(bundle);
  const exact = source.read(path);
  // A log may drop a partial bundle once the full one is there.
  const bytes = exact ?? source.read(bundlePath({ ...bundle, width: TILE_WIDTH }));
  if (bytes === null) return { found: [], problem: { at: 0, code: "BUNDLE_MISSING", says: `the file ${path} is missing` } };
  const found = upToCut(bytes);
  const isWhole = exact === null ? found.length >= bundle.width : found.length === bundle.width;
  const problem = { at: Math.min(found.length, bundle.width), code: "BUNDLE_LENGTH", says: `${path} does not hold ${bundle.width} whole entries` } as const;
  return { found: found.slice(0, bundle.width), problem: isWhole ? null : problem };
}

function upToCut(bundle: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  try {
    for (const entry of entriesOf(bundle)) entries.push(entry);
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
  }
  return entries;
}

/** A tile's bytes, or the start of the full tile that replaced it. */
function readTile(source: AuditSource, tile: Tile): Uint8Array | null {
  const full = { ...tile, width: TILE_WIDTH };
  return source.read(tilePath(tile)) ?? source.read(tilePath(full))?.subarray(0, tile.width * HASH_BYTES) ?? null;
}

/** The leaf hashes the tree was built from, as far as the tiles of level 0 tell. */
function readLeafHashes(source: AuditSource, bundle: EntryBundle): readonly Uint8Array[] {
  const bytes = readTile(source, { ...bundle, level: 0 });
  return bytes?.length === bundle.width * HASH_BYTES ? parseTile(bytes, bundle.width) : [];
}

/** Compares the tiles with the tree that was signed; without one, only looks whether they are there. */
function checkTiles(source: AuditSource, size: number, tree: MerkleTree | null, findings: Findings): number {
  const tiles = tilesOf(size);
  for (const tile of tiles) {
    const bytes = readTile(source, tile);
    const covers = tile.index * TILE_WIDTH ** (tile.level + 1);
    if (bytes === null) {
      findings.add(covers, "TILE_MISSING", `the file ${tilePath(tile)} is missing`);
    } else if (tree !== null && !equalBytes(bytes, tileBytes(tile, tree))) {
      findings.add(covers, "TILE_HASH", `the file ${tilePath(tile)} does not hold the hashes of the signed tree`);
    }
  }
  return tiles.length;
}
