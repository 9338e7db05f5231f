import { existsSync, mkdirSync, rmSync } from "node:fs";
import { open, rename, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { CompactRange, leafHash } from "@cohortium/crypto/merkle";
import { bytesOfWords, zeroWords, type Words } from "@cohortium/crypto/words";
import type { SumAsked } from "@cohortium/protocol/aggregation/round-leader";
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
  readonly total: number;
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

  /** Chunks come in order and, after a reconnection, from the beginning again. @throws WireError WIRE_BULK for a gap. */
  async receive(peer: PartyId, { session, round, index, total, bytes }: Chunk): Promise<void> {
    const key = `${session}/${round}/${total}`;
    if (index === 0) await this.#begin(peer, key, total);
    const arriving = this.#arriving.get(peer);
    if (arriving === undefined || arriving.key !== key || arriving.next !== index) throw new WireError("WIRE_BULK", { index });
    await arriving.file.write(bytes);
    arriving.range.append(leafHash(bytes));
    arriving.next = index + 1;
  }

  /** Keeps what has arrived from `peer` if it is whole and has this root. False if it is not there, now or from before. */
  async keep(peer: PartyId, root: string): Promise<boolean> {
    const arriving = this.#arriving.get(peer);
    if (arriving === undefined) return existsSync(this.path(root));
    this.#arriving.delete(peer);
    const whole = arriving.next === arriving.total && toHex(arriving.range.root()) === root;
    if (whole) await arriving.file.sync();
    await arriving.file.close();
    if (whole) await rename(arriving.path, this.path(root));
    else rmSync(arriving.path, { force: true });
    return whole || existsSync(this.path(root));
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
    for (const { file, path } of this.#arriving.values()) {
      await file.close();
      rmSync(path, { force: true });
    }
    this.#arriving.clear();
  }

  async #begin(peer: PartyId, key: string, total: number): Promise<void> {
    const before = this.#arriving.get(peer);
    if (before !== undefined) await before.file.close();
    const path = join(this.#folder, `arriving-${peer}`);
    this.#arriving.set(peer, { file: await open(path, "w", 0o644), path, range: new CompactRange(), key, next: 0, total });
  }
}
