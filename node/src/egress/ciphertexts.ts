import { existsSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { freshEntropy } from "@cohortium/crypto/entropy";
import { addKeyShare } from "@cohortium/crypto/he/key-share";
import { KEY_BYTES } from "@cohortium/crypto/he/parameters";
import { addPart, decryptPart, encryptVector, partBytes, type Parts } from "@cohortium/crypto/he/vector";
import { openSeal } from "@cohortium/crypto/seal";
import type { Words } from "@cohortium/crypto/words";
import { keyShareIn, openingNoise, packingCoins, referenceOf, type KeySession } from "@cohortium/protocol/aggregation/encrypted/keys";
import type { DecryptionAsked } from "@cohortium/protocol/aggregation/encrypted/round-member";
import { NO_ROUND } from "@cohortium/protocol/aggregation/context";
import { writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import type { KeptPart, Ledger } from "../store/ledger.js";
import type { Received } from "./received.js";

/** A session as its key share is made from it. */
export interface KeyedSession extends KeySession {
  readonly entropy: Uint8Array;
}

/** Why nothing leaves. `clause` names a party, never a value. */
export interface Withheld {
  readonly kind: "refused";
  readonly code: "AGGREGATION_CIPHERTEXT" | "AGGREGATION_COMMITMENT" | "AGGREGATION_LOST" | "AGGREGATION_SECOND_ANSWER";
  readonly clause: string;
}

/**
 * What this node shows under encrypted sums, kept before anything of it leaves. A key share and a decryption follow from the session's entropy;
 * a ciphertext is drawn once, and once its roots are in the ledger no other is made for that round.
 */
export class Ciphertexts {
  readonly #ledger: Ledger;
  readonly #folder: string;
  readonly #received: Received;

  /** @param folder - Where what is shown waits for the link. */
  constructor(ledger: Ledger, folder: string, received: Received) {
    this.#ledger = ledger;
    this.#folder = folder;
    this.#received = received;
  }

  /** Draws this node's share of the joint key and returns the root of what is to be shown. The secret is not kept: it is drawn again when it is needed. */
  makeKey(own: KeyedSession): string {
    const { shown, secret } = keyShareIn(own, own.entropy);
    secret.wipe();
    const part = this.#write({ session: own.session, round: NO_ROUND, part: "share", list: "" }, shown);
    this.#received.link(own.session, part.root, part.path);
    this.#ledger.keepParts([part]);
    return part.root;
  }

  /** What was encrypted for this round before; null if nothing was. */
  before(session: string, round: number): { readonly c0: string; readonly c1: string } | Withheld | null {
    const [c0, c1] = [this.#ledger.part(session, round, "c0"), this.#ledger.part(session, round, "c1")];
    if (c0 === null || c1 === null) return null;
    const isThere = [c0, c1].every(({ path }) => existsSync(path));
    return isThere ? { c0: c0.root, c1: c1.root } : withheld("AGGREGATION_LOST", "the ciphertext of this round");
  }

  /**
   * Encrypts a vector under the sum of the key shares with these roots, and writes both halves where the link can read them. `keep` them in
   * the transaction that counts the release.
   *
   * Reveals: nothing to fewer than all parties together.
   */
  async encrypt(own: KeySession, round: number, words: Words, shares: Readonly<Record<string, string>>): Promise<readonly KeptPart[] | Withheld> {
    const b = new Uint8Array(KEY_BYTES);
    for (const [party, root] of Object.entries(shares)) {
      const shown = this.#received.read(own.session, root);
      if (shown === null) return withheld("AGGREGATION_LOST", `the key share of ${party}`);
      if (!addKeyShare(b, shown)) return withheld("AGGREGATION_CIPHERTEXT", `the key share of ${party}`);
    }
    const { c0, c1 } = await encrypted(words, { b, a: referenceOf(own) });
    const place = { session: own.session, round, list: "" };
    const [first, second] = [this.#write({ ...place, part: "c0" }, c0), this.#write({ ...place, part: "c1" }, c1)];
    this.#received.link(own.session, second.root, second.path);
    return [first, second];
  }

  /**
   * This node's one decryption of a round, of the sum of these ciphertexts: kept before it is returned, and the same if it is asked again.
   * Refused for another sum of the same round.
   *
   * Reveals: with the decryptions of all other parties the sum, and no other sum.
   */
  decrypt(own: KeyedSession, { round, list, question, ciphertexts }: DecryptionAsked): { readonly kind: "decrypted"; readonly root: string } | Withheld {
    const before = this.#ledger.part(own.session, round, "decryption");
    if (before !== null && before.list !== list) return withheld("AGGREGATION_SECOND_ANSWER", "another sum of this round was decrypted before");
    if (before !== null && existsSync(before.path)) return { kind: "decrypted", root: before.root };
    // The machine has agreed to a list with it; here, at the door, it is looked at once more.
    const own1 = this.#ledger.part(own.session, round, "c1")?.root;
    if (!ciphertexts.some(({ c1: root }) => root === own1)) return withheld("AGGREGATION_COMMITMENT", "a sum without this node's own ciphertext");
    const c1 = new Uint8Array(partBytes(question));
    for (const { party, c1: root } of ciphertexts) {
      const half = this.#received.read(own.session, root);
      if (half === null) return withheld("AGGREGATION_LOST", `the ciphertext of ${party}`);
      if (!addPart(c1, half)) return withheld("AGGREGATION_CIPHERTEXT", `the ciphertext of ${party}`);
    }
    const { secret } = keyShareIn(own, own.entropy);
    const d = decryptPart(c1, secret, (index) => openingNoise(own.entropy, list, index));
    secret.wipe();
    const part = this.#write({ session: own.session, round, part: "decryption", list }, d);
    this.#ledger.keepParts([part]);
    return { kind: "decrypted", root: part.root };
  }

  #write(place: Pick<KeptPart, "session" | "round" | "part" | "list">, bytes: Uint8Array): KeptPart {
    const path = join(this.#folder, `${place.session}-${place.round}.${place.part}`);
    writeFileAtomic(path, bytes, 0o600);
    return { ...place, root: toHex(chunkRoot(bytes)), bytes: bytes.length, path };
  }
}

async function encrypted(words: Words, publicKey: { readonly b: Uint8Array; readonly a: Uint8Array }): Promise<Parts> {
  const sealer = (await openSeal()).under(publicKey);
  try {
    // Fresh, as all of a ciphertext's randomness is.
    const entropy = freshEntropy();
    return encryptVector(words, sealer, (index) => packingCoins(entropy, index));
  } finally {
    sealer.close();
  }
}

function withheld(code: Withheld["code"], clause: string): Withheld {
  return { kind: "refused", code, clause };
}
