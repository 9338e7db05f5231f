import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { addPart, openVector, partBytes } from "@cohortium/crypto/he/vector";
import { CompactRange, leafHash } from "@cohortium/crypto/merkle";
import { bytesOfWords, zeroWords, type Words } from "@cohortium/crypto/words";
import type { OpeningAsked } from "@cohortium/protocol/aggregation/encrypted/round-leader";
import type { Unopened } from "@cohortium/protocol/aggregation/encrypted/messages";
import type { SumAsked } from "@cohortium/protocol/aggregation/round-leader";
import { BulkStore } from "@cohortium/protocol/host/bulk-store";
import { sumFiles } from "@cohortium/protocol/host/sum-files";

/** A sum too long to be an event is no step of a training; its chunk root still stands in the log. */
const SUM_WORDS_MAX = 1 << 20;

/** A sum, and the root it is logged under. */
export interface Sum {
  readonly root: string;
  readonly words: Words;
}

/**
 * What nodes uploaded as files under their chunk root: `upload/<root>`, raw little-endian words. Masked vectors are uniform, ciphertexts as good
 * as that; they are published to those entitled to the sum, so that anybody of them can add again. Memory while adding: two chunks and the
 * sum; of encrypted sums, one part and the sum of all parts.
 */
export class Uploads extends BulkStore {
  /** @param folder - The published folder; `upload/` appears in it. */
  constructor(folder: string) {
    super(join(folder, "upload"), 0o644);
  }

  /** Adds the uploads and takes the masks away, chunk by chunk. @throws RangeError for a sum too long to be kept whole. */
  async sum({ ring, words, uploads, remove }: SumAsked): Promise<Sum> {
    refuseLong(words);
    const whole = zeroWords(ring, words);
    const range = new CompactRange();
    await sumFiles(uploads.map(({ root }) => this.path(root)), { ring, words }, remove, (stretch, byteOffset) => {
      range.append(leafHash(bytesOfWords(stretch)));
      bytesOfWords(whole).set(bytesOfWords(stretch), byteOffset);
    });
    return { root: toHex(range.root()), words: whole };
  }

  /** Adds ciphertexts and partial decryptions and opens their sum, or says why it does not open. @throws RangeError as `sum`. */
  async open({ parts, ...shape }: OpeningAsked): Promise<Sum | Pick<Unopened, "because" | "party">> {
    refuseLong(shape.words);
    const v = new Uint8Array(partBytes(shape));
    for (const { party, c0, decryption } of parts) {
      for (const root of [c0, decryption]) if (!addPart(v, await readFile(this.path(root)))) return { because: "residues", party };
    }
    const words = openVector(v, shape, parts.length);
    return words === null ? { because: "noise", party: null } : { words, root: toHex(chunkRoot(bytesOfWords(words))) };
  }
}

function refuseLong(words: number): void {
  if (words > SUM_WORDS_MAX) throw new RangeError(`a sum of ${words} words; a training step has at most ${SUM_WORDS_MAX}`);
}
