import { equalBytes, toHex } from "@cohortium/crypto/bytes";
import { CHUNK_SIZE_BYTES, chunkRoot } from "@cohortium/crypto/chunk-root";
import { applyMasks } from "@cohortium/crypto/masking";
import { bytesOfWords, type Words } from "@cohortium/crypto/words";
import type { SumAsked } from "@cohortium/protocol/aggregation/round-leader";
import type { ContributionAsked } from "@cohortium/protocol/aggregation/round-member";
import { sumStretch } from "@cohortium/protocol/aggregation/sum";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { seedOf } from "@cohortium/protocol/testing/world";
import type { Accounts } from "./accounts.js";
import type { Cast } from "./cast.js";
import type { Hands } from "./round.js";

/**
 * One vector of 32-bit words per party, in memory. Masked in place, as a node does it; what one round has masked is what the next one
 * contributes, for any words will do, and so no copying distorts the times.
 */
export class Vectors implements Hands {
  readonly length: number;
  readonly #words: ReadonlyMap<PartyId, Uint32Array>;
  readonly #coordinator: PartyId;

  constructor(cast: Cast, length: number) {
    this.length = length;
    this.#coordinator = cast.leader.self;
    this.#words = new Map(cast.companies.map(({ name }) => [name, arbitraryWords(name, length)]));
  }

  /** The sum without any secrets: same kernel, same stretches, no masks. */
  plainSum(): Uint32Array {
    return this.#sumInStretches((stretches, words) => sumStretch(stretches, { ring: 32, words }, [], 0));
  }

  contribute(party: PartyId, { hide }: ContributionAsked, accounts: Accounts): string {
    const words = this.#words.get(party);
    if (words === undefined || hide.scheme !== "masked") throw new RangeError("a contribution of nobody, or under no masks");
    accounts.spend(party, "mask", () => applyMasks(words, hide.masks, 0));
    return accounts.spend(party, "root", () => toHex(chunkRoot(bytesOfWords(words))));
  }

  /** What `sumStretch` does with masks, in its two halves, so that each gets a time of its own. */
  sum({ remove }: SumAsked, accounts: Accounts): { readonly root: string; readonly words: Words } {
    const sum = this.#sumInStretches((stretches, words, byteOffset) => {
      const added = accounts.spend(this.#coordinator, "sum", () => sumStretch(stretches, { ring: 32, words }, [], byteOffset));
      accounts.spend(this.#coordinator, "unmask", () => applyMasks(added, remove, byteOffset));
      return added;
    });
    return { root: accounts.spend(this.#coordinator, "root", () => toHex(chunkRoot(bytesOfWords(sum)))), words: sum };
  }

  #sumInStretches(add: (stretches: readonly Uint32Array[], words: number, byteOffset: number) => Words): Uint32Array {
    const sum = new Uint32Array(this.length);
    for (let at = 0; at < this.length; at += STRETCH_WORDS) {
      const end = Math.min(at + STRETCH_WORDS, this.length);
      const stretch = add([...this.#words.values()].map((words) => words.subarray(at, end)), end - at, at * WORD_BYTES);
      bytesOfWords(sum).set(bytesOfWords(stretch), at * WORD_BYTES);
    }
    return sum;
  }
}

/** A measurement of wrong sums measures nothing. @throws Error if they differ. */
export function mustEqual(sum: Words, expected: Words): void {
  if (!equalBytes(bytesOfWords(sum), bytesOfWords(expected))) throw new Error("the unmasked sum is not the sum of the vectors");
}

const WORD_BYTES = 4;
const STRETCH_WORDS = CHUNK_SIZE_BYTES / WORD_BYTES;

function arbitraryWords(party: PartyId, length: number): Uint32Array {
  const words = new Uint32Array(length);
  applyMasks(words, [{ key: seedOf(party, "words"), sign: 1 }], 0);
  return words;
}
