import type { Place, Reject, RoundTerms } from "./audit-place.js";
import type { RoundAgree, RoundOffer, RoundSurvivors } from "./bodies.js";

/** What a party uploaded or sealed: `content` is the root, or the roots, that its entry names. */
export interface ListedUpload {
  readonly party: string;
  readonly entry: number;
  readonly content: readonly string[];
}

/** What both kinds of round have in common: uploads of those who were asked, one list of survivors, and agreements to it. Objects to everything else. */
export class ListAudit {
  readonly #terms: RoundTerms;
  readonly #offer: RoundOffer;
  readonly #offerId: string;
  /** By entry id. */
  readonly #uploads = new Map<string, ListedUpload>();
  readonly #agreed = new Set<string>();
  #survivors: { readonly id: string; readonly uploads: ReadonlyMap<string, ListedUpload> } | null = null;

  constructor(terms: RoundTerms, offer: RoundOffer, offerId: string) {
    this.#terms = terms;
    this.#offer = offer;
    this.#offerId = offerId;
  }

  /** How many have agreed to the list. */
  get agreed(): number {
    return this.#agreed.size;
  }

  get isListed(): boolean {
    return this.#survivors !== null;
  }

  /** Who may be asked again: its survivors, or whoever was asked as long as there are none. */
  get left(): readonly string[] {
    return this.#survivors === null ? this.#offer.parties : [...this.#survivors.uploads.keys()];
  }

  /** What the survivors uploaded. */
  get uploads(): readonly ListedUpload[] {
    return [...(this.#survivors?.uploads.values() ?? [])];
  }

  upload(body: { readonly content: readonly string[]; readonly words: number; readonly offer: string }, { id, actor, entry }: Place, reject: Reject): void {
    const earlier = [...this.#uploads.values()].find(({ party }) => party === actor);
    if (earlier !== undefined && earlier.content.join() !== body.content.join()) {
      return reject("ROUND_SECOND", `${actor} uploaded something else before, in entry ${earlier.entry}`);
    }
    if (!this.#offer.parties.includes(actor)) reject("ROUND_PARTY", `${actor} was not asked to upload in this round`);
    if (body.offer !== this.#offerId) reject("ROUND_ORDER", `the upload of ${actor} answers another offer than this round's`);
    if (body.words !== this.#offer.words) reject("ROUND_WORDS", `${actor} uploaded ${body.words} words, the offer asks for ${this.#offer.words}`);
    this.#uploads.set(id, { party: actor, entry, content: body.content });
  }

  survivors(body: RoundSurvivors, { id }: Place, reject: Reject): void {
    // Two sums over different survivors differ by single parties' vectors.
    if (this.#survivors !== null) return reject("ROUND_SECOND", "a second list of survivors for one round");
    if (body.offer !== this.#offerId) reject("ROUND_ORDER", "the survivors are of another offer than this round's");
    const uploads = new Map<string, ListedUpload>();
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
    if (!this.names(body.survivors)) return reject("ROUND_ORDER", `${actor} agrees to survivors that are not this round's`);
    if (!this.isSurvivor(actor)) reject("ROUND_PARTY", `${actor} agrees, but is not a survivor`);
    this.#agreed.add(actor);
  }

  /** Whether this is the id of the round's list. */
  names(id: string): boolean {
    return this.#survivors !== null && this.#survivors.id === id;
  }

  isSurvivor(party: string): boolean {
    return this.#survivors?.uploads.has(party) ?? false;
  }
}
