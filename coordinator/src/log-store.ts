import { equalBytes, fromUtf8, toHex, utf8 } from "@cohortium/crypto/bytes";
import { leafHash, MerkleTree, treeRoot } from "@cohortium/crypto/merkle";
import type { Signer } from "@cohortium/crypto/signing";
import { logVerifierKey, openCheckpoint, signCheckpoint } from "@cohortium/protocol/log/checkpoint";
import { cosignatureVerifier } from "@cohortium/protocol/log/cosignature";
import type { Entry } from "@cohortium/protocol/log/entry";
import { parseNote, parseSignatureLine, serialiseNote, type NoteSignature } from "@cohortium/protocol/log/note";
import type { Evidence } from "@cohortium/protocol/log/proof";
import {
  bundleBytes, bundlePath, bundlesOf, entriesOf, ENTRY_SIZE_MAX_BYTES, TILE_WIDTH, tileBytes, tilePath, tilesOf,
} from "@cohortium/protocol/log/tiles";
import { folderFiles, type LogFiles } from "./log-files.js";

/** Which log this is, and the key it signs with. */
export interface LogIdentity {
  readonly origin: string;
  readonly signer: Signer;
}

/** Opens the log kept in a folder, or begins one there. @throws RangeError if what is there is not a log of this identity, or is damaged. */
export function openLogStore(folder: string, identity: LogIdentity): LogStore {
  return openLog(folderFiles(folder), identity);
}

/** `openLogStore` over any files. */
export function openLog(files: LogFiles, identity: LogIdentity): LogStore {
  const published = files.read(CHECKPOINT);
  if (published !== null) {
    const note = fromUtf8(published);
    return new LogStore(files, identity, note, readEntries(files, note, logVerifierKey(identity.origin, identity.signer.publicKey)));
  }
  // A log that lost its checkpoint and began anew would show two histories. The first thing a log ever writes is its checkpoint.
  if (files.read(bundlePath({ index: 0, width: 1 })) !== null || files.read(bundlePath({ index: 0, width: TILE_WIDTH })) !== null) {
    throw new RangeError("there are log entries but no checkpoint: restore the file named checkpoint from a copy");
  }
  const note = signCheckpoint({ origin: identity.origin, size: 0, root: treeRoot([]) }, identity.signer);
  files.replace(CHECKPOINT, utf8(note));
  return new LogStore(files, identity, note, []);
}

/**
 * An append-only log in the layout of c2sp.org/tlog-tiles, ready to be served as static files.
 *
 * Bundles and tiles are written first, the checkpoint last: until it is replaced, the old log stands, and what a crash left beyond it
 * is written over. One process at a time.
 */
export class LogStore {
  readonly #files: LogFiles;
  readonly #identity: LogIdentity;
  readonly #tree = new MerkleTree();
  /** Index by leaf hash, so that an entry is never logged twice. */
  readonly #indices = new Map<string, number>();
  /** The entries of the last, unfinished bundle. */
  readonly #tail: Uint8Array[] = [];
  #checkpoint: string;
  #publishedSize: number;

  constructor(files: LogFiles, identity: LogIdentity, checkpoint: string, entries: readonly Uint8Array[]) {
    this.#files = files;
    this.#identity = identity;
    this.#checkpoint = checkpoint;
    for (const entry of entries) this.#grow(entry, leafHash(entry));
    // A tile follows from the entries; one that was lost is made again.
    for (const tile of tilesOf(this.size)) if (files.read(tilePath(tile)) === null) files.replace(tilePath(tile), tileBytes(tile, this.#tree));
    this.#publishedSize = this.size;
  }

  get size(): number {
    return this.#tree.size;
  }

  /** The published checkpoint: a signed note, with the cosignatures it has so far. */
  get checkpoint(): string {
    return this.#checkpoint;
  }

  /**
   * Adds entries and signs the tree with them in it; durable when it returns. An entry that is already there keeps its index, and a call
   * that adds nothing writes nothing, so it may be repeated after a crash.
   *
   * @returns the index of each entry, in order.
   * @throws RangeError if an entry is longer than 65,535 bytes; then none was added.
   */
  append(entries: readonly Entry[]): readonly number[] {
    const long = entries.find(({ bytes }) => bytes.length > ENTRY_SIZE_MAX_BYTES);
    if (long !== undefined) throw new RangeError(`an entry of ${long.bytes.length} bytes; the log takes ${ENTRY_SIZE_MAX_BYTES}`);
    this.#mustBeSound();
    const pending = [...this.#tail];
    for (const { bytes } of entries) {
      const leaf = leafHash(bytes);
      if (this.#indices.has(toHex(leaf))) continue;
      this.#grow(bytes, leaf);
      pending.push(bytes);
    }
    if (this.size > this.#publishedSize) this.#write(pending);
    return entries.map(({ bytes }) => this.#indexOf(bytes));
  }

  /**
   * Shows that entries are in the log as published now, and that it continues the one of `seenSize` entries.
   * @throws RangeError if an entry is not in the log, or it never had that size.
   */
  evidence(entries: readonly Uint8Array[], seenSize: number): Evidence {
    this.#mustBeSound();
    return {
      checkpoint: this.#checkpoint,
      items: entries.map((entry) => {
        const index = this.#indexOf(entry);
        return { index, proof: this.#tree.inclusionProof({ index, size: this.size }) };
      }),
      consistency: this.#tree.consistencyProof(seenSize),
    };
  }

  /**
   * Publishes a witness's signature under the checkpoint, if it is one for the checkpoint of this moment. False if it is not, which
   * happens to honest witnesses whenever the log has grown meanwhile.
   *
   * @param line - `— name base64`, from a peer.
   * @param witnessKey - The verifier key we know this witness by.
   */
  addCosignature(line: string, witnessKey: string): boolean {
    this.#mustBeSound();
    const verifier = cosignatureVerifier(witnessKey);
    const note = parseNote(this.#checkpoint);
    const signature = parsedLine(line);
    const isByWitness = signature !== null && signature.name === verifier.name && signature.keyId === verifier.keyId;
    if (!isByWitness || !verifier.accepts(note.text, signature.payload)) return false;
    // The newest word of a witness replaces its older ones, so that repeats cannot fill the note.
    const others = note.signatures.filter(({ name, keyId }) => name !== verifier.name || keyId !== verifier.keyId);
    this.#publish(serialiseNote({ text: note.text, signatures: [...others, signature] }));
    return true;
  }

  #grow(entry: Uint8Array, leaf: Uint8Array): void {
    this.#indices.set(toHex(leaf), this.size);
    this.#tree.append(leaf);
    this.#tail.push(entry);
    if (this.#tail.length === TILE_WIDTH) this.#tail.length = 0;
  }

  #indexOf(entry: Uint8Array): number {
    const index = this.#indices.get(toHex(leafHash(entry)));
    if (index === undefined) throw new RangeError("the entry is not in the log");
    return index;
  }

  /** `pending` starts with the first entry of the bundle that was unfinished before. */
  #write(pending: readonly Uint8Array[]): void {
    const before = this.#publishedSize;
    const bundles = bundlesOf(this.size, before);
    const tiles = tilesOf(this.size, before);
    for (const bundle of bundles) {
      const start = bundle.index * TILE_WIDTH - (before - (before % TILE_WIDTH));
      this.#files.replace(bundlePath(bundle), bundleBytes(pending.slice(start, start + bundle.width)));
    }
    for (const tile of tiles) this.#files.replace(tilePath(tile), tileBytes(tile, this.#tree));
    this.#publish(signCheckpoint({ origin: this.#identity.origin, size: this.size, root: this.#tree.root() }, this.#identity.signer));
    this.#publishedSize = this.size;
    // tlog-tiles, "Partial Tiles": they may go once the full one is there.
    for (const path of [...bundles.map(bundlePath), ...tiles.map(tilePath)]) if (!path.includes(".p/")) this.#files.remove(`${path}.p`);
  }

  #publish(checkpoint: string): void {
    this.#files.replace(CHECKPOINT, utf8(checkpoint));
    this.#checkpoint = checkpoint;
  }

  #mustBeSound(): void {
    // What is in memory but was never signed must not be shown, nor counted as logged.
    if (this.size !== this.#publishedSize) throw new Error("an earlier write to the log failed: open it again");
    // Two processes on one folder would sign two histories; the second to write stops here.
    const published = this.#files.read(CHECKPOINT);
    if (published === null || fromUtf8(published) !== this.#checkpoint) throw new Error("another process has written to this log");
  }
}

const CHECKPOINT = "checkpoint";

/** The entries under the published checkpoint. What lies beyond it was never signed, so it never happened. */
function readEntries(files: LogFiles, published: string, logKey: string): readonly Uint8Array[] {
  const opened = openCheckpoint(published, logKey);
  if (!opened.ok) throw new RangeError(`the log's checkpoint: ${opened.because}`);
  const { size, root } = opened.checkpoint;
  const entries = bundlesOf(size).flatMap((bundle) => [...entriesOf(files.read(bundlePath(bundle)) ?? new Uint8Array())]);
  if (entries.length !== size || !equalBytes(treeRoot(entries.map(leafHash)), root)) {
    throw new RangeError("the log's entries are not those its checkpoint signs: restore the folder from a copy");
  }
  return entries;
}

function parsedLine(line: string): NoteSignature | null {
  try {
    return parseSignatureLine(line);
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
    return null;
  }
}
