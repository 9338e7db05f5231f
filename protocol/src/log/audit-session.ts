import type { LoggedCharter } from "./audit-charters.js";
import type { Milestone } from "./audit-milestones.js";
import { EncryptedRoundAudit, type SealedRoots } from "./audit-encrypted-round.js";
import { RoundAudit } from "./audit-round.js";
import type { Body, Comparison, Ready, RoundOffer, Roster, SessionClose, SessionData, SessionOffer } from "./bodies.js";
import type { OpenedSum, Place, Reject, RoundAuditing, RoundBody } from "./round-auditing.js";
import { survivorsNeeded, termsOfOthers, thresholdFor, type SumTerms } from "./sum-terms.js";

/** What an offered session may say. */
export type SessionBody = Exclude<Body, { kind: "log.opened" | "enrolment" | "revocation" | `charter${string}` | "session.offer" }>;

/** One session from its offer to its end, entry by entry, in the order the protocol allows. Objects to everything else. */
export class SessionAudit {
  readonly #id: string;
  readonly charter: LoggedCharter;
  readonly #offered: SessionOffer;
  readonly #without: string;
  readonly #terms: SumTerms;
  /** Whether nobody may be missing who is in the charter and not left out. */
  readonly #asksAll: boolean;
  /** Entry ids of bundles, or of commitments to key shares, by the party that signed them. */
  readonly #bundles = new Map<string, Set<string>>();
  /** The entry ids of what each party stated about its columns. */
  readonly #stated = new Map<string, string>();
  /** SHA-256 of the self seeds of every round, in order, by the party that signed them. */
  readonly #commitments = new Map<string, readonly string[]>();
  readonly #sealed: SealedRoots = new Map();
  readonly #rounds = new Map<number, RoundAuditing>();
  #roster: Roster | null = null;
  #ready: Ready | null = null;
  #last: RoundAuditing | null = null;
  /** The digest of the model the session was closed with. */
  #released: string | null = null;
  /** The entry ids of what each party published of its gain. */
  readonly #compared = new Map<string, string>();
  #isOver = false;

  constructor(id: string, charter: LoggedCharter, offered: SessionOffer) {
    const { without } = offered;
    this.#id = id;
    this.charter = charter;
    this.#offered = offered;
    this.#without = without;
    this.#asksAll = charter.terms.scheme === "encrypted" || without !== "";
    this.#terms = without === "" ? charter.terms : termsOfOthers(charter.terms, charter.parties.size - 1);
  }

  /** What was offered, in the entry of this index. */
  begun(entry: number): Milestone {
    return { kind: "begun", ...this.#at({ entry }) };
  }

  /** Takes the next entry of the session, and says what of the computation it shows, if anything. */
  take(body: SessionBody, place: Place, reject: Reject): Milestone | null {
    if (place.charter !== this.charter.digest) reject("CHARTER_OTHER", "the session was offered under another charter");
    if (body.kind === "comparison") return this.#compare(body, place, reject);
    if (this.#isOver) reject("ROUND_ORDER", `${body.kind} in a session that is over`);
    switch (body.kind) {
      case "shares": return this.#commitSeeds(place.actor, body.selfSeeds, reject), null;
      case "session.data": return this.#state(body, place, reject);
      case "bundle": {
        this.#expect("masked", body.kind, reject);
        const ids = this.#bundles.get(place.actor) ?? new Set();
        this.#bundles.set(place.actor, ids.add(place.id));
        return null;
      }
      case "key.commit": return this.#commit(place, reject), null;
      case "roster": return this.#list(body, reject), null;
      case "ready": {
        if (this.#ready !== null) reject("ROUND_SECOND", "a second list of ready parties in one session");
        const { parties = [] } = this.#roster ?? {};
        if (!body.parties.every((party) => parties.includes(party))) reject("ROUND_PARTY", "a party is ready that is not on the roster");
        this.#checkAll(body.parties, "ready parties", reject);
        this.#ready ??= body;
        return null;
      }
      case "round.offer": return this.#offer(body, place, reject);
      case "round.upload": case "round.survivors": case "round.agree": case "round.unmask": case "round.result": case "round.sealed": case "round.decryption":
        return this.#inRound(body, place, reject);
      case "model": return { kind: "kept", ...this.#at(place), model: body };
      case "session.close": return this.#close(body, place, reject);
      case "session.abort": return this.#isOver = true, null;
    }
  }

  /** The sum of this round, once it is open or could be. */
  opened(round: number): OpenedSum | null {
    const opened = this.#rounds.get(round)?.opened ?? null;
    return opened === null ? null : { ...opened, without: this.#without };
  }

  #state(data: SessionData, place: Place, reject: Reject): Milestone | null {
    const before = this.#stated.get(place.actor);
    if (before === place.id) return null;
    if (before !== undefined) return reject("ROUND_SECOND", `${place.actor} states two different things about its columns`), null;
    if (this.#roster !== null) reject("ROUND_ORDER", `${place.actor} states what its columns mean after the parties were listed`);
    this.#stated.set(place.actor, place.id);
    return { kind: "stated", ...this.#at(place), party: place.actor, data };
  }

  #commitSeeds(party: string, selfSeeds: readonly string[], reject: Reject): void {
    this.#expect("masked", "shares", reject);
    const before = this.#commitments.get(party);
    if (before === undefined) this.#commitments.set(party, selfSeeds);
    else if (before.join() !== selfSeeds.join()) reject("ROUND_SECOND", `${party} committed to other mask seeds before`);
  }

  #expect(scheme: SumTerms["scheme"], kind: string, reject: Reject): void {
    if (this.charter.terms.scheme !== scheme) reject("ROUND_SCHEME", `${kind} under a charter of ${this.charter.terms.scheme} sums`);
  }

  /** A share that is fixed after others were shown can be the difference to a key that somebody knows. */
  #commit({ actor, id }: Place, reject: Reject): void {
    this.#expect("encrypted", "key.commit", reject);
    if (this.#roster !== null) reject("ROUND_ORDER", `${actor} commits to a key share after the roster`);
    const before = this.#bundles.get(actor);
    if (before?.has(id) === false) return reject("ROUND_SECOND", `${actor} commits to a second key share`);
    this.#bundles.set(actor, new Set([id]));
  }

  #list(roster: Roster, reject: Reject): void {
    if (this.#roster !== null) reject("ROUND_SECOND", "a second roster in one session");
    const strangers = roster.parties.filter((party) => this.#bundles.get(party)?.has(roster.bundles.get(party) ?? "") !== true);
    if (strangers.length > 0) reject("ROUND_ORDER", `the roster names no key bundle logged before for ${strangers.join(", ")}`);
    const { parties } = this.charter;
    const terms = this.#terms;
    if (!roster.parties.every((party) => parties.has(party))) reject("ROUND_PARTY", "a party is on the roster that is not in the charter");
    if (this.#without !== "" && roster.parties.includes(this.#without)) reject("ROUND_PARTY", `${this.#without} is on the roster of a session that was offered without it`);
    this.#checkAll(roster.parties, "parties on the roster", reject);
    const due = thresholdFor(roster.parties.length, terms.quorum);
    // Fewer helpers could open two lists of survivors of one round, and the difference is single parties' vectors.
    if (!(roster.threshold >= due)) reject("ROUND_TOO_FEW", `the roster lets ${roster.threshold} parties open a sum where ${due} are the least`);
    if (roster.minimum !== terms.minimumParties) {
      reject("ROUND_TOO_FEW", `the roster asks for ${roster.minimum} survivors where the charter asks for ${terms.minimumParties}`);
    }
    this.#roster ??= roster;
  }

  /** A joint key is all parties'; and a training without one company, with another missing, would be one without two. */
  #checkAll({ length }: readonly string[], what: string, reject: Reject): void {
    const all = this.charter.parties.size - (this.#without === "" ? 0 : 1);
    if (this.#asksAll && length < all) reject("ROUND_TOO_FEW", `${length} ${what} where the session has ${all}`);
  }

  #offer(offer: RoundOffer, place: Place, reject: Reject): Milestone | null {
    const [roster, ready, last] = [this.#roster, this.#ready, this.#last];
    if (this.#rounds.has(place.round)) return reject("ROUND_SECOND", "a second offer of one round"), null;
    if (roster === null || ready === null) return reject("ROUND_ORDER", "a round before the session has a roster and ready parties"), null;
    // A sum that is taken but not logged would be one that only the coordinator knows.
    if (last?.isDone === false) reject("ROUND_ORDER", "a next round is offered while the one before has no result");
    if (place.round !== this.#rounds.size + 1) reject("ROUND_ORDER", `round ${place.round} is offered where round ${this.#rounds.size + 1} would follow`);
    this.#checkAsked(offer, last?.left ?? ready.parties, reject);
    const silent = offer.parties.filter((party) => roster.parties.includes(party) && !this.#stated.has(party));
    if (silent.length > 0) reject("SCHEMA_MISSING", `a round is asked of ${silent.join(", ")}, who stated nothing about columns`);
    const terms = this.#terms;
    const least = survivorsNeeded(terms, roster.threshold, { number: place.round, asked: offer.parties.length });
    const held = { threshold: roster.threshold, least };
    const commitments = new Map([...this.#commitments].map(([party, seeds]) => [party, seeds[place.round - 1] ?? ""]));
    this.#last = terms.scheme === "masked" ? new RoundAudit(held, offer, place.id, commitments) : new EncryptedRoundAudit(held, offer, place.id, this.#sealed);
    this.#rounds.set(place.round, this.#last);
    return { kind: "offered", ...this.#at(place), round: place.round, asked: offer };
  }

  /** `left` are the parties that a round may ask: those that are ready, then the survivors of the round before. */
  #checkAsked({ parties }: RoundOffer, left: readonly string[], reject: Reject): void {
    const isFirst = this.#last === null;
    const strangers = parties.filter((party) => !left.includes(party));
    if (strangers.length > 0) reject("ROUND_PARTY", `the offer names ${strangers.join(", ")}, not ${isFirst ? "ready" : "a survivor of the round before"}`);
    const mayShrink = !isFirst && this.charter.terms.dropouts === "continue";
    const leftOut = left.filter((party) => !parties.includes(party));
    if (leftOut.length > 0 && !mayShrink) reject("ROUND_PARTY", `the offer leaves out ${leftOut.join(", ")}, which the charter does not allow here`);
  }

  #inRound(body: RoundBody, place: Place, reject: Reject): Milestone | null {
    const round = this.#rounds.get(place.round);
    if (round === undefined) return reject("ROUND_ORDER", `${body.kind} of a round that was not offered`), null;
    const completed = round.take(body, place, reject);
    if (completed !== null) return { kind: "completed", ...this.#at(place), ...completed };
    if (body.kind !== "round.upload" && body.kind !== "round.sealed") return null;
    return { kind: "contributed", ...this.#at(place), party: place.actor, round: place.round };
  }

  #close(close: SessionClose, place: Place, reject: Reject): Milestone {
    if (this.#last?.isDone !== true) reject("ROUND_ORDER", "the session is closed before its last round has a result");
    this.#isOver = true;
    if (close.released.kind === "model") this.#released ??= close.released.model;
    return { kind: "closed", ...this.#at(place), close };
  }

  /** After the release, by who took part, once; whether the charter lets it is for whoever reads charters. */
  #compare(comparison: Comparison, place: Place, reject: Reject): Milestone | null {
    const before = this.#compared.get(place.actor);
    if (before === place.id) return null;
    if (before !== undefined) return reject("COMPARISON_SECOND", `${place.actor} publishes two different gains from one training`), null;
    this.#compared.set(place.actor, place.id);
    if (this.#ready?.parties.includes(place.actor) !== true) reject("COMPARISON_PARTY", `${place.actor} publishes a gain from a training it took no part in`);
    if (this.#released === null) reject("COMPARISON_MODEL", `${place.actor} publishes a gain before a model was released`);
    else if (comparison.model !== this.#released) reject("COMPARISON_MODEL", `${place.actor} compares with another model than the one released`);
    return { kind: "compared", ...this.#at(place), party: place.actor, comparison };
  }

  #at({ entry }: Pick<Place, "entry">) {
    const { question, without, query } = this.#offered;
    return { entry, session: this.#id, charter: this.charter.text, charterDigest: this.charter.digest, offered: { question, without, query } };
  }
}
