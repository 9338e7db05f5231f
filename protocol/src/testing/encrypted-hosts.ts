import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { addKeyShare } from "@cohortium/crypto/he/key-share";
import { KEY_BYTES } from "@cohortium/crypto/he/parameters";
import { addPart, decryptPart, encryptVector, openVector, partBytes } from "@cohortium/crypto/he/vector";
import type { Seal } from "@cohortium/crypto/seal";
import { bytesOfWords, type Words } from "@cohortium/crypto/words";
import type { Encrypted, KeyMade, Opened, PartDecrypted, Unopened } from "../aggregation/encrypted/messages.js";
import { keyShareIn, openingNoise, packingCoins, referenceOf } from "../aggregation/encrypted/keys.js";
import type { OpeningAsked } from "../aggregation/encrypted/round-leader.js";
import type { DecryptionAsked } from "../aggregation/encrypted/round-member.js";
import type { Hiding } from "../aggregation/round-member.js";
import type { Speaker } from "../aggregation/context.js";

/** A node as its host knows it: who it is, and the entropy of its session. */
interface OwnSession {
  readonly speaker: Speaker;
  readonly entropy: Uint8Array;
}

/** What the hosts of a seeded world do for encrypted sums, in memory: the same arithmetic as in products, and one store for all bytes. */
export class EncryptedHosts {
  /** By root: key shares, halves of ciphertexts, partial decryptions. */
  readonly bulks = new Map<string, Uint8Array>();
  /** Encryption cannot be repeated, so what was encrypted is kept, as egress keeps it. */
  readonly #encrypted = new Map<string, Encrypted>();
  readonly #seal: Seal | undefined;

  constructor(seal: Seal | undefined) {
    this.#seal = seal;
  }

  makeKey({ speaker, entropy }: OwnSession, atMs: number): KeyMade {
    return { kind: "key-made", root: this.#keep(keyShareIn(speaker, entropy).shown), atMs };
  }

  encrypt({ speaker, entropy }: OwnSession, round: number, words: Words, { shares }: Extract<Hiding, { readonly scheme: "encrypted" }>): Omit<Encrypted, "atMs"> {
    const key = `${speaker.self}/${round}`;
    const before = this.#encrypted.get(key);
    if (before !== undefined) return before;
    if (this.#seal === undefined) throw new Error("a world of encrypted sums needs SEAL");
    const b = new Uint8Array(KEY_BYTES);
    for (const root of Object.values(shares)) addKeyShare(b, this.#bulk(root));
    const sealer = this.#seal.under({ b, a: referenceOf(speaker) });
    const coins = expandEntropy(entropy, `he/packing/${round}`, 32);
    const { c0, c1 } = encryptVector(words, sealer, (index) => packingCoins(coins, index));
    sealer.close();
    const made: Encrypted = { kind: "encrypted", round, c0: this.#keep(c0), c1: this.#keep(c1), words: words.length, atMs: 0 };
    this.#encrypted.set(key, made);
    return made;
  }

  decrypt({ speaker, entropy }: OwnSession, { round, list, question, ciphertexts }: DecryptionAsked, atMs: number): PartDecrypted {
    const c1 = new Uint8Array(partBytes(question));
    for (const ciphertext of ciphertexts) addPart(c1, this.#bulk(ciphertext.c1));
    const d = decryptPart(c1, keyShareIn(speaker, entropy).secret, (index) => openingNoise(entropy, list, index));
    return { kind: "part-decrypted", round, root: this.#keep(d), atMs };
  }

  open({ round, parts, ...shape }: OpeningAsked, atMs: number): Opened | Unopened {
    const v = new Uint8Array(partBytes(shape));
    for (const { party, c0, decryption } of parts) {
      if (![c0, decryption].every((root) => addPart(v, this.#bulk(root)))) return { kind: "unopened", round, because: "residues", party, atMs };
    }
    const words = openVector(v, shape, parts.length);
    if (words === null) return { kind: "unopened", round, because: "noise", party: null, atMs };
    return { kind: "opened", round, words, root: toHex(chunkRoot(bytesOfWords(words))), atMs };
  }

  #bulk(root: string): Uint8Array {
    return this.bulks.get(root) ?? new Uint8Array();
  }

  #keep(bytes: Uint8Array): string {
    const root = toHex(chunkRoot(bytes));
    this.bulks.set(root, bytes);
    return root;
  }
}
