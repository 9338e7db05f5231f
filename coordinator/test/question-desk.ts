import type { Json } from "@cohortium/crypto/canonical-json";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Entry } from "@cohortium/protocol/log/entry";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { parseSessionId, type Digest, type SessionId } from "@cohortium/protocol/session/ids";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import { Charters } from "../src/charters.js";
import { QuestionSchedules } from "../src/question-schedules.js";
import { Questions } from "../src/questions.js";
import { QuestionStore } from "../src/questions-store.js";
import { openCoordinatorDatabase } from "../src/store.js";
import type { TrainingView } from "../src/training-view.js";
import { draft, office } from "./stage.js";

export const NOISY = "a1".repeat(32) as Digest;
export const EXACT = "e0".repeat(32) as Digest;
/** As `NOISY`, with a quarter of ε in reserve. */
export const RESERVED = "d4".repeat(32) as Digest;
/** As `NOISY`, with three dimensions of 300 words each. */
export const WIDE = "3d".repeat(32) as Digest;
const WORDS = Array.from({ length: 300 }, (_, i) => `w${i}`);
const STATISTICS = {
  kinds: ["categories", "histogram", "rfm"], cellRows: 10,
  features: [
    { kind: "categorical", name: "channel", categories: ["Web", "Phone"] },
    ...["recency", "frequency", "monetary"].map((name) => ({ kind: "numeric", name, unit: "units", min: 0, max: 400 })),
  ],
};
const PRIVACY = { mechanism: "discrete-gaussian", note: "Noise.", budget: { releasesMax: 100, epsilon: 1, delta: 1e-6, reserveShare: 0 }, colluders: 0 };

function charterOf(change: object): Charter {
  const check = checkCharter(new Charters(office()).plan(draft({ questions: [], statistics: STATISTICS, ...change })).charter);
  if (check.kind === "ok") return check.charter;
  throw new Error(JSON.stringify(check.problems));
}
const CHARTERS = new Map<string, Charter>([
  [NOISY, charterOf({ privacy: PRIVACY })], [EXACT, charterOf({})],
  [RESERVED, charterOf({ privacy: { ...PRIVACY, budget: { ...PRIVACY.budget, reserveShare: 0.25 } } })],
  [WIDE, charterOf({ privacy: PRIVACY, statistics: { ...STATISTICS, kinds: ["profile"], features: ["a", "b", "c"].map((name) => ({ kind: "categorical", name, categories: WORDS })) } })],
]);
export const WHOLE = budgetOf(charterOf({ privacy: PRIVACY }))?.nanoRho ?? 0;

export const categories = (nanoRho: number, change: object = {}): Json => ({ kind: "categories", cohort: [], dimension: "channel", top: 2, nanoRho, ...change });
export const rfm = (nanoRho: number): Json => ({ kind: "rfm", recency: "recency", frequency: "frequency", monetary: "monetary", edges: null, nanoRho });
/** A cohort of so many words of each dimension, counted by each. */
export const wide = (words: number): Json => ({
  kind: "profile", cohort: ["a", "b", "c"].map((dimension) => ({ dimension, words: WORDS.slice(0, words) })), by: ["a", "b", "c"], measures: [], nanoRho: 1_000_000,
});
export const ANSWER: Json = { kind: "categories", rows: 30 };

/** A desk over a database in memory; sessions run until the test says how they ended. */
export class Desk {
  readonly database = openCoordinatorDatabase(":memory:");
  readonly store = new QuestionStore(this.database);
  readonly launched: SessionId[] = [];
  readonly sessions = new Map<string, Pick<TrainingView, "state" | "says" | "round" | "fault">>();
  nowMs = Date.parse("2027-01-04T07:00:00Z");
  expired = false;
  crashes = false;
  #fresh = 0;
  questions = this.#questions();

  #questions(): Questions {
    return new Questions({
      store: this.store, logger: office().logger, nowMs: () => this.nowMs,
      charterToday: (digest) => {
        const charter = CHARTERS.get(digest);
        if (charter === undefined || this.expired) throw new Refusal({ code: "CHARTER_EXPIRED", title: "the charter does not hold today", detail: "" });
        return charter;
      },
      charterInForce: (digest) => CHARTERS.get(digest) ?? null,
      freshSession: () => parseSessionId((++this.#fresh).toString(16).padStart(32, "0")),
      launch: (session) => {
        if (this.crashes) throw new Error("a power cut");
        this.launched.push(session);
        this.sessions.set(session, { state: "running", says: "sums", round: 1, fault: null });
      },
      view: (session) => (this.sessions.get(session) ?? null) as TrainingView | null,
    });
  }

  /** The process ends and another starts over the same database. */
  restart(): void {
    this.crashes = false;
    this.questions = this.#questions();
    this.questions.recover();
  }

  schedules(): QuestionSchedules {
    return new QuestionSchedules({ store: this.store, questions: this.questions, logger: office().logger, nowMs: () => this.nowMs });
  }

  charterEnds(charter: Digest): string {
    return CHARTERS.get(charter)?.expires ?? "";
  }

  ask(query: Json, { charter = NOISY, fresh = false, request = null }: { charter?: Digest; fresh?: boolean; request?: string | null } = {}) {
    return this.questions.ask({ charter, query, fresh, request });
  }

  answer(session: string, answer = ANSWER): void {
    this.questions.answered(parseSessionId(session), answer);
    this.sessions.set(session, { state: "done", says: "answered", round: 1, fault: null });
  }

  /** `cause` is why a node refused; null where it did not say. */
  abort(session: string, cause: string | null = "AGGREGATION_TOO_FEW"): void {
    this.sessions.set(session, { state: "aborted", says: "too few", round: 0, fault: { code: "NODE_REFUSED", ...(cause === null ? {} : { cause }), says: "too few", fix: "", side: "operator" } });
  }

  /** An answer of this price was given under `NOISY`, whoever asked for it. */
  paid(session: string, nanoRho: number): void {
    this.store.ask({ session, charter: NOISY, digest: session.repeat(2), query: categories(nanoRho), nanoRho, askedMs: this.nowMs, request: null, schedule: null });
    this.store.answer(session, new TextEncoder().encode("{}"), this.nowMs);
  }

  /** A company's masked words for this sum are in the log. */
  uploaded(session: string, round: number): void {
    this.questions.published([{ statement: { type: "round.upload", session, round } } as Entry]);
  }
}
