import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { ListAudit } from "./audit-list.js";
import type { RoundOffer, RoundResult, RoundUnmask } from "./bodies.js";
import { maskKey } from "./mask-key.js";
import { refuse, type CompletedRound, type MaskKey, type Opened, type Place, type Reject, type RoundAuditing, type RoundBody, type RoundTerms } from "./round-auditing.js";

/** One round under masks, entry by entry, in the order the protocol allows. Objects to everything else. */
export class RoundAudit implements RoundAuditing {
  readonly #terms: RoundTerms;
  readonly #offer: RoundOffer;
  readonly #offerId: string;
  readonly #commitments: ReadonlyMap<string, string>;
  readonly #list: ListAudit;
  readonly #unmasks = new Map<string, RoundUnmask>();
  readonly #revealed = new Map<string, "self" | "orphan">();
  #isDone = false;

  /** @param commitments - SHA-256 of each party's self seed of this round, as it signed them. */
  constructor(terms: RoundTerms, offer: RoundOffer, offerId: string, commitments: ReadonlyMap<string, string>) {
    this.#terms = terms;
    this.#offer = offer;
    this.#offerId = offerId;
    this.#commitments = commitments;
    this.#list = new ListAudit(terms, offer, offerId);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get opened(): Opened | null {
    const { purpose, model, plan } = this.#offer;
    const mayBeOpen = this.#isDone || this.#list.agreed >= this.#terms.threshold;
    return mayBeOpen && this.#list.isListed ? { purpose, model, plan, survivors: this.#list.left } : null;
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
    const rebuilt = this.#rebuiltKeys(body, reject);
    const masks = rebuilt === null ? null : this.#masks(body, rebuilt, reject);
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

  /** The self mask keys of the silent. A coordinator could else name any key, and with it any sum. Null if a seed is not what its owner committed to. */
  #rebuiltKeys({ recovered: { self } }: RoundResult, reject: Reject): ReadonlyMap<string, Uint8Array> | null {
    const foreign = [...self].filter(([party, seed]) => toHex(sha256(seed)) !== this.#commitments.get(party)).map(([party]) => party);
    if (foreign.length > 0) return refuse(reject, "ROUND_KEYS", `the self seed shown for ${foreign.join(", ")} is not the one it committed to`);
    return new Map([...self].map(([party, seed]) => [party, maskKey(seed, this.#offerId, "self")]));
  }

  /**
   * y_i = x_i + PRG(self_i) + Σ_{j>i} PRG(pair_ij) − Σ_{j<i} PRG(pair_ij), over the j that the offer names: what has to be added to Σ y_i so
   * that Σ x_i remains.
   */
  #masks(body: RoundResult, rebuilt: ReadonlyMap<string, Uint8Array>, reject: Reject): readonly MaskKey[] | null {
    const masks: MaskKey[] = [];
    for (const survivor of this.#offer.parties.filter((party) => this.#list.isSurvivor(party))) {
      const own = this.#unmasks.get(survivor)?.self ?? rebuilt.get(survivor);
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
