import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { FindingCode } from "./audit-report.js";
import type { RoundAgree, RoundOffer, RoundResult, RoundSurvivors, RoundUnmask, RoundUpload } from "./bodies.js";
import { maskKey } from "./mask-key.js";

/** All that is needed to compute a round's sum again: Σ uploads + Σ sign · AES-256-CTR(key) = result. */
export interface CompletedRound {
  readonly ring: 32 | 64;
  readonly words: number;
  readonly uploads: readonly { readonly party: string; readonly entry: number; readonly root: string }[];
  readonly masks: readonly MaskKey[];
  readonly root: string;
}

export interface MaskKey {
  readonly key: Uint8Array;
  readonly sign: 1 | -1;
}

/** A sum that enough parties helped to open, whether or not its result is logged. */
export interface OpenedSum {
  readonly purpose: string;
  readonly model: string;
  readonly survivors: readonly string[];
}

/** Where an entry stands: its index, its id, who signed it, under which charter and in which round. */
export interface Place {
  readonly entry: number;
  readonly id: string;
  readonly actor: string;
  readonly charter: string;
  readonly round: number;
}

/** What a round is held to: so many must agree before anything is unmasked, and so many at least must survive. */
interface RoundTerms {
  readonly threshold: number;
  readonly least: number;
}

export type Reject = (code: FindingCode, says: string) => void;

interface Upload extends Pick<RoundUpload, "root" | "words"> {
  readonly party: string;
  readonly entry: number;
}

/** One round, entry by entry, in the order the protocol allows. Objects to everything else. */
export class RoundAudit {
  readonly #terms: RoundTerms;
  readonly #offer: RoundOffer;
  readonly #offerId: string;
  readonly #commitments: ReadonlyMap<string, string>;
  /** By entry id. */
  readonly #uploads = new Map<string, Upload>();
  readonly #agreed = new Set<string>();
  readonly #unmasks = new Map<string, RoundUnmask>();
  readonly #revealed = new Map<string, "self" | "orphan">();
  #survivors: { readonly id: string; readonly uploads: ReadonlyMap<string, Upload> } | null = null;
  #isDone = false;

  /** @param commitments - SHA-256 of each party's self seed of this round, as it signed them. */
  constructor(terms: RoundTerms, offer: RoundOffer, offerId: string, commitments: ReadonlyMap<string, string>) {
    this.#terms = terms;
    this.#offer = offer;
    this.#offerId = offerId;
    this.#commitments = commitments;
  }

  /** Whether its result is logged. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The sum, if it is logged or enough have answered, so that the coordinator can read it also where it keeps that to itself; else null. */
  get opened(): OpenedSum | null {
    const { purpose, model } = this.#offer;
    const isOpen = this.#isDone || this.#unmasks.size >= this.#terms.threshold;
    return isOpen && this.#survivors !== null ? { purpose, model, survivors: [...this.#survivors.uploads.keys()] } : null;
  }

  /** Who may be asked again: its survivors, or whoever was asked as long as there are none. */
  get left(): readonly string[] {
    return this.#survivors === null ? this.#offer.parties : [...this.#survivors.uploads.keys()];
  }

  upload(body: RoundUpload, { id, actor, entry }: Place, reject: Reject): void {
    const earlier = [...this.#uploads.values()].find(({ party }) => party === actor);
    if (earlier !== undefined && earlier.root !== body.root) {
      return reject("ROUND_SECOND", `${actor} uploaded something else before, in entry ${earlier.entry}`);
    }
    if (!this.#offer.parties.includes(actor)) reject("ROUND_PARTY", `${actor} was not asked to upload in this round`);
    if (body.offer !== this.#offerId) reject("ROUND_ORDER", `the upload of ${actor} answers another offer than this round's`);
    if (body.words !== this.#offer.words) reject("ROUND_WORDS", `${actor} uploaded ${body.words} words, the offer asks for ${this.#offer.words}`);
    this.#uploads.set(id, { party: actor, entry, root: body.root, words: body.words });
  }

  survivors(body: RoundSurvivors, { id }: Place, reject: Reject): void {
    // Two sums over different survivors differ by single parties' vectors.
    if (this.#survivors !== null) return reject("ROUND_SECOND", "a second list of survivors for one round");
    if (body.offer !== this.#offerId) reject("ROUND_ORDER", "the survivors are of another offer than this round's");
    const uploads = new Map<string, Upload>();
    for (const [party, uploadId] of body.uploads) {
      const upload = this.#uploads.get(uploadId);
      if (upload?.party === party) uploads.set(party, upload);
      else reject("ROUND_ORDER", `${party} is listed as a survivor before any upload of it is logged`);
    }
    const { least } = this.#terms;
    if (body.uploads.size < least) reject("ROUND_TOO_FEW", `${body.uploads.size} survivors where ${least} are the least`);
    this.#survivors = { id, uploads };
  }

  agree(body: RoundAgree, { actor }: Place, reject: Reject): void {
    if (!this.#namesSurvivors(body.survivors)) return reject("ROUND_ORDER", `${actor} agrees to survivors that are not this round's`);
    if (!this.#isSurvivor(actor)) reject("ROUND_PARTY", `${actor} agrees, but is not a survivor`);
    this.#agreed.add(actor);
  }

  unmask(body: RoundUnmask, { actor }: Place, reject: Reject): void {
    if (this.#unmasks.has(actor)) return reject("ROUND_SECOND", `a second unmasking by ${actor} in one round`);
    if (!this.#namesSurvivors(body.survivors)) return reject("ROUND_ORDER", `${actor} unmasks for survivors that are not this round's`);
    const { threshold } = this.#terms;
    const agreed = this.#agreed.size;
    if (agreed < threshold) reject("ROUND_ORDER", `${actor} unmasks after ${agreed} agreements; ${threshold} have to come first`);
    if (!this.#isSurvivor(actor)) reject("ROUND_PARTY", `${actor} unmasks, but is not a survivor`);
    this.#unmasks.set(actor, body);
    if (body.self !== null) this.#reveal(actor, "self", reject);
    for (const party of body.orphans.keys()) this.#reveal(party, "orphan", reject);
  }

  /** The finished round, or null if what is logged does not allow to compute it again. */
  result(body: RoundResult, reject: Reject): CompletedRound | null {
    if (this.#isDone) return refuse(reject, "ROUND_SECOND", "a second result of one round");
    if (this.#survivors === null || !this.#namesSurvivors(body.survivors)) {
      return refuse(reject, "ROUND_ORDER", "a result of survivors that are not this round's");
    }
    this.#isDone = true;
    if (body.words !== this.#offer.words) return refuse(reject, "ROUND_WORDS", `the result has ${body.words} words, the offer ${this.#offer.words}`);
    for (const party of body.recovered.self.keys()) this.#reveal(party, "self", reject);
    for (const [party, pairs] of body.recovered.orphans) {
      this.#reveal(party, "orphan", reject);
      if (![...pairs.keys()].every((peer) => this.#isSurvivor(peer))) {
        reject("ROUND_KEYS", `a key that ${party} shared with a party that is no survivor is revealed`);
      }
    }
    const rebuilt = this.#rebuiltKeys(body, reject);
    const masks = rebuilt === null ? null : this.#masks(body, rebuilt, reject);
    if (masks === null) return null;
    const uploads = [...this.#survivors.uploads.values()].map(({ party, entry, root }) => ({ party, entry, root }));
    return { ring: this.#offer.ring, words: body.words, uploads, masks, root: body.root };
  }

  #namesSurvivors(id: string): boolean {
    return this.#survivors !== null && this.#survivors.id === id;
  }

  #isSurvivor(party: string): boolean {
    return this.#survivors?.uploads.has(party) ?? false;
  }

  /** Both kinds of key of one party open what it uploaded. */
  #reveal(party: string, kind: "self" | "orphan", reject: Reject): void {
    const before = this.#revealed.get(party);
    if (before !== undefined && before !== kind) return reject("ROUND_BOTH_KEYS", `both the own and the shared mask keys of ${party} are revealed`);
    this.#revealed.set(party, kind);
    const isNeeded = kind === "self" ? this.#isSurvivor(party) : this.#dropped().includes(party);
    if (!isNeeded) reject("ROUND_KEYS", `a key of ${party} is revealed that this round does not need`);
  }

  /** Whoever was asked and is not in the sum. A party that was not asked shares no mask of this round. */
  #dropped(): readonly string[] {
    return this.#offer.parties.filter((party) => !this.#isSurvivor(party));
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
    for (const survivor of this.#offer.parties.filter((party) => this.#isSurvivor(party))) {
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

function refuse(reject: Reject, code: FindingCode, says: string): null {
  reject(code, says);
  return null;
}
