import { z } from "zod";
import { answer } from "./answer.js";
import { atMs, digest, line, session } from "./text.js";

const asked = z.object({
  session, charter: digest, queryDigest: digest,
  /** What this request costs, in 10^-9 of ρ. */
  costs: z.number(),
});

/** What asking came to. */
export const askedReply = z.discriminatedUnion("kind", [
  asked.extend({ kind: z.literal("kept"), answeredAt: line, answer }),
  asked.extend({ kind: z.literal("launched") }),
  asked.extend({ kind: z.literal("running") }),
]);

export const questionView = z.object({
  session,
  charter: digest,
  query: z.looseObject({ kind: line }),
  queryDigest: digest,
  nanoRho: z.number(),
  /** What of that is charged: by the coordinator's reckoning, or in a node's own account. */
  charged: z.number(),
  schedule: line.nullable(),
  state: z.enum(["running", "done", "aborted"]),
  /** Null at a node that did not note it yet when it was asked. */
  askedAtMs: atMs.nullable(),
  answeredAt: line.nullable(),
  says: line,
  round: z.number(),
  fault: z.object({ code: line, cause: line.optional(), says: line, fix: line, side: line }).nullable(),
  answer: answer.nullable(),
  answerDigest: digest.nullable(),
  /** Known to a node alone: when people were removed there after its rows had gone into the answer. */
  deletionsSinceMs: z.array(atMs).optional(),
  /** Known to a node alone, of drift: the population stability index of its own rows; null where it cannot be told. */
  ownDrift: z.number().nullable().optional(),
});
export type QuestionView = z.output<typeof questionView>;

export type AskedReply = z.output<typeof askedReply>;

/** `limit` is null where no noise is added, and without the reserve. In 10^-9 of ρ. */
export const budgetView = z.object({ limit: z.number().nullable(), reserve: z.number(), spent: z.number() });
export type BudgetView = z.output<typeof budgetView>;

export const questionViews = z.object({ questions: z.array(questionView) });
/** For whoever only wants to know what was asked before. */
export const questionDigests = z.object({ questions: z.array(questionView.pick({ charter: true, queryDigest: true, state: true })) });
/** For whoever only wants to know which there are. */
export const questionSessions = z.object({ questions: z.array(questionView.pick({ session: true })) });

export const scheduleView = z.object({
  id: line, charter: digest, query: z.looseObject({ kind: line }), every: z.number(), unit: z.enum(["days", "weeks", "months"]),
  start: line, next: line.nullable(), runs: z.number(), state: line, because: line,
});
export type ScheduleView = z.output<typeof scheduleView>;
export const scheduleViews = z.object({ schedules: z.array(scheduleView) });
