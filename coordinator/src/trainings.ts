import type { Signer } from "@cohortium/crypto/signing";
import { BACKOFF_MAX_MS } from "@cohortium/protocol/host/backoff";
import { SessionDriver, type Keyed, type Outcome, type Ports } from "@cohortium/protocol/host/driver";
import type { Journal } from "@cohortium/protocol/host/journal";
import type { Logger } from "@cohortium/protocol/host/logger";
import type { Metrics } from "@cohortium/protocol/host/metrics";
import { transaction } from "@cohortium/protocol/host/sqlite";
import { Wakes } from "@cohortium/protocol/host/wakes";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { membersOf, termsOf } from "@cohortium/protocol/charter/parties";
import { explain } from "@cohortium/protocol/session/fault";
import { parseSessionId, type Digest, type PartyId, type SessionId } from "@cohortium/protocol/session/ids";
import { conductor, type Cancelled, type Concluded, type SessionConduct } from "@cohortium/protocol/conduct/conductor";
import { withoutOf } from "@cohortium/protocol/conduct/plan";
import { evaluationJson } from "@cohortium/protocol/training/evaluation";
import type { FromNode, ToNode } from "@cohortium/protocol/conduct/messages";
import { modelJson, type Model } from "@cohortium/protocol/training/model";
import { planned, type SessionRequest } from "@cohortium/protocol/conduct/request";
import { KEY_BYTES } from "@cohortium/crypto/he/parameters";
import { partBytes } from "@cohortium/crypto/he/vector";
import type { Opened, Unopened } from "@cohortium/protocol/aggregation/encrypted/messages";
import type { OpeningAsked } from "@cohortium/protocol/aggregation/encrypted/round-leader";
import { NO_ROUND } from "@cohortium/protocol/aggregation/context";
import type { Summed } from "@cohortium/protocol/aggregation/messages";
import type { SumAsked } from "@cohortium/protocol/aggregation/round-leader";
import type { Entry } from "@cohortium/protocol/log/entry";
import type { Chunk } from "@cohortium/protocol/wire/frame";
import { givenOf, parseGiven, type About } from "./launched.js";
import { outcomeJson, type AnswerBook } from "./outcome.js";
import type { KeptModel, ModelRegistry } from "./store.js";
import { viewOf, type TrainingView } from "./training-view.js";
import type { Uploads } from "./uploads.js";

/** What trainings need of the coordinator around them. */
export interface TrainingsHost {
  readonly self: PartyId;
  readonly signer: Signer;
  readonly journal: Journal;
  readonly registry: ModelRegistry;
  readonly uploads: Uploads;
  readonly answers: AnswerBook;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  charterInForce(digest: string): Charter | null;
  /** Durable in the transparency log when it returns. */
  publish(entries: readonly Entry[]): void;
  post(letter: Keyed<ToNode>, about: { readonly session: SessionId; readonly charter: Digest }): void;
  /** Somebody may be watching. */
  changed(session: SessionId): void;
}

/** `patientUntilMs`: no phase's time is up before. */
interface Clock {
  readonly atMs: number;
  readonly patientUntilMs: number;
}

interface Running {
  readonly charter: Digest;
  readonly request: SessionRequest;
  readonly patientUntilMs: number;
  driver: SessionDriver<SessionConduct> | null;
  phase: { readonly name: string; readonly sinceMs: number };
  /** The round whose sum is under way. */
  summing: number;
}

const ROLE = "training.conductor";

/** The trainings, and questions of statistics, that this coordinator conducts. It never sees a row, and of one party nothing but masked words. */
export class Trainings {
  readonly #host: TrainingsHost;
  readonly #running = new Map<SessionId, Running>();
  readonly #wakes: Wakes;
  #closed = false;

  constructor(host: TrainingsHost) {
    this.#host = host;
    this.#wakes = new Wakes(host.nowMs);
  }

  /** Goes on with every training. The phase it was in gets its whole time again, and begins when the last node has had its pause between two attempts. */
  recover(): void {
    const { journal, logger, charterInForce, nowMs } = this.#host;
    for (const { id, role, given } of journal.openSessions()) {
      if (role !== ROLE) continue;
      try {
        const { atMs, ...about } = parseGiven(given.open);
        logger.info("a session goes on where it was", { session: id });
        const patientUntilMs = nowMs() + BACKOFF_MAX_MS + (charterInForce(about.charter)?.aggregation.deadlineMs ?? 0);
        this.#begin(parseSessionId(id), about, { atMs, patientUntilMs }, parseEvents(journal.events(id)));
      } catch (error) {
        // One broken session must not keep the others, or the process, from going on.
        this.#running.delete(parseSessionId(id));
        logger.error("a session could not be taken up; it stays in the journal", { session: id, error: error instanceof Error ? error.name : "unknown" });
      }
    }
  }

  /**
   * Starts a session under a charter in force.
   *
   * @param session - Fresh.
   * @param request - What the charter allows: whoever is asked to launch has checked it, and told people what it does not.
   */
  launch(session: SessionId, charter: Digest, request: SessionRequest): void {
    const atMs = this.#host.nowMs();
    const { journal, registry } = this.#host;
    const open = givenOf({ charter, request }, atMs);
    // Both or neither: a session that the registry does not know would refuse every letter about it after a crash.
    transaction(journal.database, () => {
      journal.openSession(session, ROLE, { open, secret: new Uint8Array() });
      registry.begin({ session, charter, startedMs: atMs, without: open.without, query: open.query });
    });
    this.#begin(session, { charter, request }, { atMs, patientUntilMs: atMs }, []);
  }

  /** A node said something in a session. `admit` as in `SessionDriver.advance`. */
  heard(session: SessionId, message: FromNode, admit: () => boolean): void {
    const driver = this.#running.get(session)?.driver ?? null;
    if (driver === null) admit();
    else driver.advance(message, admit);
    this.#watch(session);
  }

  /** How long what `party` sends in bulk for this round must be; null if nobody waits for it. */
  uploadBytes(party: PartyId, { session, round }: Pick<Chunk, "session" | "round">): number | null {
    const state = this.#running.get(session)?.driver?.state ?? null;
    if (state === null || !state.members.some(({ name }) => name === party)) return null;
    return round === (state.stage === "setup" ? NO_ROUND : state.leading.round) ? bytesDue(state) : null;
  }

  /** False if the session is not running. */
  cancel(session: SessionId): boolean {
    const driver = this.#running.get(session)?.driver ?? null;
    if (driver === null || !driver.waits) return false;
    driver.advance({ kind: "cancelled", atMs: this.#host.nowMs() }, () => true);
    return true;
  }

  get running(): number {
    return this.#running.size;
  }

  view(session: SessionId): TrainingView | null {
    const kept = this.#host.registry.training(session);
    if (kept === null) return null;
    const running = this.#running.get(session);
    const state = running?.driver?.state ?? null;
    const { phase, patientUntilMs } = running ?? { phase: { sinceMs: kept.startedMs }, patientUntilMs: kept.startedMs };
    return viewOf(kept, state, { nowMs: this.#host.nowMs(), phaseSinceMs: phase.sinceMs, patientUntilMs });
  }

  views(): readonly TrainingView[] {
    return this.#host.registry.trainings().flatMap(({ session }) => this.view(parseSessionId(session)) ?? []);
  }

  close(): void {
    this.#closed = true;
    this.#wakes.close();
  }

  #begin(session: SessionId, { charter: digest, request }: About, { atMs, patientUntilMs }: Clock, events: readonly SessionConduct["event"][]): void {
    const { self, signer, journal, charterInForce } = this.#host;
    const charter = charterInForce(digest);
    if (charter === null) throw new Error("a session was journalled under a charter that is not in force");
    const due = planned(charter, request);
    if (due.kind === "refused") throw new Error(`a session was journalled that its charter does not allow: ${due.because}`);
    const { plan } = due;
    const running: Running = { charter: digest, request, patientUntilMs, driver: null, phase: { name: "", sinceMs: this.#host.nowMs() }, summing: 0 };
    this.#running.set(session, running);
    const speaker = { self, session, charter: digest, signer };
    const given = { speaker, members: membersOf(charter, withoutOf(plan)), terms: termsOf(charter), plan, atMs };
    const driven = { session, machine: conductor, journal, ports: this.#ports(session, running) };
    running.driver = SessionDriver.recover<SessionConduct>(driven, given, events);
    this.#watch(session);
  }

  #ports(session: SessionId, running: Running): Ports<SessionConduct> {
    const { charter } = running;
    return {
      publish: (entries) => this.#host.publish(entries),
      deliver: (letters) => letters.forEach((letter) => this.#host.post(letter, { session, charter })),
      perform: (asks) => asks.forEach((ask) => this.#perform(session, running, ask)),
      wakeAt: (atMs) => this.#wakes.set(session, Math.max(atMs, running.patientUntilMs), () => {
        running.driver?.advance({ kind: "deadline", atMs: this.#host.nowMs() }, () => true);
        this.#watch(session);
      }),
      conclude: (outcome) => {
        // At once: the next answer has to respect every one whose close is in the log.
        if (outcome.kind === "done" && outcome.result.kind === "answer") this.#answered(session, running, outcome.result);
        setImmediate(() => this.#conclude(session, running, outcome));
      },
    };
  }

  /** Asks come again with every step until they are answered; a sum that is under way is not begun twice. */
  #perform(session: SessionId, running: Running, ask: SessionConduct["ask"]): void {
    switch (ask.kind) {
      case "keep-model": {
        const { model, digest } = ask;
        this.#keep({ session, charter: running.charter, digest, model, evaluation: null });
        return;
      }
      case "sum": case "open":
        if (running.summing === ask.round) return;
        running.summing = ask.round;
        void this.#sum(session, running, ask);
    }
  }

  #keep({ model, ...rest }: Omit<KeptModel, "iteration" | "model" | "createdMs"> & { readonly model: Model }): void {
    this.#host.registry.keep({ ...rest, iteration: model.iteration, model: modelJson(model), createdMs: this.#host.nowMs() });
  }

  async #sum(session: SessionId, running: Running, ask: SumAsked | OpeningAsked): Promise<void> {
    const event = await this.#added(session, ask);
    try {
      const earlier = "query" in running.request ? { earlier: this.#host.answers.under(running.charter) } : {};
      if (!this.#closed) running.driver?.advance({ ...event, ...earlier }, () => true);
      this.#watch(session);
    } catch (error) {
      this.#host.logger.error("a sum could not be taken up; a restart tries again", { session, round: ask.round, because: messageOf(error) });
    }
  }

  /** No deadline runs while we add, so a sum that fails must end the training: nobody else would. */
  async #added(session: SessionId, ask: SumAsked | OpeningAsked): Promise<Summed | Opened | Unopened | Cancelled> {
    const { round } = ask;
    try {
      if (ask.kind === "sum") return { kind: "summed", round, ...await this.#host.uploads.sum(ask), atMs: this.#host.nowMs() };
      const opened = await this.#host.uploads.open(ask);
      const atMs = this.#host.nowMs();
      return "because" in opened ? { kind: "unopened", round, ...opened, atMs } : { kind: "opened", round, ...opened, atMs };
    } catch (error) {
      this.#host.logger.error("adding the updates failed; the session is cancelled", { session, round: ask.round, because: messageOf(error) });
      return { kind: "cancelled", atMs: this.#host.nowMs() };
    }
  }

  #conclude(session: SessionId, running: Running, outcome: Outcome<SessionConduct>): void {
    if (this.#closed) return;
    const { journal, registry, metrics, logger, nowMs } = this.#host;
    if (outcome.kind === "done" && outcome.result.kind === "model") {
      const { model, digest, evaluation } = outcome.result;
      this.#keep({ session, charter: running.charter, digest, model, evaluation: evaluationJson(evaluation) });
    }
    registry.end(session, nowMs(), outcomeJson(outcome));
    journal.end(session, { kind: outcome.kind });
    this.#wakes.drop(session);
    this.#running.delete(session);
    metrics.countSession(outcome.kind);
    if (outcome.kind === "done") logger.info(`a session ended with ${outcome.result.kind === "model" ? "a joint model" : "an answer"}`, { session, [outcome.result.kind]: outcome.result.digest });
    else logger.warn(`a session ended without ${"query" in running.request ? "an answer" : "a model"}`, { session, code: outcome.fault.code, because: explain(outcome.fault) });
    this.#host.changed(session);
  }

  #answered(session: SessionId, { charter, request }: Running, { answer, digest }: Extract<Concluded, { readonly kind: "answer" }>): void {
    if ("query" in request) this.#host.answers.keep({ session, charter, query: request.query, answer, digest, atMs: this.#host.nowMs() });
  }

  /** Measures how long each phase takes, and tells those who watch. */
  #watch(session: SessionId): void {
    const running = this.#running.get(session);
    const view = running === undefined ? null : this.view(session);
    if (running !== undefined && view !== null) {
      const name = `${view.round}/${view.phase}`;
      if (name !== running.phase.name) {
        const nowMs = this.#host.nowMs();
        if (running.phase.name !== "") this.#host.metrics.observeRoundPhase(running.phase.name.split("/")[1] ?? "", (nowMs - running.phase.sinceMs) / 1_000);
        running.phase = { name, sinceMs: nowMs };
      }
    }
    this.#host.changed(session);
  }
}

/** How long the bulk is that the present phase waits for; null where it waits for none. */
function bytesDue(state: SessionConduct["state"]): number | null {
  if (state.stage === "setup") return state.setup.phase === "showing" ? KEY_BYTES : null;
  const { leading: { phase, question } } = state;
  switch (phase) {
    case "uploading": return (question.words * question.ring) / 8;
    case "showing": case "decrypting": return partBytes(question);
    case "sealing": case "opening": case "agreeing": case "unmasking": case "summing": return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}

/** The journal holds this machine's own events; the codec has checked their form. */
function parseEvents(events: readonly unknown[]): readonly SessionConduct["event"][] {
  return events as readonly SessionConduct["event"][];
}
