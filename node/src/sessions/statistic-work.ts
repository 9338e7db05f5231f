import type { Json } from "@cohortium/crypto/canonical-json";
import type { PermissionAsked } from "@cohortium/protocol/aggregation/round-member";
import type { AnswerAsked, SessionPart } from "@cohortium/protocol/conduct/participant";
import { sessionPlanDigest } from "@cohortium/protocol/conduct/plan";
import { allowStatistic, type Allowance } from "@cohortium/protocol/charter/gate";
import type { FaultCode } from "@cohortium/protocol/session/fault";
import type { Digest, PartyId } from "@cohortium/protocol/session/ids";
import { instantText } from "@cohortium/protocol/session/instant";
import { qualityVectorJson } from "@cohortium/protocol/columns/quality-vector";
import { cellRowsStatedMax } from "@cohortium/protocol/columns/statement";
import { quorumMin } from "@cohortium/protocol/charter/quorum";
import { chargeOf } from "@cohortium/protocol/statistics/charge";
import { statisticLayout, statisticNoise } from "@cohortium/protocol/statistics/layout";
import { statisticPlanOf, type StatisticPlan, type StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import { queryDigest, queryJson } from "@cohortium/protocol/statistics/query-schema";
import { passGate, type Admission } from "../rows/admission-gate.js";
import { explainNote } from "../data/note.js";
import type { LocalRows } from "../data/local-rows.js";
import type { FeedTable } from "../data/sql/feed-table.js";
import type { Computed, ReleaseTerms } from "../egress/egress.js";
import { RemovedSince } from "../rows/removed-since.js";
import { accept } from "../data/quality/run-quality.js";
import { clauseOfGate, clauseOfRows } from "../rows/rows-refused.js";
import type { Opening } from "../store/ledger.js";
import { warnOfPeople } from "./own-warnings.js";
import type { Conclusion, SessionWork } from "./session-work.js";
import type { Work } from "./training-work.js";
import { computeStatistic } from "../statistics/compute.js";
import { limitsOf, type PrivacySettings } from "../budget/limits.js";
import { ownDrift } from "../statistics/own-drift.js";
import { readStatisticRows, type StatisticRows } from "../statistics/read-rows.js";
import { rowsAsBegun } from "./rows-as-begun.js";

/** One question as this node works on it. */
export interface Asked extends Omit<Work, "plan" | "database"> {
  readonly plan: StatisticPlan;
}

type Result = SessionPart["event"];

/** The sum in question. */
type Of = Pick<PermissionAsked, "round" | "question">;

/** Answers one question of statistics. Repeatable: after a crash the same ask gives the same words, noise included, and is charged once. */
export class StatisticWork implements SessionWork {
  readonly #asked: Asked;
  readonly #query: Digest;
  /** Read once a process, as for trainings. */
  #reading: Promise<StatisticRows<Admission | null>> | null = null;
  readonly #removed: RemovedSince;

  constructor(asked: Asked) {
    this.#asked = asked;
    this.#query = queryDigest(asked.plan.query);
    this.#removed = new RemovedSince(asked.feed.settings.deletions);
  }

  async resultOf(ask: SessionPart["ask"]): Promise<Result> {
    const { egress: { ciphertexts }, session, digest: charter, entropy, nowMs } = this.#asked;
    switch (ask.kind) {
      case "admit": return this.#admit();
      case "permit": return this.#permit(ask);
      case "make-key": return { kind: "key-made", root: ciphertexts.makeKey({ session, charter, entropy }), atMs: nowMs() };
      case "contribute": return this.#contribute(ask);
      case "decrypt": {
        const decrypted = ciphertexts.decrypt({ session, charter, entropy }, ask);
        if (decrypted.kind === "refused") return this.#refused(decrypted.code, decrypted.clause);
        return { kind: "part-decrypted", round: ask.round, root: decrypted.root, atMs: nowMs() };
      }
    }
  }

  async conclude(result: SessionPart["result"]): Promise<Conclusion> {
    if (result.kind !== "answer") throw new RangeError("a question ends with an answer");
    const { plan: { query }, egress: { ledger }, session } = this.#asked;
    const nanoRho = ledger.charges.inSession(session);
    const outcome = { kind: "answered", query: queryJson(query), answer: result.answer, answered: result.answered, nanoRho };
    return { outcome: query.kind === "drift" ? { ...outcome, drift: await this.#drift(result.answer) } : outcome, own: null };
  }

  /** Null as well where the rows have changed since. */
  async #drift(answer: Json): Promise<number | null> {
    const rows = await this.#rows();
    return rows === null ? null : ownDrift(rows, answer, this.#asked.plan);
  }

  close(): void {
    this.#reading = null;
  }

  async #admit(): Promise<Result> {
    const { plan, egress, feed, session, digest, logger, settings, doing, nowMs } = this.#asked;
    doing("checks the charter, the budget and the rows");
    const allowance = this.#allowance();
    if (allowance.kind === "refuse") {
      logger.warn("a question was refused", { session, clause: allowance.clause, because: allowance.says, fix: allowance.fix });
      return this.#refused(allowance.clause === "request.privacy-budget" ? "BUDGET_SPENT" : "NODE_REFUSED", allowance.clause);
    }
    const beyond = this.#beyondCeiling();
    if (beyond !== null) {
      logger.warn("a question was refused", { session, clause: "node.privacy-ceiling", ...beyond });
      return this.#refused("BUDGET_SPENT", "node.privacy-ceiling");
    }
    const tooMany = this.#asksTooMuch();
    if (tooMany !== null) {
      logger.warn("a question was refused", { session, clause: "node.cell-rows", ...tooMany });
      return this.#refused("NODE_REFUSED", "node.cell-rows");
    }
    const reading = this.#read((table) => {
      doing("holds the rows to the quality gate");
      const { clause: recipe, rowsMinPerParty: rowsMin, rowsMaxPerParty: rowsMax, parties } = plan;
      return passGate(feed, { recipe, at: "statistics", rowsMin, rowsMax, parties }, { table, nowMs: nowMs() });
    });
    this.#reading = reading;
    const read = await reading;
    if (read.kind === "refused") return this.#refused("DATA_REFUSED", clauseOfRows(read, { session, logger }));
    const refusal = clauseOfGate(read.judged, { session, logger });
    if (read.judged.kind === "refused") return this.#refused("DATA_REFUSED", refusal ?? "");
    egress.ledger.pinRows(session, read.rows, digest);
    if (egress.ledger.rowsOf(session) !== read.rows.digest) return this.#refused("DATA_CHANGED", "the rows are not those the session began with");
    accept(feed.gate.folder, read.judged.result);
    egress.keepNotes(session, read.notes, nowMs());
    for (const note of read.notes) logger.warn("the charter's recipe changed values", { session, code: note.code, because: explainNote(note) });
    warnOfPeople(this.#asked, plan.clause);
    const { claims, quality } = read.judged;
    return { kind: "admitted", data: { table: read.rows.setDigest, claims, quality: plan.noise === null ? qualityVectorJson(quality) : NOTHING_COUNTED, ...cellRowsOf(settings, plan) }, atMs: nowMs() };
  }

  #allowance(): Allowance {
    const { charter, plan, egress: { ledger }, digest, settings, nowMs } = this.#asked;
    const parties = charter.parties.map(({ name }) => name);
    const request = {
      kind: plan.query.kind, parties, threshold: Math.max(charter.quorum, quorumMin(parties.length)), planDigest: sessionPlanDigest(plan),
      ownPlanDigest: sessionPlanDigest(statisticPlanOf(charter, plan.query)), releases: plan.rounds, nanoRho: plan.query.nanoRho,
    };
    const usage = { releases: ledger.releasesUnder(digest), chargedNanoRho: ledger.charges.under(digest), reserve: settings.opensReserve ? "opened" : "kept" } as const;
    return allowStatistic(charter, request, instantText(nowMs()), usage);
  }

  /** Why this node's own ceiling over all charters does not let it answer; null if it does. */
  #beyondCeiling(): { readonly because: string; readonly fix: string } | null {
    const { plan, charter, egress: { ledger }, digest, settings } = this.#asked;
    const limits = limitsOf(charter, settings);
    if (plan.noise === null && limits.own !== null) return { because: "exact sums have no ε, so no ceiling covers them", fix: "sign a charter with noise, or take privacy.epsilonMax out of node.yaml" };
    if (ledger.charges.exceeds({ charter: digest, nanoRho: plan.query.nanoRho }, limits) === null) return null;
    return { because: "this node's own ceiling over all charters does not cover it", fix: "cohortium budget show; the ceiling is privacy.epsilonMax in node.yaml" };
  }

  /** Why no node of this charter may state what this one's settings want withheld; null if it may. */
  #asksTooMuch(): { readonly because: string; readonly fix: string } | null {
    const { plan, settings: { cellRows } } = this.#asked;
    const most = cellRowsStatedMax(plan);
    if ((cellRows ?? 0) <= most) return null;
    return { because: `cells below ${cellRows} rows are to be withheld, and under this charter ${most} is the most a company may ask for`, fix: "a smaller statistics.cellRows in node.yaml, or a charter that asks for more" };
  }

  async #contribute(ask: AnswerAsked): Promise<Result> {
    const { egress, doing, nowMs } = this.#asked;
    const { round, scene } = ask;
    if (scene.kind !== "statistic") return this.#refused("TRAINING_ORDER", "a question of statistics asks for no training");
    doing(`counts for sum ${round}`);
    const rows = await this.#rows();
    if (rows === null) return this.#refused("DATA_CHANGED", "the rows are not those the session began with");
    const { question } = scene;
    // Before anything leaves: what is refused when the sum is to be opened has been counted already.
    if (this.#isApart(ask, ask.parties)) return this.#refused("TRAINING_REPEAT", OTHER_PARTIES);
    const egressed = await egress.release(this.#terms(ask, question, rows), ask, () => Promise.resolve(computed(rows, question, this.#asked.plan)));
    doing(`waits for sum ${round}`);
    switch (egressed.kind) {
      case "refused": return this.#refused(egressed.code, egressed.clause);
      case "encrypted": return { ...egressed, round, atMs: nowMs() };
      case "released": return { kind: "contributed", round, root: egressed.release.root, words: egressed.release.words, atMs: nowMs() };
    }
  }

  /** Rows are in the label, because a copy of this node may be put back over other rows: under the same noise the difference of both would be bare. */
  #terms({ round, question: { model } }: AnswerAsked, question: StatisticQuestion, { setDigest: rowSet }: LocalRows): ReleaseTerms {
    const { plan, charter, session, digest, entropy, settings, nowMs } = this.#asked;
    const segments = statisticNoise(question, plan);
    return {
      id: session, charter: digest, releasesMax: charter.privacy.budget.releasesMax,
      privacy: {
        kind: "priced", noise: segments === null ? null : { segments, entropy, label: `${session}/${round}/${this.#query}/${model}/${rowSet}` },
        charge: { atMs: nowMs(), query: this.#query, kind: plan.query.kind, nanoRho: chargeOf(question, plan), rowSet }, limits: limitsOf(charter, settings),
      },
    };
  }

  #permit(ask: PermissionAsked): Result {
    if (this.#isApart(ask, ask.survivors)) return this.#refused("TRAINING_REPEAT", OTHER_PARTIES);
    this.#asked.egress.ledger.agree(this.#opening(ask, ask.survivors));
    return { kind: "permitted", round: ask.round, atMs: this.#asked.nowMs() };
  }

  /**
   * Whether the sum over these parties, next to one opened before on the same rows, would tell what a party brought. Compared is every sum: other
   * words, one dimension more or another kind of question may still count the same cells. Of noisy sums none is: whatever their difference tells
   * of a row, both were charged for, and one company that falls silent once would end all questions under the charter.
   */
  #isApart(ask: Of, parties: readonly PartyId[]): boolean {
    const { plan, egress: { ledger } } = this.#asked;
    return plan.noise === null && ledger.contradicts(this.#opening(ask, parties), "any");
  }

  #opening({ round, question }: Of, parties: readonly PartyId[]): Opening {
    const { session, digest: charter, egress: { ledger } } = this.#asked;
    const [rows, rowSet] = [ledger.rowsOf(session) ?? "", ledger.rowSetOf(session) ?? ""];
    return { session, round, without: "", charter, question: `${question.kind}/${this.#query}`, model: question.model, rows, rowSet, survivors: parties.join(" ") };
  }

  /** The rows this session was admitted with; null if they have changed since, or if somebody was removed since. */
  async #rows(): Promise<LocalRows | null> {
    const read = await (this.#reading ??= this.#read(() => Promise.resolve(null)));
    if (this.#removed.anybody) return null;
    return rowsAsBegun(read, this.#asked);
  }

  #read<T>(judge: (table: FeedTable) => Promise<T>): Promise<StatisticRows<T>> {
    this.#removed.reading();
    return readStatisticRows(this.#asked.feed, this.#asked.plan, judge);
  }

  #refused(code: FaultCode, clause: string): Result {
    return { kind: "refused", code, clause, atMs: this.#asked.nowMs() };
  }
}

const OTHER_PARTIES = "sums over these rows were opened with other parties before";

/** Under a charter with noise nothing that was counted may leave beside the noisy sums: how many rows there are is what one row more or less changes. */
const NOTHING_COUNTED = null;

function computed(rows: LocalRows, question: StatisticQuestion, plan: StatisticPlan): Computed {
  return { layout: statisticLayout(question, plan), values: computeStatistic(rows, question, plan) };
}

/** What this node asks of cells beside the charter; nothing where that asks for as much. */
function cellRowsOf({ cellRows }: PrivacySettings, { clause }: StatisticPlan): { readonly cellRows?: number } {
  return cellRows !== null && cellRows > clause.cellRows ? { cellRows } : {};
}
