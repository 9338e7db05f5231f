import { toHex, utf8 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { freshEntropy } from "@cohortium/crypto/entropy";
import { sha256 } from "@cohortium/crypto/hash";
import { memberOf } from "@cohortium/crypto/json-member";
import { exitCodeOf } from "@cohortium/protocol/host/exit-codes";
import type { Logger } from "@cohortium/protocol/host/logger";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { Wakes } from "@cohortium/protocol/host/wakes";
import { parseDigest, parseSessionId, type Digest, type SessionId } from "@cohortium/protocol/session/ids";
import { instantText } from "@cohortium/protocol/session/instant";
import { queryJson } from "@cohortium/protocol/statistics/query-schema";
import { occurrenceAfter, type RhythmUnit } from "./calendar.js";
import type { QuestionView } from "./question-view.js";
import type { Questions } from "./questions.js";
import type { KeptSchedule, QuestionStore } from "./questions-store.js";

/** What a schedule is made of. `startMs` may lie in the past: then it begins with its next time; null is now. */
export interface NewSchedule {
  readonly charter: Digest;
  readonly query: Json;
  readonly every: number;
  readonly unit: RhythmUnit;
  readonly startMs: number | null;
}

interface SchedulesHost {
  readonly store: QuestionStore;
  readonly questions: Questions;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/** A schedule as people and scripts see it. Times are RFC 3339. */
export interface ScheduleView {
  readonly id: string;
  readonly charter: string;
  readonly query: Json;
  readonly every: number;
  readonly unit: RhythmUnit;
  readonly start: string;
  readonly next: string | null;
  readonly runs: number;
  readonly state: KeptSchedule["state"];
  readonly because: string;
}

/** A timer holds 24 days at most, and a clock may be set: looked at this often, a schedule is never later than that. */
const LOOK_EVERY_MS = 3_600_000;
const TICK = "schedules";
/** So many runs in a row without an answer are no bad luck any more, and some of them were paid for. */
const ABORTED_MAX = 3;

/**
 * Questions that are asked anew by the calendar, each time paid for, until the budget would not cover the next, until one is refused for a reason that
 * stays, or until three in a row bring no answer. What was missed while the
 * coordinator was off is asked once, not as often as it was missed.
 */
export class QuestionSchedules {
  readonly #store: QuestionStore;
  readonly #questions: Questions;
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  readonly #wakes: Wakes;

  constructor({ store, questions, logger, nowMs }: SchedulesHost) {
    this.#store = store;
    this.#questions = questions;
    this.#logger = logger;
    this.#nowMs = nowMs;
    this.#wakes = new Wakes(nowMs);
  }

  /** Runs what is due and waits for the next. Call when questions have recovered. */
  recover(): void {
    this.#tick();
  }

  /**
   * @throws Refusal as `Questions.admit` and `Questions.assertWorthwhile`: what could not be asked now is no plan for later; REQUEST_SCHEDULE for one
   * that would begin when its charter has ended.
   */
  add(id: string, { charter, query, every, unit, startMs: start }: NewSchedule): ScheduleView {
    const admitted = this.#questions.admit(charter, query);
    this.#questions.assertWorthwhile(charter, admitted.query);
    const nowMs = this.#nowMs();
    const startMs = start ?? nowMs;
    const nextMs = startMs >= nowMs ? startMs : occurrenceAfter({ every, unit, startMs }, nowMs);
    const { expires } = this.#questions.charterToday(charter);
    // Written so that NaN refuses.
    if (!(nextMs < Date.parse(expires))) {
      throw new Refusal({
        code: "REQUEST_SCHEDULE", title: "the charter ends before this schedule begins", detail: `it would first be asked on ${instantText(nextMs)}, and the charter holds until ${expires}`,
        fix: "begin earlier, or sign a charter that holds longer",
      });
    }
    this.#store.addSchedule({ id, charter, query: queryJson(admitted.query), every, unit, startMs, createdMs: nowMs, nextMs });
    this.#tick();
    return this.#known(id);
  }

  /** Null if there is none of this name. One that has stopped stays as it is. */
  remove(id: string): ScheduleView | null {
    if (this.#store.schedule(id) === null) return null;
    this.#store.stop(id, "removed", "");
    return this.#known(id);
  }

  views(): readonly ScheduleView[] {
    return this.#store.schedules().map(scheduleView);
  }

  close(): void {
    this.#wakes.close();
  }

  #tick(): void {
    const nowMs = this.#nowMs();
    for (const schedule of this.#store.schedules()) {
      if (schedule.nextMs === null || schedule.nextMs > nowMs) continue;
      try {
        this.#run(schedule, nowMs);
      } catch (error) {
        // One schedule that cannot run must not keep the others from running.
        this.#store.postpone(schedule.id, occurrenceAfter(schedule, nowMs));
        this.#logger.error("a scheduled question could not be asked; it is asked at its next time", { schedule: schedule.id, error: error instanceof Error ? error.name : "unknown" });
      }
    }
    const next = Math.min(...this.#store.schedules().flatMap(({ nextMs }) => nextMs ?? []), this.#nowMs() + LOOK_EVERY_MS);
    this.#wakes.set(TICK, next, () => this.#tick());
  }

  #run(schedule: KeptSchedule, nowMs: number): void {
    const { id, charter, query } = schedule;
    const nextMs = occurrenceAfter(schedule, nowMs);
    const last = this.#questions.lastOf(id);
    if (last?.state === "running") {
      this.#store.postpone(id, nextMs);
      return;
    }
    const stopped = last === null ? null : this.#stopAfter(id, last);
    if (stopped !== null) {
      this.#store.stop(id, stopped.state, stopped.because);
      this.#logger.warn("a scheduled question has stopped", { schedule: id, because: stopped.because });
      return;
    }
    try {
      const session = sessionOf(schedule);
      // Asked before a crash kept us from noting it.
      if (!this.#questions.knows(session)) this.#questions.launch(session, this.#questions.admit(parseDigest(charter), query), { request: null, schedule: id });
      this.#store.ran(id, nextMs);
      this.#questions.assertWorthwhile(parseDigest(charter), this.#questions.admit(parseDigest(charter), query).query);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#store.stop(id, stateFor(error.code), `${error.title}: ${error.detail}`);
      this.#logger.warn("a scheduled question has stopped", { schedule: id, because: error.title });
    }
  }

  /** Whether to ask again after how it went: each time costs what was sent, whether or not an answer comes of it. */
  #stopAfter(id: string, last: QuestionView): { readonly state: Stopped; readonly because: string } | null {
    if (last.state !== "aborted") return null;
    const code = refusalThatRepeats(last);
    if (code !== null) return { state: stateFor(code), because: last.says };
    const recent = this.#questions.recentOf(id, ABORTED_MAX);
    if (recent.length < ABORTED_MAX || !recent.every(({ state }) => state === "aborted")) return null;
    return { state: "stopped: failing", because: `it ended ${ABORTED_MAX} times in a row without an answer, last: ${last.says}` };
  }

  #known(id: string): ScheduleView {
    const schedule = this.#store.schedule(id);
    if (schedule === null) throw new Error("a schedule that was added is known");
    return scheduleView(schedule);
  }
}

type Stopped = Extract<KeptSchedule["state"], `stopped: ${string}`>;

/**
 * The code of what would be refused again in the same way: by a policy (exit 4) or a budget (exit 5). A node counts for itself, and may have spent
 * what this coordinator has not seen. Where a node refused, its reason counts.
 */
function refusalThatRepeats({ fault }: QuestionView): string | null {
  const code = memberOf(fault ?? {}, "cause") ?? memberOf(fault ?? {}, "code");
  if (typeof code !== "string") return null;
  const exitCode = exitCodeOf(code);
  return exitCode === 4 || exitCode === 5 ? code : null;
}

function stateFor(code: string): Stopped {
  if (code.startsWith("BUDGET_")) return "stopped: budget";
  return code.startsWith("CHARTER_") ? "stopped: charter" : "stopped: refused";
}

/** A short name, for people to type. */
export function freshScheduleId(): string {
  return toHex(freshEntropy().subarray(0, 4));
}

/** The same for the same time, so that a crash between asking and noting it asks once. */
function sessionOf({ id, nextMs }: KeptSchedule): SessionId {
  return parseSessionId(toHex(sha256(utf8(`cohortium/schedule/v1\n${id}\n${nextMs ?? 0}`)).subarray(0, 16)));
}

function scheduleView({ id, charter, query, every, unit, startMs, nextMs, runs, state, because }: KeptSchedule): ScheduleView {
  return { id, charter, query, every, unit, start: instantText(startMs), next: nextMs === null ? null : instantText(nextMs), runs, state, because };
}
