import { ListAudit } from "./audit-list.js";
import type { Place, Reject, RoundTerms } from "./audit-place.js";
import type { FindingCode } from "./audit-report.js";
import type { Body, RoundOffer, RoundResult, RoundUnmask } from "./bodies.js";

/** What is logged of a round after its offer. */
export type RoundBody = Exclude<Extract<Body, { kind: `round.${string}` }>, RoundOffer>;

/** All that is needed to compute a round's sum again. */
export type CompletedRound = MaskedSum | EncryptedSum;

interface Sum {
  readonly ring: 32 | 64;
  readonly words: number;
  readonly root: string;
}

/** Σ uploads + Σ sign · AES-256-CTR(key) = result. */
export interface MaskedSum extends Sum {
  readonly scheme: "masked";
  readonly uploads: readonly { readonly party: string; readonly entry: number; readonly root: string }[];
  readonly masks: readonly MaskKey[];
}

/** Σ c_0 + Σ decryptions, decoded, = result. */
export interface EncryptedSum extends Sum {
  readonly scheme: "encrypted";
  readonly uploads: readonly { readonly party: string; readonly entry: number; readonly c0: string; readonly c1: string }[];
  readonly decryptions: readonly { readonly party: string; readonly entry: number; readonly root: string }[];
}

export interface MaskKey {
  readonly key: Uint8Array;
  readonly sign: 1 | -1;
}

/** One round as an auditor follows it. */
export interface RoundAuditing {
  /** Whether its result is logged. */
  readonly isDone: boolean;
  /** Who may be asked again: its survivors, or whoever was asked as long as there are none. */
  readonly left: readonly string[];
  /** Takes the next entry of the round; with its result, what is needed to compute the sum again, unless that is not there. */
  take(body: RoundBody, place: Place, reject: Reject): CompletedRound | null;
}

/** One round under masks, entry by entry, in the order the protocol allows. Objects to everything else. */
export class RoundAudit implements RoundAuditing {
  readonly #terms: RoundTerms;
  readonly #offer: RoundOffer;
  readonly #list: ListAudit;
  readonly #unmasks = new Map<string, RoundUnmask>();
  readonly #revealed = new Map<string, "self" | "orphan">();
  #isDone = false;

  constructor(terms: RoundTerms, offer: RoundOffer, offerId: string) {
    this.#terms = terms;
    this.#offer = offer;
    this.#list = new ListAudit(terms, offer, offerId);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get left(): readonly string[] {
    return this.#list.left;
  }

  take(body: RoundBody, place: Place, reject: Reject): CompletedRound | null {
    switch (body.kind) {
      case "round.upload": return this.#list.upload({ content: [body.root], words: body.words, offer: body.offer }, place, reject), null;
      case "round.survivors": return this.#list.survivors(body, place, reject), null;
      case "round.agree": return this.#list.agree(body, place, reject), null;
      case "round.unmask": return this.#unmask(body, place, reject), null;
      case "round.result": return this.#result(body, reject);
      case "round.sealed": case "round.decryption": return refuse(reject, "ROUND_SCHEME", `${body.kind} in a round under masks`);
    }
  }

  #unmask(body: RoundUnmask, { actor }: Place, reject: Reject): void {
    if (this.#unmasks.has(actor)) return reject("ROUND_SECOND", `a second unmasking by ${actor} in one round`);
    if (!this.#list.names(body.survivors)) return reject("ROUND_ORDER", `${actor} unmasks for survivors that are not this round's`);
    const { threshold } = this.#terms;
    const { agreed } = this.#list;
    if (agreed < threshold) reject("ROUND_ORDER", `${actor} unmasks after ${agreed} agreements; ${threshold} have to come first`);
    if (!this.#list.isSurvivor(actor)) reject("ROUND_PARTY", `${actor} unmasks, but is not a survivor`);
    this.#unmasks.set(actor, body);
    if (body.self !== null) this.#reveal(actor, "self", reject);
    for (const party of body.orphans.keys()) this.#reveal(party, "orphan", reject);
  }

  /** The finished round, or null if what is logged does not allow to compute it again. */
  #result(body: RoundResult, reject: Reject): CompletedRound | null {
    if (this.#isDone) return refuse(reject, "ROUND_SECOND", "a second result of one round");
    if (!this.#list.names(body.survivors)) return refuse(reject, "ROUND_ORDER", "a result of survivors that are not this round's");
    this.#isDone = true;
    if (body.words !== this.#offer.words) return refuse(reject, "ROUND_WORDS", `the result has ${body.words} words, the offer ${this.#offer.words}`);
    for (const party of body.recovered.self.keys()) this.#reveal(party, "self", reject);
    for (const [party, pairs] of body.recovered.orphans) {
      this.#reveal(party, "orphan", reject);
      if (![...pairs.keys()].every((peer) => this.#list.isSurvivor(peer))) {
        reject("ROUND_KEYS", `a key that ${party} shared with a party that is no survivor is revealed`);
      }
    }
    const masks = this.#masks(body, reject);
    if (masks === null) return null;
    const uploads = this.#list.uploads.map(({ party, entry, content: [root = ""] }) => ({ party, entry, root }));
    return { scheme: "masked", ring: this.#offer.ring, words: body.words, uploads, masks, root: body.root };
  }

  /** Both kinds of key of one party open what it uploaded. */
  #reveal(party: string, kind: "self" | "orphan", reject: Reject): void {
    const before = this.#revealed.get(party);
    if (before !== undefined && before !== kind) return reject("ROUND_BOTH_KEYS", `both the own and the shared mask keys of ${party} are revealed`);
    this.#revealed.set(party, kind);
    const isNeeded = kind === "self" ? this.#list.isSurvivor(party) : this.#dropped().includes(party);
    if (!isNeeded) reject("ROUND_KEYS", `a key of ${party} is revealed that this round does not need`);
  }

  /** Whoever was asked and is not in the sum. A party that was not asked shares no mask of this round. */
  #dropped(): readonly string[] {
    return this.#offer.parties.filter((party) => !this.#list.isSurvivor(party));
  }

  /**
   * y_i = x_i + PRG(self_i) + Σ_{j>i} PRG(pair_ij) − Σ_{j<i} PRG(pair_ij), over the j that the offer names: what has to be added to Σ y_i so
   * that Σ x_i remains.
   */
  #masks(body: RoundResult, reject: Reject): readonly MaskKey[] | null {
    const masks: MaskKey[] = [];
    for (const survivor of this.#offer.parties.filter((party) => this.#list.isSurvivor(party))) {
      const own = this.#unmasks.get(survivor)?.self ?? body.recovered.self.get(survivor);
      if (own === undefined) return refuse(reject, "ROUND_KEYS", `the own mask key of ${survivor} is not logged`);
      masks.push({ key: own, sign: -1 });
      for (const dropped of this.#dropped()) {
        const pair = this.#unmasks.get(survivor)?.orphans.get(dropped) ?? body.recovered.orphans.get(dropped)?.get(survivor);
        if (pair === undefined) return refuse(reject, "ROUND_KEYS", `the key ${survivor} shared with ${dropped} is not logged`);
        masks.push({ key: pair, sign: survivor < dropped ? -1 : 1 });
      }
    }
    return masks;
  }
}

/** Objects, and has nothing to compute again. */
export function refuse(reject: Reject, code: FindingCode, says: string): null {
  reject(code, says);
  return null;
}
