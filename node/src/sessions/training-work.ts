import type { FaultCode } from "@cohortium/protocol/session/fault";
import type { PermissionAsked } from "@cohortium/protocol/aggregation/round-member";
import type { Logger } from "@cohortium/protocol/host/logger";
import type { Database } from "@cohortium/protocol/host/sqlite";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { allowTraining } from "@cohortium/protocol/charter/gate";
import type { Digest, PartyId, SessionId } from "@cohortium/protocol/session/ids";
import { instantText } from "@cohortium/protocol/session/instant";
import { quorumMin } from "@cohortium/protocol/charter/quorum";
import { qualityVectorJson } from "@cohortium/protocol/columns/quality-vector";
import { layoutOf } from "@cohortium/protocol/training/layout";
import type { AnswerAsked, SessionPart } from "@cohortium/protocol/conduct/participant";
import type { Scene } from "@cohortium/protocol/training/script";
import { modelJson, type Model } from "@cohortium/protocol/training/model";
import { layoutTerms, planDigest, planOf, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { priceOfTraining } from "@cohortium/protocol/training/price";
import { passGate, type Admission } from "../rows/admission-gate.js";
import { explainNote } from "../data/note.js";
import type { KeyedSession } from "../egress/ciphertexts.js";
import type { Computed, Egress, ReleaseTerms } from "../egress/egress.js";
import { compareAlone, comparisonJson, type Comparison } from "../learning/alone.js";
import { learnerOf, type Learner } from "../learning/learner.js";
import { NetworkMemory } from "../learning/network/memory.js";
import { RemovedSince } from "../rows/removed-since.js";
import { accept } from "../data/quality/run-quality.js";
import { warnOfPeople } from "./own-warnings.js";
import type { Conclusion, SessionWork } from "./session-work.js";
import type { PrivacySettings } from "../budget/limits.js";
import { answerName, beyondCeiling, holdoutCoins, privacyOf, statedTable } from "./training-privacy.js";
import { clauseOfGate, clauseOfRows } from "../rows/rows-refused.js";
import { readRows, type Feed, type Reader, type RowsRead, type SessionRows } from "../rows/session-rows.js";
import { rowsAsBegun } from "./rows-as-begun.js";

/** One training as this node works for it. */
export interface Work {
  readonly session: SessionId;
  readonly digest: Digest;
  readonly charter: Charter;
  readonly plan: TrainingPlan;
  readonly self: PartyId;
  /** Of the session: a key share under encrypted sums follows from it, and noise. */
  readonly entropy: Uint8Array;
  readonly settings: PrivacySettings;
  readonly egress: Egress;
  readonly database: Database;
  readonly feed: Feed;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Says what is being done, for the person who asks. */
  doing(what: string): void;
}

type Asked = SessionPart["ask"];
type Result = SessionPart["event"];

/** Does what the participant asks of its host. Repeatable: after a crash the same ask gives the same answer. */
export class TrainingWork implements SessionWork {
  readonly #work: Work;
  /** Read once a process: what a round computes from does not change under it. The process after a crash reads again, and goes on only with the same rows. */
  #reading: Promise<RowsRead<Admission | null>> | null = null;
  readonly #removed: RemovedSince;
  #learner: Learner | null = null;

  constructor(work: Work) {
    this.#work = work;
    this.#removed = new RemovedSince(work.feed.settings.deletions);
  }

  async resultOf(ask: Asked): Promise<Result> {
    switch (ask.kind) {
      case "admit": return this.#admit();
      case "permit": return this.#permit(ask);
      case "make-key": return { kind: "key-made", root: this.#work.egress.ciphertexts.makeKey(this.#keyed()), atMs: this.#work.nowMs() };
      case "contribute": return this.#contribute(ask);
      case "decrypt": {
        const decrypted = this.#work.egress.ciphertexts.decrypt(this.#keyed(), ask);
        if (decrypted.kind === "refused") return this.#refused(decrypted.code, decrypted.clause);
        return { kind: "part-decrypted", round: ask.round, root: decrypted.root, atMs: this.#work.nowMs() };
      }
    }
  }

  /** The rows this session was admitted with; null if they have changed since, or if somebody was removed since: nothing more is computed from her row. */
  async rows(): Promise<SessionRows | null> {
    const read = await (this.#reading ??= this.#read(() => Promise.resolve(null)));
    if (this.#removed.anybody) return null;
    return rowsAsBegun(read, this.#work);
  }

  async conclude(result: SessionPart["result"]): Promise<Conclusion> {
    if (result.kind === "answer") throw new RangeError("a training ends with a model");
    const { model, evaluation, answered } = result;
    const own = await this.#compared(model);
    return { outcome: { kind: "done", model: modelJson(model), evaluation, answered, comparison: comparisonJson(own) }, own };
  }

  async #compared(model: Model): Promise<Comparison> {
    const rows = await this.rows();
    return rows === null ? { kind: "not-comparable", because: "the rows changed" } : compareAlone(rows, model, this.#work.plan);
  }

  /** The training is over here. */
  close(): void {
    this.#learner?.close();
  }

  async #admit(): Promise<Result> {
    const { charter, plan, self, egress, feed, session, digest, entropy, settings, logger, doing, nowMs } = this.#work;
    const without = plan.without ?? null;
    if (without === self) return this.#refused("NODE_REFUSED", "request.leave-one-out");
    const parties = partiesOf(this.#work);
    doing("checks the charter and reads the rows");
    const request = {
      question: plan.question, parties, without, threshold: Math.max(charter.quorum, quorumMin(parties.length)),
      planDigest: planDigest(plan), ownPlanDigest: planDigest(planOf(charter, without)), releases: plan.rounds, nanoRho: priceOfTraining(plan),
    };
    const { ledger } = egress;
    const usage = { releases: ledger.releasesUnder(digest), chargedNanoRho: ledger.charges.under(digest), reserve: settings.opensReserve ? "opened" : "kept" } as const;
    const allowance = allowTraining(charter, request, instantText(nowMs()), usage);
    if (allowance.kind === "refuse") {
      logger.warn("a training was refused", { session, clause: allowance.clause, because: allowance.says, fix: allowance.fix });
      return this.#refused("NODE_REFUSED", allowance.clause);
    }
    const beyond = beyondCeiling(this.#work, digest, ledger.charges);
    if (beyond !== null) {
      const { clause, ...why } = beyond;
      logger.warn("a training was refused", { session, clause, ...why });
      return this.#refused("BUDGET_SPENT", clause);
    }
    const reading = this.#read((table) => {
      doing("holds the rows to the quality gate");
      const { recipe, rowsMinPerParty: rowsMin, rowsMaxPerParty: rowsMax } = plan;
      return passGate(feed, { recipe, at: "questions.0", rowsMin, rowsMax, parties: plan.parties }, { table, nowMs: nowMs() });
    });
    this.#reading = reading;
    const read = await reading;
    if (read.kind === "refused") return this.#refused("DATA_REFUSED", clauseOfRows(read, { session, logger }));
    const gate = read.judged;
    const clause = clauseOfGate(gate, { session, logger });
    if (gate.kind === "refused") return this.#refused("DATA_REFUSED", clause ?? "");
    egress.ledger.pinRows(session, read.rows, digest);
    // Rows that were pinned and never stated, because the process ended in between, are the session's all the same.
    if (egress.ledger.rowsOf(session) !== read.rows.digest) return this.#refused("DATA_CHANGED", "the rows are not those the session began with");
    accept(feed.gate.folder, gate.result);
    egress.keepNotes(session, read.rows.notes, nowMs());
    for (const note of read.rows.notes) logger.warn("the charter's recipe changed values", { session, code: note.code, because: explainNote(note) });
    warnOfPeople(this.#work, plan.recipe);
    // What was counted exactly does not leave beside noisy sums.
    const quality = plan.noise === undefined ? qualityVectorJson(gate.quality) : null;
    return { kind: "admitted", data: { table: statedTable(plan, read.rows.setDigest, entropy), claims: gate.claims, quality }, atMs: nowMs() };
  }

  async #contribute(ask: AnswerAsked): Promise<Result> {
    const { session, digest, charter, egress, doing, nowMs } = this.#work;
    const { round, question, scene } = ask;
    if (scene.kind === "statistic") return this.#refused("TRAINING_ORDER", "a training asks for no statistics");
    doing(`computes the ${question.kind} of round ${round}`);
    const rows = await this.rows();
    if (rows === null) return this.#refused("DATA_CHANGED", "the rows are not those the session began with");
    const { releasesMax } = charter.privacy.budget;
    const terms: ReleaseTerms = { id: session, charter: digest, releasesMax, privacy: privacyOf(this.#work, ask, scene, rows) };
    const egressed = await egress.release(terms, ask, () => this.#compute(scene, rows, answerName(session, ask, rows)));
    doing(`waits for the sum of round ${round}`);
    switch (egressed.kind) {
      case "refused": return this.#refused(egressed.code, egressed.clause);
      case "encrypted": return { ...egressed, round, atMs: nowMs() };
      case "released": return { kind: "contributed", round, root: egressed.release.root, words: egressed.release.words, atMs: nowMs() };
    }
  }

  #keyed(): KeyedSession {
    const { session, digest: charter, entropy } = this.#work;
    return { session, charter, entropy };
  }

  /** What was opened on these rows over other parties would, with this sum, tell the difference: one party's part. Of noisy sums it may: both were paid for. */
  #permit({ question, survivors, round }: PermissionAsked): Result {
    const { session, digest, charter, plan, egress: { ledger }, nowMs } = this.#work;
    const [rows, rowSet] = [ledger.rowsOf(session) ?? "", ledger.rowSetOf(session) ?? ""];
    const opening = {
      session, round, without: plan.without ?? "", charter: digest, question: question.kind, model: question.model,
      rows, rowSet, survivors: survivors.join(" "),
    };
    const which = charter.aggregation.dropouts === "end" ? "any" : "same";
    if (plan.noise === undefined && ledger.contradicts(opening, which)) return this.#refused("TRAINING_REPEAT", "sums over these rows were opened with other parties before");
    ledger.agree(opening);
    return { kind: "permitted", round, atMs: nowMs() };
  }

  /** This node's answer to one round, in the clear: only `egress` may see it. */
  async #compute(scene: Scene, rows: SessionRows, name: string): Promise<Computed> {
    const { plan, self, session, entropy, database, logger } = this.#work;
    const say = (note: string) => logger.info(note, { session });
    this.#learner ??= learnerOf(plan, rows, { party: self, entropy, memory: new NetworkMemory(database, session), say });
    return { layout: layoutOf(scene.question, layoutTerms(plan)), values: await this.#learner.answer(scene, name) };
  }

  /** Of a common held-out file the others count the share of whom they do without, so that both trainings are judged on the same rows. */
  #read<T>(judge: Reader<T>["judge"]): Promise<RowsRead<T>> {
    const { feed, plan, self, entropy } = this.#work;
    this.#removed.reading();
    return readRows(feed, plan, { party: self, parties: partiesOf(this.#work), coins: holdoutCoins(plan, entropy), judge });
  }

  #refused(code: FaultCode, clause: string): Result {
    return { kind: "refused", code, clause, atMs: this.#work.nowMs() };
  }
}

/** Who takes part: the charter's parties, but for the one that a training does without. */
function partiesOf({ charter, plan }: Pick<Work, "charter" | "plan">): readonly PartyId[] {
  return charter.parties.map(({ name }) => name).filter((name) => name !== plan.without);
}
