import { ListAudit } from "./audit-list.js";
import { refuse, type CompletedRound, type Opened, type Place, type Reject, type RoundAuditing, type RoundBody, type RoundTerms } from "./round-auditing.js";
import type { RoundDecryption, RoundOffer, RoundResult, RoundSealed } from "./bodies.js";

/** Who committed to a root first in a session, and in which round. */
export type SealedRoots = Map<string, { readonly party: string; readonly round: number }>;

/** One encrypted round, entry by entry, in the order the protocol allows. Objects to everything else. */
export class EncryptedRoundAudit implements RoundAuditing {
  readonly #offer: RoundOffer;
  readonly #list: ListAudit;
  /** By party. */
  readonly #decryptions = new Map<string, { readonly entry: number; readonly root: string }>();
  readonly #roots: SealedRoots;
  #isDone = false;

  /** @param roots - Of the session: one key opens all of its ciphertexts. */
  constructor(terms: RoundTerms, offer: RoundOffer, offerId: string, roots: SealedRoots) {
    this.#offer = offer;
    this.#roots = roots;
    this.#list = new ListAudit(terms, offer, offerId);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get left(): readonly string[] {
    return this.#list.left;
  }

  get opened(): Opened | null {
    const { purpose, model, plan } = this.#offer;
    const mayBeOpen = this.#isDone || this.#list.agreed >= this.#offer.parties.length;
    return mayBeOpen && this.#list.isListed ? { purpose, model, plan, survivors: this.#list.left } : null;
  }

  take(body: RoundBody, place: Place, reject: Reject): CompletedRound | null {
    switch (body.kind) {
      case "round.sealed": return this.#seal(body, place, reject), null;
      case "round.survivors": return this.#list.survivors(body, place, reject), null;
      case "round.agree": return this.#list.agree(body, place, reject), null;
      case "round.decryption": return this.#decrypt(body, place, reject), null;
      case "round.result": return this.#result(body, reject);
      case "round.upload": case "round.unmask": return refuse(reject, "ROUND_SCHEME", `${body.kind} in a round of encrypted sums`);
    }
  }

  #seal({ c0, c1, words, offer }: RoundSealed, place: Place, reject: Reject): void {
    // A ciphertext that is fixed after others were shown can be made out of them; one with the same root will be another's.
    if (this.#list.isListed) reject("ROUND_ORDER", `${place.actor} commits to a ciphertext after the list of those that are summed`);
    const { actor, round } = place;
    const first = [c0, c1].map((root) => this.#roots.get(root)).find((before) => before !== undefined && (before.party !== actor || before.round !== round));
    if (first !== undefined) reject("ROUND_SECOND", `${actor} commits to the ciphertext of ${first.party} in round ${first.round}`);
    for (const root of [c0, c1]) this.#roots.set(root, this.#roots.get(root) ?? { party: actor, round });
    this.#list.upload({ content: [c0, c1], words, offer }, place, reject);
  }

  #decrypt({ survivors, root }: RoundDecryption, { actor, entry }: Place, reject: Reject): void {
    if (this.#decryptions.has(actor)) return reject("ROUND_SECOND", `a second decryption by ${actor} in one round`);
    if (!this.#list.names(survivors)) return reject("ROUND_ORDER", `${actor} decrypts for survivors that are not this round's`);
    const due = this.#offer.parties.length;
    if (this.#list.agreed < due) reject("ROUND_ORDER", `${actor} decrypts after ${this.#list.agreed} agreements; all ${due} have to come first`);
    if (!this.#list.isSurvivor(actor)) reject("ROUND_PARTY", `${actor} decrypts, but is not a survivor`);
    this.#decryptions.set(actor, { entry, root });
  }

  /** The finished round, or null if what is logged does not allow to compute it again. */
  #result(body: RoundResult, reject: Reject): CompletedRound | null {
    if (this.#isDone) return refuse(reject, "ROUND_SECOND", "a second result of one round");
    if (!this.#list.names(body.survivors)) return refuse(reject, "ROUND_ORDER", "a result of survivors that are not this round's");
    this.#isDone = true;
    if (body.words !== this.#offer.words) return refuse(reject, "ROUND_WORDS", `the result has ${body.words} words, the offer ${this.#offer.words}`);
    if (body.recovered.self.size + body.recovered.orphans.size > 0) reject("ROUND_KEYS", "mask keys in a round of encrypted sums");
    const missing = this.#list.uploads.find(({ party }) => !this.#decryptions.has(party));
    if (missing !== undefined) return refuse(reject, "ROUND_KEYS", `the decryption of ${missing.party} is not logged`);
    return {
      scheme: "encrypted", ring: this.#offer.ring, words: body.words, root: body.root,
      uploads: this.#list.uploads.map(({ party, entry, content: [c0 = "", c1 = ""] }) => ({ party, entry, c0, c1 })),
      decryptions: [...this.#decryptions].map(([party, { entry, root }]) => ({ party, entry, root })),
    };
  }
}
