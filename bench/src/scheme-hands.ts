import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { addKeyShare } from "@cohortium/crypto/he/key-share";
import { KEY_BYTES } from "@cohortium/crypto/he/parameters";
import { addPart, decryptPart, encryptVector, openVector, partBytes } from "@cohortium/crypto/he/vector";
import { applyMasks } from "@cohortium/crypto/masking";
import type { Seal } from "@cohortium/crypto/seal";
import { bytesOfWords } from "@cohortium/crypto/words";
import { keyShareIn, openingNoise, packingCoins, referenceOf } from "@cohortium/protocol/aggregation/encrypted/keys";
import type { DecryptionAsked } from "@cohortium/protocol/aggregation/encrypted/round-member";
import type { LeadingRound } from "@cohortium/protocol/aggregation/leading";
import type { PartakingRound, PartakingSetup } from "@cohortium/protocol/aggregation/partaking";
import type { ContributionAsked } from "@cohortium/protocol/aggregation/round-member";
import { sumStretch } from "@cohortium/protocol/aggregation/sum";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { seedOf } from "@cohortium/protocol/testing/world";
import type { Accounts } from "./accounts.js";
import { AT_MS, type Cast, type Company } from "./cast.js";
import type { SchemeHands } from "./scheme-play.js";

/**
 * Everybody's vectors, and what products do with them, in memory and without the files in between: `mask` is hiding the vector, `sum` adding,
 * `unmask` what opens the sum.
 */
export class VectorHands implements SchemeHands {
  readonly vectors: ReadonlyMap<PartyId, BigUint64Array>;
  readonly #cast: Cast;
  readonly #seal: Seal;
  readonly #bulks = new Map<string, Uint8Array>();

  constructor(cast: Cast, words: number, seal: Seal) {
    this.#cast = cast;
    this.#seal = seal;
    this.vectors = new Map(cast.companies.map(({ name }) => [name, arbitraryWords(name, words)]));
  }

  makeKey(party: PartyId, accounts: Accounts): PartakingSetup["event"] {
    const { speaker, entropy } = this.#company(party);
    const { shown } = accounts.spend(party, "mask", () => keyShareIn(speaker, entropy));
    return { kind: "key-made", root: this.#keep(party, shown, accounts), atMs: AT_MS };
  }

  answer(party: PartyId, ask: PartakingRound["ask"], accounts: Accounts): PartakingRound["event"] {
    switch (ask.kind) {
      case "permit": return { kind: "permitted", round: ask.round, atMs: AT_MS };
      case "contribute": return this.#contribute(party, ask, accounts);
      case "decrypt": return this.#decrypt(party, ask, accounts);
    }
  }

  conclude(ask: LeadingRound["ask"], accounts: Accounts): LeadingRound["event"] {
    const centre = this.#cast.leader.self;
    switch (ask.kind) {
      case "sum": {
        const words = accounts.spend(centre, "sum", () => sumStretch(ask.uploads.map(({ root }) => wordsOf(this.#bulk(root))), ask, [], 0));
        accounts.spend(centre, "unmask", () => applyMasks(words, ask.remove, 0));
        return { kind: "summed", round: ask.round, words, root: this.#keep(centre, bytesOfWords(words), accounts), atMs: AT_MS };
      }
      case "open": {
        const v = new Uint8Array(partBytes(ask));
        accounts.spend(centre, "sum", () => ask.parts.forEach(({ c0, decryption }) => [c0, decryption].forEach((root) => addPart(v, this.#bulk(root)))));
        const words = accounts.spend(centre, "unmask", () => openVector(v, ask, ask.parts.length));
        if (words === null) throw new Error("a sum did not open");
        return { kind: "opened", round: ask.round, words, root: this.#keep(centre, bytesOfWords(words), accounts), atMs: AT_MS };
      }
    }
  }

  #contribute(party: PartyId, { round, hide }: ContributionAsked, accounts: Accounts): PartakingRound["event"] {
    const words = this.vectors.get(party)?.slice() ?? new BigUint64Array();
    switch (hide.scheme) {
      case "masked": {
        accounts.spend(party, "mask", () => applyMasks(words, hide.masks, 0));
        return { kind: "contributed", round, root: this.#keep(party, bytesOfWords(words), accounts), words: words.length, atMs: AT_MS };
      }
      case "encrypted": {
        const { c0, c1 } = accounts.spend(party, "mask", () => {
          const b = new Uint8Array(KEY_BYTES);
          for (const root of Object.values(hide.shares)) addKeyShare(b, this.#bulk(root));
          const sealer = this.#seal.under({ b, a: referenceOf(this.#company(party).speaker) });
          const coins = expandEntropy(this.#company(party).entropy, "he/packing", 32);
          const parts = encryptVector(words, sealer, (index) => packingCoins(coins, index));
          sealer.close();
          return parts;
        });
        return { kind: "encrypted", round, c0: this.#keep(party, c0, accounts), c1: this.#keep(party, c1, accounts), words: words.length, atMs: AT_MS };
      }
    }
  }

  #decrypt(party: PartyId, { round, list, question, ciphertexts }: DecryptionAsked, accounts: Accounts): PartakingRound["event"] {
    const { speaker, entropy } = this.#company(party);
    const sum = new Uint8Array(partBytes(question));
    accounts.spend(party, "sum", () => ciphertexts.forEach(({ c1 }) => addPart(sum, this.#bulk(c1))));
    const d = accounts.spend(party, "unmask", () =>
      decryptPart(sum, keyShareIn(speaker, entropy).secret, (index) => openingNoise(entropy, list, index)));
    return { kind: "part-decrypted", round, root: this.#keep(party, d, accounts), atMs: AT_MS };
  }

  #keep(who: string, bytes: Uint8Array, accounts: Accounts): string {
    const root = accounts.spend(who, "root", () => toHex(chunkRoot(bytes)));
    this.#bulks.set(root, bytes);
    return root;
  }

  #bulk(root: string): Uint8Array {
    return this.#bulks.get(root) ?? new Uint8Array();
  }

  #company(party: PartyId): Company {
    const company = this.#cast.companies.find(({ name }) => name === party);
    if (company === undefined) throw new RangeError("nobody of that name");
    return company;
  }
}

function wordsOf(bytes: Uint8Array): BigUint64Array {
  return new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
}

/** Numbers of either sign that leave room for the sum of 64 of them, as layouts do. */
function arbitraryWords(party: PartyId, length: number): BigUint64Array {
  const words = new BigUint64Array(length);
  applyMasks(words, [{ key: seedOf(party, "words"), sign: 1 }], 0);
  return new BigUint64Array(new BigInt64Array(words.buffer).map((number) => number >> HEADROOM_BITS).buffer);
}

const HEADROOM_BITS = 8n;
