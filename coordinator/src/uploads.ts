import { mkdirSync, rmSync, statSync } from "node:fs";
import { open, rename, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { CHUNK_SIZE_BYTES } from "@cohortium/crypto/chunk-root";
import { CompactRange, leafHash } from "@cohortium/crypto/merkle";
import { bytesOfWords, zeroWords, type Words } from "@cohortium/crypto/words";
import type { SumAsked } from "@cohortium/protocol/aggregation/round-leader";
import { syncFolder } from "@cohortium/protocol/host/atomic-file";
import { sumFiles } from "@cohortium/protocol/host/sum-files";
import type { PartyId } from "@cohortium/protocol/session/ids";
import type { Chunk } from "@cohortium/protocol/wire/frame";
import { WireError } from "@cohortium/protocol/wire/wire-error";

/** A sum too long to be an event is no step of a training; its chunk root still stands in the log. */
const SUM_WORDS_MAX = 1 << 20;

interface Arriving {
  readonly file: FileHandle;
  readonly path: string;
  readonly range: CompactRange;
  readonly key: string;
  next: number;
  sizeBytes: number;
}

/**
 * Masked vectors as files under their chunk root: `upload/<root>`, raw little-endian words. They are uniform, and published to those entitled to
 * the sum, so that anybody of them can add again. Memory while adding: two chunks and the sum.
 */
export class Uploads {
  readonly #folder: string;
  readonly #arriving = new Map<PartyId, Arriving>();

  /** @param folder - The published folder; `upload/` appears in it. */
  constructor(folder: string) {
    this.#folder = join(folder, "upload");
    mkdirSync(this.#folder, { recursive: true });
  }

  /**
   * Chunks come in order and, after a reconnection, from the beginning again. On disk a party has one upload that arrives, of the round's length
   * at most.
   *
   * @param wholeBytes - How long the upload must be.
   * @throws WireError WIRE_BULK for a gap, or for chunks of a longer or shorter upload.
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
   * Keeps what has arrived from `peer` if it has this root and this length; durable when it resolves. False if there is no such upload, now or
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

  /** Adds the uploads and takes the masks away, chunk by chunk. @throws RangeError for a sum too long to be kept whole. */
  async sum({ ring, words, uploads, remove }: SumAsked): Promise<{ readonly root: string; readonly words: Words }> {
    if (words > SUM_WORDS_MAX) throw new RangeError(`a sum of ${words} words; a training step has at most ${SUM_WORDS_MAX}`);
    const whole = zeroWords(ring, words);
    const range = new CompactRange();
    await sumFiles(uploads.map(({ root }) => this.path(root)), { ring, words }, remove, (stretch, byteOffset) => {
      range.append(leafHash(bytesOfWords(stretch)));
      bytesOfWords(whole).set(bytesOfWords(stretch), byteOffset);
    });
    return { root: toHex(range.root()), words: whole };
  }

  async close(): Promise<void> {
    for (const peer of [...this.#arriving.keys()]) await this.drop(peer);
  }

  async #begin(peer: PartyId, key: string): Promise<void> {
    await this.drop(peer);
    const path = join(this.#folder, `arriving-${peer}`);
    this.#arriving.set(peer, { file: await open(path, "w", 0o644), path, range: new CompactRange(), key, next: 0, sizeBytes: 0 });
  }
}
