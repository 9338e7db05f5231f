import { toBase64, toHex } from "@cohortium/crypto/bytes";
import { freshEntropy } from "@cohortium/crypto/entropy";
import type { Signer } from "@cohortium/crypto/signing";
import { member } from "@cohortium/protocol/aggregation/round-statements";
import { Correspondence } from "@cohortium/protocol/host/correspondence";
import type { CertificateAuthority } from "@cohortium/protocol/host/credentials";
import { EventFeed } from "@cohortium/protocol/host/event-stream";
import type { ExchangeHost, Receipt, Refused, ShownEvidence } from "@cohortium/protocol/host/exchange-host";
import { Journal } from "@cohortium/protocol/host/journal";
import type { Logger } from "@cohortium/protocol/host/logger";
import type { Metrics } from "@cohortium/protocol/host/metrics";
import type { OutgoingLetter } from "@cohortium/protocol/host/outbox";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { transaction, type Database } from "@cohortium/protocol/host/sqlite";
import { logVerifierKey } from "@cohortium/protocol/log/checkpoint";
import { witnessVerifierKey } from "@cohortium/protocol/log/cosignature";
import type { Entry } from "@cohortium/protocol/log/entry";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { parseSessionId, type Digest, type PartyId, type SessionId } from "@cohortium/protocol/session/ids";
import type { MembershipFromNode, MembershipToNode } from "@cohortium/protocol/session/membership";
import { citedEntries } from "@cohortium/protocol/conduct/cited";
import type { FromNode, ToNode } from "@cohortium/protocol/conduct/messages";
import { parseFromNode } from "@cohortium/protocol/wire/from-node";
import type { Chunk } from "@cohortium/protocol/wire/frame";
import { encodeToNode, parseToNode } from "@cohortium/protocol/wire/to-node";
import { WireError } from "@cohortium/protocol/wire/wire-error";
import type { Envelope } from "@cohortium/protocol/wire/envelope";
import { Charters } from "./charters.js";
import { Comparisons } from "./comparisons.js";
import { Enrolments } from "./enrolments.js";
import { companyToLeaveOut } from "./leave-one-out.js";
import type { LogStore } from "./log-store.js";
import { state, type Office } from "./office.js";
import { PartyBook } from "./parties.js";
import { QuestionSchedules } from "./question-schedules.js";
import { Questions } from "./questions.js";
import { QuestionStore } from "./questions-store.js";
import { ModelRegistry, Statements } from "./store.js";
import { Trainings } from "./trainings.js";
import type { Uploads } from "./uploads.js";

/** What a coordinator is made of. */
export interface CoordinatorParts {
  readonly self: PartyId;
  readonly signer: Signer;
  readonly logIdentity: { readonly origin: string; readonly signer: Signer };
  readonly authority: CertificateAuthority;
  readonly database: Database;
  readonly log: LogStore;
  readonly uploads: Uploads;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  /** There is a new letter for this party. */
  kick(party: PartyId): void;
  /** A waiting enrolment was decided. */
  decided(codeId: string): void;
}

/** Letters held in memory for one party at a time. */
const PENDING_MAX = 8;

/** The coordinator without its ports: membership, charters, trainings, the log, and what the exchange needs of them. */
export class Coordinator implements ExchangeHost {
  readonly parties: PartyBook;
  readonly enrolments: Enrolments;
  readonly charters: Charters;
  readonly registry: ModelRegistry;
  readonly trainings: Trainings;
  readonly comparisons: Comparisons;
  readonly questions: Questions;
  readonly schedules: QuestionSchedules;
  readonly feed = new EventFeed();
  readonly logKey: string;
  readonly #parts: CoordinatorParts;
  readonly #statements: Statements;
  readonly #office: Office;
  readonly #letters: Correspondence;

  constructor(parts: CoordinatorParts) {
    const { self, signer, database, logger, metrics, nowMs, uploads } = parts;
    this.#parts = parts;
    this.logKey = logVerifierKey(parts.logIdentity.origin, parts.logIdentity.signer.publicKey);
    this.parties = new PartyBook(database);
    this.registry = new ModelRegistry(database);
    this.#statements = new Statements(database);
    this.#letters = new Correspondence(database, self, signer);
    const publish = (entries: readonly Entry[]) => parts.log.append(entries);
    this.#office = {
      self, consortium: parts.authority.consortium, signer, logKey: this.logKey,
      database, parties: this.parties, statements: this.#statements, logger, nowMs, publish,
      post: ({ key, message }, charter) => this.#post(key, message, "-", charter),
      forgetLetters: (party) => this.#letters.forget(party),
    };
    this.charters = new Charters(this.#office);
    this.enrolments = new Enrolments(this.#office, parts.authority, parts.decided);
    this.comparisons = new Comparisons(this.#office, this.registry, this.charters);
    this.trainings = new Trainings({
      self, signer, journal: new Journal(database, nowMs), registry: this.registry, uploads, logger, metrics, nowMs,
      answers: { keep: ({ session, answer }) => this.questions.answered(session, answer), under: (charter) => this.questions.answersUnder(charter) },
      charterInForce: (digest) => this.charters.inForce(digest),
      publish: (entries) => {
        publish(entries);
        this.questions.published(entries);
      },
      post: ({ key, message }, { session, charter }) => this.#post(key, message, session, charter),
      changed: (session) => this.feed.publish({ event: "progress", data: this.trainings.view(session) }),
    });
    const store = new QuestionStore(database);
    this.questions = new Questions({
      store, logger, nowMs, freshSession,
      charterToday: (charter) => this.#charterToday(charter), charterInForce: (digest) => this.charters.inForce(digest),
      launch: (session, charter, query) => this.trainings.launch(session, charter, { query }), view: (session) => this.trainings.view(session),
    });
    this.schedules = new QuestionSchedules({ store, questions: this.questions, logger, nowMs });
  }

  /** Brings the log up to what the database says happened, then goes on with everything that was under way. */
  recover(): void {
    const { self, signer, log } = this.#parts;
    const body = { origin: this.#parts.logIdentity.origin, logKey: this.logKey, coordinator: self, signingKey: toBase64(signer.publicKey) };
    this.#statements.keep("log.opened", state(this.#office, "log.opened", "-", body));
    log.append(this.#statements.all());
    this.charters.recover();
    this.comparisons.recover();
    this.trainings.recover();
    this.questions.recover();
    this.schedules.recover();
  }

  /**
   * Starts a training and returns its session.
   *
   * @param without - The company to do without, or null.
   * @throws Refusal if the charter is not in force, or does not allow to do without that company.
   */
  launch(charter: Digest, without: string | null = null): SessionId {
    const text = this.#charterToday(charter);
    if (text.questions.length === 0) {
      const fix = "ask with cohortium question ask, or propose a charter that lists a training";
      throw new Refusal({ code: "CHARTER_NO_TRAINING", title: "this charter lists no training", detail: "it allows statistics alone", rule: "request.question", fix });
    }
    const left = without === null ? null : companyToLeaveOut(text, without);
    const session = freshSession();
    this.trainings.launch(session, charter, { without: left });
    return session;
  }

  lastSeqReceived(peer: PartyId): number { return this.#letters.inbox.lastSeq(peer); }
  logSize(): number { return this.#parts.log.size; }

  /** A node that has verified more than there is has seen the log before it was restored from an old copy. */
  doubt(peer: PartyId, peerLogSize: number): Refused | null {
    const { log: { size }, logger } = this.#parts;
    if (peerLogSize <= size) return null;
    logger.error("a node has verified more of the log than there is: restore the newest copy of this folder", { code: "LOG_EVIDENCE", party: peer, verified: peerLogSize, size });
    return { kind: "refused", code: "LOG_EVIDENCE", detail: `the log has ${size} entries, ${peer} has verified ${peerLogSize}` };
  }

  pending(peer: PartyId, afterSeq: number): readonly OutgoingLetter[] { return this.#letters.outbox.pending(peer, afterSeq, PENDING_MAX); }
  highestSeq(peer: PartyId): number { return this.#letters.outbox.highest(peer); }
  acknowledged(peer: PartyId, seq: number): void { this.#letters.outbox.acknowledge(peer, seq); }

  evidenceFor(peer: PartyId, letter: OutgoingLetter, peerLogSize: number): ShownEvidence | null {
    const { log } = this.#parts;
    const cited = citedEntries(parseToNode(this.#letters.ownPayload(letter.envelope, peer), peer));
    return cited.length === 0 ? null : { evidence: log.evidence(cited.map(({ bytes }) => bytes), peerLogSize), logSize: log.size };
  }

  async receive(peer: PartyId, bytes: Uint8Array): Promise<Receipt> {
    const party = this.parties.party(peer);
    if (party === null || party.revoked) return { kind: "refused", code: "WIRE_STRANGER", detail: "" };
    const opened = this.#letters.open(bytes, peer, party.signingKey);
    if (opened.kind === "refused") return { kind: "refused", code: opened.code, detail: "" };
    const { envelope, digest } = opened;
    try {
      return await this.#take(envelope, digest, parseFromNode(envelope.payload, peer, this.#parts.nowMs()));
    } catch (error) {
      if (error instanceof WireError) return { kind: "refused", code: error.code, detail: "" };
      throw error;
    }
  }

  async receiveChunk(peer: PartyId, chunk: Chunk): Promise<void> {
    const { uploads } = this.#parts;
    const wholeBytes = this.trainings.uploadBytes(peer, chunk);
    if (wholeBytes !== null) return uploads.receive(peer, chunk, wholeBytes);
    const charter = this.registry.training(chunk.session)?.charter;
    if (charter === undefined || !this.charters.isParty(peer, charter)) throw new WireError("WIRE_BULK", { round: chunk.round });
    // Late. The letter that follows is acknowledged and changes nothing, so that the node can go on to its next.
    await uploads.drop(peer);
  }

  async receiveCosignature(peer: PartyId, line: string): Promise<void> {
    const party = this.parties.party(peer);
    if (party !== null) this.#parts.log.addCosignature(line, witnessVerifierKey(peer, party.signingKey));
  }

  async #take({ from, seq, session, charter }: Envelope, digest: Digest, message: FromNode | MembershipFromNode): Promise<Receipt> {
    const { database } = this.#parts;
    let verdict: string = "new";
    const admit = () => (verdict = this.#letters.accept(from, seq, digest)) === "new";
    const admitWork = (work: () => void) => transaction(database, () => {
      if (!admit()) return false;
      work();
      return true;
    });
    if (message.kind === "charter-answered") this.charters.answered(message, admitWork);
    else if (session !== "-" && charter !== "-" && this.registry.training(session)?.charter === charter && this.charters.isParty(from, charter)) {
      if (message.kind === "compared") {
        // Told before this side has ended the training itself, it will be told again.
        if (!this.comparisons.isOver(session)) return { kind: "refused", code: "WIRE_SEQUENCE", detail: "" };
        this.comparisons.heard(message, { session, charter }, admitWork);
        return received(verdict, seq);
      }
      // A machine takes a stranger's message for a member's that breaks the rules, and ends the training.
      if (!(await this.#keepBulk(message, session))) return { kind: "refused", code: "WIRE_BULK", detail: "" };
      this.trainings.heard(session, message, admit);
    } else return { kind: "refused", code: "WIRE_CHARTER", detail: "" };
    return received(verdict, seq);
  }

  /** False if the chunks of a bulk that is waited for are missing. */
  async #keepBulk(message: FromNode, session: SessionId): Promise<boolean> {
    const named = bulkNamedBy(message);
    if (named === null) return true;
    const { uploads } = this.#parts;
    const wholeBytes = this.trainings.uploadBytes(message.from, { session, round: named.entry.statement.round });
    if (wholeBytes !== null) return uploads.keep(message.from, rootIn(named), wholeBytes);
    await uploads.drop(message.from);
    return true;
  }

  /** @throws Refusal unless the charter is in force and holds now. */
  #charterToday(charter: Digest): Charter {
    const text = this.charters.inForce(charter);
    if (text === null) throw this.charters.outdated(charter) ?? new Refusal({ code: "CHARTER_NOT_IN_FORCE", title: "this charter is not in force", detail: charter, fix: "see who has not signed with: cohortium charter ls" });
    const now = this.#parts.nowMs();
    if (Date.parse(text.notBefore) <= now && now < Date.parse(text.expires)) return text;
    throw new Refusal({ code: "CHARTER_EXPIRED", title: "the charter does not hold today", detail: `it holds from ${text.notBefore} to ${text.expires}`, rule: "request.period", fix: "propose a new charter" });
  }

  #post(key: string, message: ToNode | MembershipToNode, session: SessionId | "-", charter: Digest): void {
    const { uploads } = this.#parts;
    const bulk = message.kind !== "relayed" || session === "-" ? null
      : { path: uploads.path(rootIn({ entry: message.entry, member: message.part })), session, round: message.entry.statement.round };
    this.#letters.post({ peer: message.to, key, session, charter, payload: encodeToNode(message), bulk });
    this.#parts.kick(message.to);
  }
}

function freshSession(): SessionId {
  return parseSessionId(toHex(freshEntropy().subarray(0, 16)));
}

function received(verdict: string, seq: number): Receipt {
  return verdict === "new" || verdict === "repeat" ? { kind: "received", seq } : { kind: "refused", code: "WIRE_SEQUENCE", detail: verdict };
}

/** The bulk that travels before a message: which entry names its root, under which member. */
function bulkNamedBy(message: FromNode): { readonly entry: Entry; readonly member: string } | null {
  switch (message.kind) {
    case "uploaded": return { entry: message.upload, member: "root" };
    case "shown": return { entry: message.entry, member: message.part };
    case "decrypted": return { entry: message.decryption, member: "root" };
    case "stated": case "joined": case "declined": case "encapsulated": case "shared": case "agreed": case "unmasked": case "key-committed": case "sealed":
      return null;
  }
}

function rootIn({ entry, member: name }: { readonly entry: Entry; readonly member: string }): string {
  const root = member(entry, name);
  return typeof root === "string" && /^[0-9a-f]{64}$/.test(root) ? root : "0".repeat(64);
}
