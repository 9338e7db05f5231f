import { z } from "zod";
import { evaluation, interval } from "./model.js";
import { atMs, digest, line, session } from "./text.js";

export const launched = z.object({ session });

const strip = z.object({ what: line, bins: z.array(z.object({ bin: line, parties: z.number() })) });
const measure = z.object({ what: line, value: z.number(), boundUsed: z.number().optional(), strips: z.array(strip).optional() });

/** A training as the coordinator tells it. `deadlineInSeconds` below 0: there is none. */
export const trainingView = z.object({
  session,
  charter: digest,
  without: line.nullable().default(null),
  state: z.enum(["running", "done", "aborted"]),
  startedAtMs: atMs,
  endedAtMs: atMs.nullable(),
  round: z.number(),
  kind: line,
  phase: line,
  waitingFor: z.object({ parties: z.array(line), what: line, forSeconds: z.number(), deadlineInSeconds: z.number() }).nullable(),
  says: line,
  rounds: z.array(z.object({
    round: z.number(), kind: line, survivors: z.array(line), rows: z.number().nullable(), measure: measure.nullable(),
  })),
  model: digest.nullable(),
  evaluation: evaluation.nullable(),
  /** `cause` is the code of the node that refused, where one did. */
  fault: z.object({ code: line, cause: line.optional(), says: line, fix: line, side: line }).nullable(),
});
export type TrainingView = z.output<typeof trainingView>;
export type RoundDone = TrainingView["rounds"][number];

export const trainingViews = z.object({ trainings: z.array(trainingView) });

const comparison = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("compared"), trainRows: z.number(), heldRows: z.number(), alone: evaluation, joint: evaluation,
    gain: z.number(), gainInterval: interval,
  }),
  z.object({ kind: z.literal("not-comparable"), because: line }),
]);
export type OwnComparison = z.output<typeof comparison>;

/** A training as one partner's node remembers it; what the node found out about its own gain stays there. */
const ownTraining = z.object({
  session,
  charter: digest,
  endedAtMs: atMs,
  outcome: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("done"),
      evaluation: evaluation.nullable(),
      comparison,
    }),
    z.object({ kind: z.literal("aborted"), code: line, because: line }),
  ]),
});
export type OwnTraining = z.output<typeof ownTraining>;
export const ownTrainings = z.object({ trainings: z.array(ownTraining) });
