import { fromUtf8 } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import type { Logger } from "@cohortium/protocol/host/logger";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Entry } from "@cohortium/protocol/log/entry";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { parseDigest, parseSessionId, type Digest, type SessionId } from "@cohortium/protocol/session/ids";
import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import { budgetOf, type PrivacyBudget } from "@cohortium/protocol/charter/privacy-budget";
import type { Answer } from "@cohortium/protocol/statistics/answer";
import { chargeOfFirst, sumsOf } from "@cohortium/protocol/statistics/charge";
import { queryProblems, statisticPlanOf } from "@cohortium/protocol/statistics/plan";
import type { Query } from "@cohortium/protocol/statistics/query";
import { refusesAll, type EarlierAnswer } from "@cohortium/protocol/statistics/sequence";
import { parseQuery, queryDigest, queryJson } from "@cohortium/protocol/statistics/query-schema";
import { askedReply, questionView, stateOf, type AskedReply, type QuestionView } from "./question-view.js";
import type { KeptQuestion, QuestionStore } from "./questions-store.js";
import type { TrainingView } from "./training-view.js";

/** A coordinator that is started again within this time asks what it had taken on. */
const ASKED_AGAIN_WITHIN_MS = 600_000;

/** What questions need of the coordinator around them. */
export interface QuestionsHost {
  readonly store: QuestionStore;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** @throws Refusal unless the charter is in force and holds now. */
  charterToday(charter: Digest): Charter;
  /** Whether it holds or not; null for one that was never in force. */
  charterInForce(charter: string): Charter | null;
  freshSession(): SessionId;
  launch(session: SessionId, charter: Digest, query: Query): void;
  view(session: SessionId): TrainingView | null;
}

/** What somebody asks. `query` is unparsed. */
export interface Ask {
  readonly charter: Digest;
  readonly query: Json;
  /** Ask the companies anew, and pay for it, also where an answer is kept. */
  readonly fresh: boolean;
  /** The request's Idempotency-Key: a repeat after a crash finds what the first began. */
  readonly request: string | null;
}

/** A question that is known and allowed, and not yet asked. */
interface Admitted {
  readonly charter: Digest;
  readonly query: Query;
  readonly digest: Digest;
}

/**
 * The desk where questions are asked. Each is a session of its own; its answer is kept, and whoever asks the same again gets the same bytes.
 *
 * What it says of the budget is what this coordinator saw; each node keeps its own account and refuses by that.
 */
export class Questions {
  readonly #host: QuestionsHost;

  constructor(host: QuestionsHost) {
    this.#host = host;
  }

  /** Asks what a crash kept from being asked a moment ago; what is older nobody waits for any more. Call when trainings have recovered. */
  recover(): void {
    for (const question of this.#host.store.questions()) {
      const session = parseSessionId(question.session);
      if (question.refused !== null || this.#host.view(session) !== null) continue;
      if (this.#host.nowMs() - question.askedMs <= ASKED_AGAIN_WITHIN_MS) this.#askAgain(session, question);
      else this.#host.store.refuse(session, "the coordinator stopped before it was asked, and started too late to ask it");
    }
  }

  /** @throws Refusal REQUEST_QUERY, CHARTER_QUESTION, BUDGET_EXCEEDED, BUDGET_SPENT or POLICY_WITHHELD, all before anything is computed anywhere. */
  ask({ charter, query, fresh, request }: Ask): AskedReply {
    const { store } = this.#host;
    const begun = request === null ? null : store.asked(request);
    if (begun !== null) return askedReply("launched", begun, null);
    const admitted = this.admit(charter, query);
    const kept = fresh ? null : store.kept(charter, admitted.digest);
    if (kept !== null) return askedReply("kept", kept.question, kept.answer);
    const running = fresh ? undefined : this.#running().find((one) => one.charter === charter && one.digest === admitted.digest);
    if (running !== undefined) return askedReply("running", running, null);
    return askedReply("launched", this.launch(this.#host.freshSession(), admitted, { request, schedule: null }), null);
  }

  /** What a charter allows to ask, whatever is left of its budget. @throws Refusal REQUEST_QUERY, CHARTER_QUESTION or BUDGET_EXCEEDED. */
  admit(charter: Digest, query: Json): Admitted {
    const read = readQuery(query);
    const text = this.#host.charterToday(charter);
    const problems = queryProblems(text, read);
    if (problems.length === 0) return { charter, query: read, digest: queryDigest(read) };
    const isPrice = budgetOf(text) !== null && read.nanoRho >= sumsOf(read) && problems.every(({ path }) => path === "/nanoRho");
    throw new Refusal({
      code: isPrice ? "BUDGET_EXCEEDED" : "CHARTER_QUESTION", title: isPrice ? "this would cost more than the charter's whole budget" : "this charter does not answer this question", rule: isPrice ? "request.privacy-budget" : "request.statistics",
      detail: problems.map(({ path, says }) => `${path}: ${says}`).join("\n"), fix: [...new Set(problems.map(({ fix }) => fix))].join("; "),
    });
  }

  /** @throws Refusal unless the charter is in force and holds now. */
  charterToday(charter: Digest): Charter {
    return this.#host.charterToday(charter);
  }

  /** Begins a session for it. @throws Refusal as `assertWorthwhile`. */
  launch(session: SessionId, { charter, query, digest }: Admitted, { request, schedule }: Pick<KeptQuestion, "request" | "schedule">): KeptQuestion {
    this.assertWorthwhile(charter, query);
    const { store, nowMs } = this.#host;
    store.ask({ session, charter, digest, query: queryJson(query), nanoRho: query.nanoRho, askedMs: nowMs(), request, schedule });
    this.#begin(session, () => this.#host.launch(session, charter, query));
    return this.#known(session);
  }

  /** @throws Refusal BUDGET_SPENT if what is left would not cover it; POLICY_WITHHELD if its answer would withhold everything, whatever the rows. */
  assertWorthwhile(charter: Digest, query: Query): void {
    this.#assertCovered(charter, query);
    const because = refusesAll(query, statisticPlanOf(this.#host.charterToday(charter), query), this.answersUnder(charter));
    if (because === null) return;
    throw new Refusal({
      code: "POLICY_WITHHELD", title: "the answer to this question would be withheld as a whole", detail: `${because}; nothing was asked, and nothing is charged`,
      fix: "ask of fewer words and columns at once, or of all rows, or sign a new charter",
    });
  }

  /** @throws Refusal BUDGET_SPENT unless the charter's budget covers this question too. */
  #assertCovered(charter: Digest, { nanoRho }: Query): void {
    const { limit, reserve, spent } = this.budget(charter);
    // Whether the reserve is open, each node decides for itself. Written so that NaN refuses.
    if (limit === null || spent + nanoRho <= limit + reserve) return;
    throw new Refusal({
      code: "BUDGET_SPENT", title: "the charter's privacy budget does not cover this question", rule: "request.privacy-budget",
      detail: `it costs ${budgetShare(nanoRho, limit)} of the budget, of which ${budgetShare(Math.max(0, limit - spent), limit)} is left${reserve === 0 ? "" : `, and ${budgetShare(limit + reserve - Math.max(limit, spent), limit)} more in reserve`}; nothing was computed`,
      fix: "ask with a smaller --epsilon, ask again for an answer that is kept, or sign a new charter",
    });
  }

  /** In 10^-9 of ρ. `limit` is null where no noise is added, and without the reserve; `spent` counts what is under way as if it were done. */
  budget(charter: Digest): { readonly limit: number | null; readonly reserve: number; readonly spent: number } {
    const text = this.#host.charterInForce(charter);
    const asked = this.#host.store.questions().filter((one) => one.charter === charter);
    const spent = asked.reduce((sum, one) => sum + this.#charged(one, stateOf(one, this.#trainingOf(one))), 0);
    const budget = text === null ? NO_BUDGET : budgetOf(text);
    return { limit: budget?.nanoRho ?? null, reserve: budget?.reserveNanoRho ?? 0, spent };
  }

  /** A statistic's session ended with this answer. */
  answered(session: SessionId, answer: Json): void {
    this.#host.store.answer(session, canonicalBytes(answer), this.#host.nowMs());
  }

  /** What was answered under a charter before, in order: what a next answer must not help to tell. */
  answersUnder(charter: Digest): readonly EarlierAnswer[] {
    return this.#host.store.answersUnder(charter).map(({ question, answer }) => ({ query: parseQuery(question.query), answer: parseAnswer(answer) }));
  }

  /** These stand in the log. A sum that a company has sent something for is paid for, also if nobody ever reads it. */
  published(entries: readonly Entry[]): void {
    for (const { statement: { type, session, round } } of entries) if (type === "round.upload" || type === "round.sealed") this.#host.store.uploaded(session, round);
  }

  /** Whether this session is a question's. */
  knows(session: string): boolean {
    return this.#host.store.question(session) !== null;
  }

  view(session: string): QuestionView | null {
    const question = this.#host.store.question(session);
    return question === null ? null : this.#viewOf(question);
  }

  /** The oldest first. */
  views(): readonly QuestionView[] {
    return this.#host.store.questions().map((question) => this.#viewOf(question));
  }

  /** The answer's bytes, the same each time; null while there is none. */
  answerOf(session: string): Uint8Array | null {
    return this.#host.store.answerOf(session);
  }

  /** What the schedule has asked last. */
  lastOf(schedule: string): QuestionView | null {
    const last = this.#host.store.questions().findLast((one) => one.schedule === schedule);
    return last === undefined ? null : this.#viewOf(last);
  }

  /** The last `count` that the schedule has asked, the oldest first. */
  recentOf(schedule: string, count: number): readonly QuestionView[] {
    return this.#host.store.questions().filter((one) => one.schedule === schedule).slice(-count).map((question) => this.#viewOf(question));
  }

  #running(): readonly KeptQuestion[] {
    return this.#host.store.questions().filter((one) => stateOf(one, this.#trainingOf(one)) === "running");
  }

  #trainingOf({ session }: KeptQuestion): TrainingView | null {
    return this.#host.view(parseSessionId(session));
  }

  #charged(question: KeptQuestion, state: QuestionView["state"]): number {
    const charter = this.#host.charterInForce(question.charter);
    const query = parseQuery(question.query);
    // Words may be found before all sums are taken.
    if (charter === null || state === "running" || (state === "done" && query.kind !== "words")) return question.nanoRho;
    return chargeOfFirst(question.uploaded, statisticPlanOf(charter, query));
  }

  #viewOf(question: KeptQuestion): QuestionView {
    const view = questionView(question, this.#trainingOf(question), this.#host.store.answerOf(question.session));
    return { ...view, charged: this.#charged(question, view.state) };
  }

  #known(session: SessionId): KeptQuestion {
    const question = this.#host.store.question(session);
    if (question === null) throw new Error("a question that was asked is known");
    return question;
  }

  #askAgain(session: SessionId, question: KeptQuestion): void {
    const charter = parseDigest(question.charter);
    this.#begin(session, () => {
      const { query } = this.admit(charter, question.query);
      this.assertWorthwhile(charter, query);
      this.#host.launch(session, charter, query);
    });
  }

  /** A session that cannot begin stays in the list, so that people see it; it never ran, so it costs nothing. */
  #begin(session: SessionId, launch: () => void): void {
    try {
      launch();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#host.store.refuse(session, error.title);
      this.#host.logger.warn("a question could not be asked", { session, because: error.title });
    }
  }
}

const NO_BUDGET: PrivacyBudget = { nanoRho: 0, reserveNanoRho: 0 };

/** @throws Refusal REQUEST_QUERY naming the place at fault. */
function readQuery(json: Json): Query {
  try {
    return parseQuery(json);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal({ code: "REQUEST_QUERY", title: "this is no question of the catalogue", detail: error.message, fix: "see what each takes with: cohortium question show" }, { cause: error });
  }
}

/** What this coordinator has written itself. */
function parseAnswer(bytes: Uint8Array): Answer {
  return JSON.parse(fromUtf8(bytes)) as Answer;
}
