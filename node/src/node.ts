import type { Secret } from "@cohortium/crypto/secret";
import type { Signer } from "@cohortium/crypto/signing";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { rmSync } from "node:fs";
import type { Relayed } from "@cohortium/protocol/aggregation/encrypted/messages";
import { member } from "@cohortium/protocol/aggregation/round-statements";
import { Correspondence } from "@cohortium/protocol/host/correspondence";
import type { ExchangeHost, Receipt, Refused } from "@cohortium/protocol/host/exchange-host";
import { Journal } from "@cohortium/protocol/host/journal";
import type { Logger } from "@cohortium/protocol/host/logger";
import type { Metrics } from "@cohortium/protocol/host/metrics";
import type { OutgoingLetter } from "@cohortium/protocol/host/outbox";
import { transaction, type Database } from "@cohortium/protocol/host/sqlite";
import type { Evidence } from "@cohortium/protocol/log/proof";
import type { Digest, PartyId, SessionId } from "@cohortium/protocol/session/ids";
import type { MembershipFromNode, MembershipToNode } from "@cohortium/protocol/session/membership";
import { columnsIn } from "@cohortium/protocol/charter/columns";
import { citedEntries } from "@cohortium/protocol/conduct/cited";
import type { FromNode, ToNode } from "@cohortium/protocol/conduct/messages";
import type { Chunk } from "@cohortium/protocol/wire/frame";
import type { Envelope } from "@cohortium/protocol/wire/envelope";
import { encodeFromNode } from "@cohortium/protocol/wire/from-node";
import { parseToNode } from "@cohortium/protocol/wire/to-node";
import { WireError } from "@cohortium/protocol/wire/wire-error";
import { Charters } from "./membership/charters.js";
import { Comparisons } from "./membership/comparisons.js";
import { Egress } from "./egress/egress.js";
import type { LetterRetention } from "./store/kept-letters.js";
import { LogPlaces } from "./log/log-places.js";
import { fitOf, type FitProblem } from "./rows/feed-fit.js";
import { unheldRows, type UnheldRows } from "./rows/unheld-rows.js";
import type { Feed } from "./rows/session-rows.js";
import { ownAccountOf } from "./budget/accounts.js";
import { NO_SETTINGS, type PrivacySettings } from "./budget/limits.js";
import { NodeStore } from "./store/node-store.js";
import { Trainings } from "./sessions/trainings.js";
import { LogWitness } from "./log/witness.js";

/** What a node is made of. */
export interface NodeParts {
  readonly self: PartyId;
  readonly signer: Signer;
  readonly agreementSecret: Secret;
  readonly coordinator: { readonly name: PartyId; readonly signingKey: Uint8Array; readonly logKey: string };
  readonly database: Database;
  /** Where masked vectors wait for the link. */
  readonly spool: string;
  readonly feed: Feed;
  /** Absent where what charters say is all that holds. */
  readonly privacy?: PrivacySettings;
  /** Of the bytes of letters; a default holds where it is absent. */
  readonly retention?: LetterRetention;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  /** There is a new letter for the coordinator. */
  kick(): void;
  cosign(line: string): void;
}

const PENDING_MAX = 8;

/** The node without its ports: charters, trainings, egress, the witness, and what the exchange needs of them. */
export class CohortiumNode implements ExchangeHost {
  readonly charters: Charters;
  readonly comparisons: Comparisons;
  readonly trainings: Trainings;
  readonly egress: Egress;
  readonly store: NodeStore;
  readonly witness: LogWitness;
  readonly privacy: PrivacySettings;
  /** Why the coordinator's last message was not acted on, until one is. For a person to see. */
  distrust: string | null = null;
  readonly #parts: NodeParts;
  readonly #letters: Correspondence;
  readonly #places: LogPlaces;

  constructor(parts: NodeParts) {
    const { self, signer, agreementSecret, coordinator, database, feed, logger, metrics, nowMs } = parts;
    this.#parts = parts;
    this.privacy = parts.privacy ?? NO_SETTINGS;
    this.store = new NodeStore(database);
    this.egress = new Egress(database, parts.spool, parts.retention);
    this.#places = new LogPlaces(database);
    this.witness = new LogWitness(database, coordinator.logKey, { name: self, signer });
    this.#letters = new Correspondence(database, self, signer);
    this.charters = new Charters({
      self, signer, coordinator, agreementPublic: agreementSecret.lend(x25519PublicKey), store: this.store, logger, nowMs,
      post: (key, message, charter) => this.#post(key, message, "-", charter),
    });
    this.comparisons = new Comparisons({
      self, signer, store: this.store, nowMs, charterInForce: (digest) => this.charters.charterInForce(digest),
      post: (key, message, { session, charter }) => this.#post(key, message, session, charter),
    });
    this.trainings = new Trainings({
      self, signer, agreementSecret, coordinator, journal: new Journal(database, nowMs), store: this.store, comparisons: this.comparisons,
      egress: this.egress, feed, privacy: this.privacy, logger, metrics, nowMs,
      charterInForce: (digest) => this.charters.charterInForce(digest),
      post: ({ key, message }, { session, charter }) => this.#post(key, message, session, charter),
    });
  }

  recover(): void {
    this.#warnOfUncounted();
    this.charters.recover();
    this.trainings.recover();
  }

  /** Why a session under this charter, signed or not, would refuse this node's files. @throws Refusal CHARTER_UNKNOWN. */
  fitOf(digest: string): Promise<readonly FitProblem[]> {
    return fitOf(this.#parts.feed, this.charters.text(digest));
  }

  /** Whether one person may stand in several of this node's rows, where this charter's noise covers one. @throws Refusal CHARTER_UNKNOWN. */
  unheldRows(digest: string): UnheldRows | null {
    const charter = this.charters.text(digest);
    return unheldRows(this.#parts.feed, charter, columnsIn(charter));
  }

  lastSeqReceived(peer: PartyId): number { return this.#letters.inbox.lastSeq(peer); }
  logSize(): number { return this.witness.seen.size; }

  /** An entry is durable in the log before any node hears of it, so a log that is shorter than what this node saw is another, or an old copy. */
  doubt(_: PartyId, peerLogSize: number): Refused | null {
    const { size } = this.witness.seen;
    return peerLogSize >= size ? null : this.#distrusts(`the log shrank from ${size} to ${peerLogSize} entries`);
  }

  pending(peer: PartyId, afterSeq: number): readonly OutgoingLetter[] { return this.#letters.outbox.pending(peer, afterSeq, PENDING_MAX); }
  highestSeq(peer: PartyId): number { return this.#letters.outbox.highest(peer); }
  evidenceFor(): null { return null; }

  acknowledged(peer: PartyId, seq: number): void {
    for (const { path } of this.#letters.outbox.acknowledge(peer, seq)) rmSync(path, { force: true });
  }

  /** Bulk comes under encrypted sums alone: what other nodes show. */
  async receiveChunk(peer: PartyId, chunk: Chunk): Promise<void> {
    const wholeBytes = this.trainings.bulkBytes(chunk);
    if (wholeBytes !== null) return this.egress.received.receive(peer, chunk, wholeBytes);
    // Late. The letter that follows is acknowledged and changes nothing.
    await this.egress.received.drop(chunk.session, peer);
  }

  receiveCosignature(): Promise<void> {
    return Promise.reject(new WireError("WIRE_MALFORMED", { field: "cosignature" }));
  }

  async receive(peer: PartyId, bytes: Uint8Array, evidence: Evidence | null): Promise<Receipt> {
    const { coordinator, nowMs, self } = this.#parts;
    const opened = this.#letters.open(bytes, peer, coordinator.signingKey);
    if (opened.kind === "refused") return { kind: "refused", code: opened.code, detail: "" };
    try {
      const message = parseToNode(opened.envelope.payload, self);
      const cited = citedEntries(message);
      const witnessed = this.witness.check(evidence, cited, Math.floor(nowMs() / 1_000));
      if (!witnessed.ok) return this.#distrusts(witnessed.because);
      if (evidence !== null) this.#places.note(self, cited, evidence);
      this.distrust = null;
      if (witnessed.cosignature !== null) this.#parts.cosign(witnessed.cosignature);
      if (message.kind === "relayed" && !(await this.#keep(peer, opened.envelope.session, message))) return { kind: "refused", code: "WIRE_BULK", detail: "" };
      return this.#take(opened.envelope, opened.digest, message);
    } catch (error) {
      if (error instanceof WireError) return { kind: "refused", code: error.code, detail: "" };
      throw error;
    }
  }

  /** False if the chunks of a bulk that is waited for are missing, or are not those that its author committed to. */
  async #keep(peer: PartyId, session: SessionId | "-", { entry, part }: Relayed): Promise<boolean> {
    if (session === "-") return true;
    const wholeBytes = this.trainings.bulkBytes({ session, round: entry.statement.round });
    const root = member(entry, part);
    if (wholeBytes !== null) return typeof root === "string" && /^[0-9a-f]{64}$/.test(root) && this.egress.received.keep(session, peer, root, wholeBytes);
    await this.egress.received.drop(session, peer);
    return true;
  }

  /** Fail closed: nothing is answered, and the checkpoint this node holds is the evidence. */
  #distrusts(because: string): Refused {
    this.distrust = because;
    this.#parts.logger.error("the coordinator's log proof does not verify", { code: "LOG_EVIDENCE", because });
    return { kind: "refused", code: "LOG_EVIDENCE", detail: because.slice(0, 200) };
  }

  /** Whoever sets a ceiling should not take it for more than it is. */
  #warnOfUncounted(): void {
    const own = ownAccountOf(this.egress.ledger, this.privacy);
    if (own === null || own.exactSums === 0) return;
    this.#parts.logger.warn("privacy.epsilonMax does not count the exact sums that have left this node", { exactSums: own.exactSums, means: "no ε covers them; the ceiling holds beside what they told" });
  }

  #take({ from, seq, session, charter }: Envelope, digest: Digest, message: ToNode | MembershipToNode): Receipt {
    const { database, logger } = this.#parts;
    let verdict: string = "new";
    const admit = () => (verdict = this.#letters.accept(from, seq, digest)) === "new";
    const admitWork = (work: () => void) => transaction(database, () => {
      if (!admit()) return false;
      work();
      return true;
    });
    switch (message.kind) {
      case "charter-proposed": case "charter-in-force": {
        const because = message.kind === "charter-proposed" ? this.charters.proposed(message, admitWork) : this.charters.inForce(message, admitWork);
        if (because !== null) logger.warn("a message about a charter was set aside", { charter: message.proposal.statement.charter, because });
        break;
      }
      case "comparison-published": {
        const because = this.comparisons.heard(message, admitWork);
        if (because !== null) logger.warn("what a party published about its gain was set aside", { because });
        break;
      }
      case "offer":
        if (session === "-" || charter === "-") return { kind: "refused", code: "WIRE_MALFORMED", detail: "" };
        this.trainings.offered(session, charter, message.offer, admitWork);
        break;
      case "statements": case "roster": case "ciphertexts": case "shares": case "round": case "survivors": case "unmask": case "closed": case "aborted":
      case "commitments": case "relayed": case "keys-ready": case "decrypt":
        if (session === "-" || !this.trainings.isUnder(session, charter)) return { kind: "refused", code: "WIRE_CHARTER", detail: "" };
        this.trainings.heard(session, message, admit);
    }
    return verdict === "new" || verdict === "repeat" ? { kind: "received", seq } : { kind: "refused", code: "WIRE_SEQUENCE", detail: verdict };
  }

  #post(key: string, message: FromNode | MembershipFromNode, session: SessionId | "-", charter: Digest): void {
    const { coordinator: { name: peer }, nowMs, metrics } = this.#parts;
    const payload = encodeFromNode(message);
    const perPartner = message.kind === "compared" ? this.charters.perPartner(charter) : "own";
    this.egress.letter({ key, message, payload }, { recipient: peer, session, atMs: nowMs(), perPartner }, (leaving) => {
      const bulk = leaving === null || session === "-" ? null : { path: leaving.path, session, round: leaving.round };
      this.#letters.post({ peer, key, session, charter, payload, bulk });
      metrics.addEgressBytes(message.kind, payload.length + (leaving?.bytes ?? 0));
    });
    this.#parts.kick();
  }
}
