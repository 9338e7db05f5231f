import { freshEntropy } from "@cohortium/crypto/entropy";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Secret } from "@cohortium/crypto/secret";
import type { Signer } from "@cohortium/crypto/signing";
import { SessionDriver, type Keyed, type Outcome, type Ports } from "@cohortium/protocol/host/driver";
import type { Journal } from "@cohortium/protocol/host/journal";
import type { Logger } from "@cohortium/protocol/host/logger";
import type { Metrics } from "@cohortium/protocol/host/metrics";
import { Wakes } from "@cohortium/protocol/host/wakes";
import { KEY_BYTES } from "@cohortium/crypto/he/parameters";
import { partBytes } from "@cohortium/crypto/he/vector";
import { NO_ROUND } from "@cohortium/protocol/aggregation/context";
import type { Chunk } from "@cohortium/protocol/wire/frame";
import { parseEntry, type Entry } from "@cohortium/protocol/log/entry";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { membersOf, termsOf } from "@cohortium/protocol/charter/parties";
import { explain, faultJson, type Fault } from "@cohortium/protocol/session/fault";
import { parseDigest, parseSessionId, type Digest, type PartyId, type SessionId } from "@cohortium/protocol/session/ids";
import type { FromNode, ToNode } from "@cohortium/protocol/conduct/messages";
import { withoutOf, type SessionPlan } from "@cohortium/protocol/conduct/plan";
import { planned, requestIn, type Planned } from "@cohortium/protocol/conduct/request";
import type { Query } from "@cohortium/protocol/statistics/query";
import { queryJson } from "@cohortium/protocol/statistics/query-schema";
import { modelDigest } from "@cohortium/protocol/training/model";
import { participant, type Heard, type SessionPart } from "@cohortium/protocol/conduct/participant";
import type { Comparisons } from "../membership/comparisons.js";
import type { Egress } from "../egress/egress.js";
import { NetworkMemory } from "../learning/network/memory.js";
import type { Feed } from "../rows/session-rows.js";
import type { PrivacySettings } from "../budget/limits.js";
import { StatisticWork } from "./statistic-work.js";
import type { NodeStore } from "../store/node-store.js";
import type { SessionWork } from "./session-work.js";
import { TrainingWork } from "./training-work.js";

/** What trainings need of the node around them. */
export interface TrainingsHost {
  readonly self: PartyId;
  readonly signer: Signer;
  readonly agreementSecret: Secret;
  readonly coordinator: { readonly name: PartyId; readonly signingKey: Uint8Array };
  readonly journal: Journal;
  readonly store: NodeStore;
  readonly comparisons: Comparisons;
  readonly egress: Egress;
  readonly feed: Feed;
  readonly privacy: PrivacySettings;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  /** The charter in force under this digest, or null. */
  charterInForce(digest: string): Charter | null;
  /** Lists the letter in the ledger and queues it. */
  post(letter: Keyed<FromNode>, about: { readonly session: SessionId; readonly charter: Digest }): void;
}

/** What this node is doing in one training, for the person who asks. */
export interface TrainingStatus {
  readonly session: string;
  readonly charter: string;
  readonly doing: string;
  readonly sinceMs: number;
}

interface Opened {
  readonly charter: Digest;
  readonly offer: Entry;
  readonly atMs: number;
  readonly entropy: Uint8Array;
}

interface Running {
  readonly opened: Opened;
  readonly work: SessionWork;
  /** Null for a training. */
  readonly asked: Query | null;
  driver: SessionDriver<SessionPart> | null;
  doing: { readonly what: string; readonly sinceMs: number };
  /** The work that is under way. */
  working: string;
}

/** The charter in force, and what follows from it and the offer. */
interface Under {
  readonly text: Charter;
  readonly plan: SessionPlan;
}

const ROLE = "training.participant";
/** A session that nobody ends is given up after a day. */
const SESSION_MAX_MS = 86_400_000;

/** This node's trainings: each a `participant` whose asks are answered from the local rows, through egress. */
export class Trainings {
  readonly #host: TrainingsHost;
  readonly #running = new Map<SessionId, Running>();
  readonly #wakes: Wakes;
  #closed = false;

  constructor(host: TrainingsHost) {
    this.#host = host;
    this.#wakes = new Wakes(host.nowMs);
  }

  /** Takes up every training that had not ended when this process did. */
  recover(): void {
    const { journal, logger, egress } = this.#host;
    egress.received.forgetAllBut(journal.openSessions().map(({ id }) => id));
    for (const { id, role, given } of journal.openSessions()) {
      if (role !== ROLE) continue;
      try {
        const { charter, offer, atMs } = parseGiven(given.open);
        this.#begin(parseSessionId(id), { charter, offer, atMs, entropy: given.secret }, parseEvents(journal.events(id)));
      } catch (error) {
        // One broken session must not keep the others, or the process, from going on.
        this.#running.delete(parseSessionId(id));
        logger.error("a training could not be taken up; it stays in the journal", { session: id, error: error instanceof Error ? error.name : "unknown" });
      }
    }
  }

  /** A training is offered. `admit` runs its argument in the transaction that marks the letter as received; false for a repeat. */
  offered(session: SessionId, charter: Digest, offer: Entry, admit: (work: () => void) => boolean): void {
    const opened: Opened = { charter, offer, atMs: this.#host.nowMs(), entropy: freshEntropy() };
    const given = { open: { charter, offer: offer.bytes, atMs: opened.atMs }, secret: opened.entropy };
    if (this.#host.journal.has(session)) {
      // A second offer of one session is the coordinator's mistake, or worse; the first one stands.
      this.#host.logger.warn("a session was offered twice", { session });
      admit(() => undefined);
    } else if (admit(() => this.#host.journal.openSession(session, ROLE, given))) this.#begin(session, opened, []);
  }

  /** The coordinator said something in a session. `admit` as in `SessionDriver.advance`. */
  heard(session: SessionId, message: Exclude<ToNode, { readonly kind: "offer" }>, admit: () => boolean): void {
    const driver = this.#running.get(session)?.driver ?? null;
    const event: Heard = { kind: "heard", message, atMs: this.#host.nowMs() };
    if (driver === null) admit();
    else driver.advance(event, admit);
  }

  /** False if the session runs under another charter. One that is over, or never was, is nobody's business. */
  isUnder(session: SessionId, charter: string): boolean {
    const running = this.#running.get(session);
    return running === undefined || running.opened.charter === charter;
  }

  /** How long what the coordinator sends in bulk for this round must be; null if nothing is waited for. */
  bulkBytes({ session, round }: Pick<Chunk, "session" | "round">): number | null {
    const state = this.#running.get(session)?.driver?.state ?? null;
    if (state?.stage === "setup") return round === NO_ROUND && state.setup.phase === "shown" ? KEY_BYTES : null;
    if (state?.stage !== "rounds" || state.current?.scheme !== "encrypted" || state.current.round !== round) return null;
    const { phase, question } = state.current;
    return phase === "permitting" || phase === "agreed" ? partBytes(question) : null;
  }

  statuses(): readonly TrainingStatus[] {
    return [...this.#running].map(([session, { opened, doing }]) => ({ session, charter: opened.charter, doing: doing.what, sinceMs: doing.sinceMs }));
  }

  close(): void {
    this.#closed = true;
    for (const { work } of this.#running.values()) work.close();
    void this.#host.egress.received.close();
    this.#wakes.close();
  }

  #begin(session: SessionId, opened: Opened, events: readonly SessionPart["event"][]): void {
    const text = this.#host.charterInForce(opened.charter);
    if (text === null) {
      // Without a charter there is no one to be: the coordinator's clock runs out on us, and our own log says why.
      this.#host.logger.warn("a training was offered under a charter that is not in force here", { session, charter: opened.charter });
      this.#host.journal.end(session, { kind: "refused", clause: "request.charter" });
      return;
    }
    const due = planned(text, requestIn(opened.offer.statement.body));
    if (due.kind === "refused") return this.#decline(session, opened, due);
    const { plan } = due;
    const running: Running = { opened, work: this.#workFor(session, opened, { text, plan }), asked: "query" in plan ? plan.query : null, driver: null, doing: beginning(opened, events, this.#host.nowMs()), working: "" };
    this.#running.set(session, running);
    const driven = { session, machine: participant, journal: this.#host.journal, ports: this.#ports(session, running) };
    running.driver = SessionDriver.recover<SessionPart>(driven, this.#given(session, opened, { text, plan }), events);
  }

  /** Nothing follows from what was asked, so nobody can take part in it; the coordinator hears which rule that is. */
  #decline(session: SessionId, { charter, atMs }: Opened, { clause, because }: Extract<Planned, { readonly kind: "refused" }>): void {
    const { self, logger, journal, post } = this.#host;
    logger.warn("a session was offered that the charter does not allow", { session, charter, clause, because });
    post({ key: `declined/${session}`, message: { kind: "declined", from: self, code: "NODE_REFUSED", clause, atMs } }, { session, charter });
    journal.end(session, { kind: "refused", clause });
  }

  #workFor(session: SessionId, opened: Opened, { text: charter, plan }: Under): SessionWork {
    const { self, egress, feed, privacy, logger, nowMs, store: { database } } = this.#host;
    const doing = (what: string) => {
      const running = this.#running.get(session);
      if (running !== undefined) running.doing = { what, sinceMs: nowMs() };
    };
    const { charter: digest, entropy } = opened;
    if (plan.question === "statistics.ask") return new StatisticWork({ session, digest, charter, plan, self, entropy, egress, feed, settings: privacy, logger, nowMs, doing });
    return new TrainingWork({ session, digest, charter, plan, self, entropy, egress, database, feed, settings: privacy, logger, nowMs, doing });
  }

  #given(session: SessionId, opened: Opened, { text: charter, plan }: Under): SessionPart["given"] {
    const { self, signer, agreementSecret, coordinator } = this.#host;
    return {
      speaker: { self, session, charter: opened.charter, signer }, coordinator,
      members: membersOf(charter, withoutOf(plan)), terms: termsOf(charter), plan,
      entropy: opened.entropy, agreementSecret: agreementSecret.lend((bytes) => bytes.slice()),
      offer: opened.offer, atMs: opened.atMs, expiresAtMs: Math.min(Date.parse(charter.expires), opened.atMs + SESSION_MAX_MS),
    };
  }

  #ports(session: SessionId, running: Running): Ports<SessionPart> {
    const { charter } = running.opened;
    return {
      publish: () => { throw new Error("a node does not write to the coordinator's log"); },
      deliver: (letters) => letters.forEach((letter) => this.#host.post(letter, { session, charter })),
      perform: (asks) => asks.forEach((ask) => this.#perform(session, running, ask)),
      wakeAt: (atMs) => this.#wakes.set(session, atMs, () => running.driver?.advance({ kind: "deadline", atMs: this.#host.nowMs() }, () => true)),
      conclude: (outcome) => setImmediate(() => void this.#conclude(session, running, outcome)),
    };
  }

  /** Asks come again with every step until they are answered; work that is under way is not begun twice. */
  #perform(session: SessionId, running: Running, ask: SessionPart["ask"]): void {
    const work = "round" in ask ? `${ask.kind}/${ask.round}` : ask.kind;
    if (running.working === work) return;
    running.working = work;
    setImmediate(() => void this.#work(session, running, ask));
  }

  async #work(session: SessionId, running: Running, ask: SessionPart["ask"]): Promise<void> {
    try {
      const event = await running.work.resultOf(ask);
      if (!this.#closed) running.driver?.advance(event, () => true);
    } catch (error) {
      // A bug or a full disk. The journal holds everything up to here, so a restart asks again.
      this.#host.logger.error("work for a training failed; a restart asks for it again", { session, ask: ask.kind, error: error instanceof Error ? error.name : "unknown" });
    }
  }

  /** Keeps the result before the session ends, so that a crash in between only does it again. */
  async #conclude(session: SessionId, running: Running, outcome: Outcome<SessionPart>): Promise<void> {
    if (this.#closed) return;
    const { journal, store, comparisons, metrics, logger, nowMs } = this.#host;
    const { charter } = running.opened;
    const ended = outcome.kind === "done" ? await running.work.conclude(outcome.result) : null;
    if (this.#closed) return;
    this.#host.egress.ledger.forgetUnopened(session);
    await this.#host.egress.received.forget(session);
    new NetworkMemory(store.database, session).forget();
    store.inOne(() => {
      const isNew = store.keepTraining({ session, charter, endedMs: nowMs(), outcome: outcome.kind === "done" ? withTime(ended?.outcome ?? null, running) : this.#abortJson(session, running, outcome.fault) });
      if (!(isNew && outcome.kind === "done" && outcome.result.kind === "model" && ended?.own != null)) return;
      comparisons.publish({ session, charter, model: modelDigest(outcome.result.model) }, ended.own);
    });
    journal.end(session, { kind: outcome.kind });
    this.#wakes.drop(session);
    running.work.close();
    this.#running.delete(session);
    metrics.countSession(outcome.kind);
    if (outcome.kind === "done") logger.info(outcome.result.kind === "model" ? "a training ended with a joint model" : "a question was answered", { session });
    else logger.warn("a session ended without a model or an answer", { session, code: outcome.fault.code, because: explain(outcome.fault) });
  }

  /** Of a question also what was asked, and what it has cost here: it is listed among questions, and not among trainings. */
  #abortJson(session: SessionId, { opened: { atMs: askedMs }, asked }: Running, fault: Fault): Json {
    const aborted = { kind: "aborted", code: fault.code, because: explain(fault) };
    if (asked === null) return aborted;
    return { ...aborted, query: queryJson(asked), nanoRho: this.#host.egress.ledger.charges.inSession(session), askedMs, fault: faultJson(fault) };
  }
}

/** How it ended, with when it was asked, of a question. */
function withTime(outcome: Json, { asked, opened: { atMs: askedMs } }: Running): Json {
  return asked === null || typeof outcome !== "object" || outcome === null || Array.isArray(outcome) ? outcome : { ...outcome, askedMs };
}

/** What a training is at before it asks for work: after a restart the journal's last answer tells what it waits for. */
function beginning({ atMs }: Opened, events: readonly SessionPart["event"][], nowMs: number): Running["doing"] {
  const last = events.findLast((event) => event.kind === "contributed");
  if (events.length === 0) return { what: "begins", sinceMs: atMs };
  return { what: `goes on after a restart, waits for ${last === undefined ? "the first round" : `the sum of round ${last.round}`}`, sinceMs: nowMs };
}

function parseGiven(open: unknown): Pick<Opened, "charter" | "offer" | "atMs"> {
  const { charter, offer, atMs } = open as { readonly charter: string; readonly offer: Uint8Array; readonly atMs: number };
  return { charter: parseDigest(charter), offer: parseEntry(offer), atMs };
}

/** The journal holds this machine's own events; the codec has checked their form. */
function parseEvents(events: readonly unknown[]): readonly SessionPart["event"][] {
  return events as readonly SessionPart["event"][];
}
