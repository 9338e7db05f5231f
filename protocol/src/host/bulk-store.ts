import { mkdirSync, rmSync, statSync } from "node:fs";
import { open, rename, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { CHUNK_SIZE_BYTES } from "@cohortium/crypto/chunk-root";
import { CompactRange, leafHash } from "@cohortium/crypto/merkle";
import type { PartyId } from "../session/ids.js";
import type { Chunk } from "../wire/frame.js";
import { WireError } from "../wire/wire-error.js";
import { syncFolder } from "./atomic-file.js";

interface Arriving {
  readonly file: FileHandle;
  readonly path: string;
  readonly range: CompactRange;
  readonly key: string;
  next: number;
  sizeBytes: number;
}

/** Bulk from peers as files under their chunk root. A file gets its name when a letter has named its root, and not before. */
export class BulkStore {
  readonly #folder: string;
  readonly #mode: number;
  readonly #arriving = new Map<PartyId, Arriving>();

  /** @param folder - Made if it is not there. @param mode - Permission bits of the files, before the umask. */
  constructor(folder: string, mode: number) {
    this.#folder = folder;
    this.#mode = mode;
    mkdirSync(folder, { recursive: true });
  }

  /**
   * Chunks come in order and, after a reconnection, from the beginning again. On disk a party has one bulk that arrives, of the length that is
   * due at most.
   *
   * @param wholeBytes - How long the bulk must be.
   * @throws WireError WIRE_BULK for a gap, or for chunks of a longer or shorter bulk.
   */
  async receive(peer: PartyId, { session, round, index, total, bytes }: Chunk, wholeBytes: number): Promise<void> {
    const fits = total === Math.ceil(wholeBytes / CHUNK_SIZE_BYTES) && bytes.length === Math.min(CHUNK_SIZE_BYTES, wholeBytes - index * CHUNK_SIZE_BYTES);
    if (!fits) throw new WireError("WIRE_BULK", { index, total, wholeBytes });
    const key = `${session}/${round}`;
    if (index === 0) await this.#begin(peer, key);
    const arriving = this.#arriving.get(peer);
    if (arriving === undefined || arriving.key !== key || arriving.next !== index) throw new WireError("WIRE_BULK", { index });
    await arriving.file.write(bytes);
    arriving.range.append(leafHash(bytes));
    arriving.next = index + 1;
    arriving.sizeBytes += bytes.length;
  }

  /**
   * Keeps what has arrived from `peer` if it has this root and this length; durable when it resolves. False if there is no such bulk, now or
   * from before: the same root may have been given to a file of another length, in another round.
   */
  async keep(peer: PartyId, root: string, wholeBytes: number): Promise<boolean> {
    const arriving = this.#arriving.get(peer);
    if (arriving !== undefined && arriving.sizeBytes === wholeBytes && toHex(arriving.range.root()) === root) {
      this.#arriving.delete(peer);
      await arriving.file.sync();
      await arriving.file.close();
      await rename(arriving.path, this.path(root));
      syncFolder(this.#folder);
      return true;
    }
    await this.drop(peer);
    return statSync(this.path(root), { throwIfNoEntry: false })?.size === wholeBytes;
  }

  /** Forgets what has arrived from `peer` and was not kept. */
  async drop(peer: PartyId): Promise<void> {
    const arriving = this.#arriving.get(peer);
    if (arriving === undefined) return;
    this.#arriving.delete(peer);
    await arriving.file.close();
    rmSync(arriving.path, { force: true });
  }

  path(root: string): string {
    if (!/^[0-9a-f]{64}$/.test(root)) throw new RangeError("a root is 64 hex digits");
    return join(this.#folder, root);
  }

  async close(): Promise<void> {
    for (const peer of [...this.#arriving.keys()]) await this.drop(peer);
  }

  async #begin(peer: PartyId, key: string): Promise<void> {
    await this.drop(peer);
    const path = join(this.#folder, `arriving-${peer}`);
    this.#arriving.set(peer, { file: await open(path, "w", this.#mode), path, range: new CompactRange(), key, next: 0, sizeBytes: 0 });
  }
}
