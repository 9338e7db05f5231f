import { z } from "zod";
import { digest, line } from "./text.js";

const sums = { messages: z.number(), bytes: z.number() };
const text = line.nullable();
const amount = z.number().nullable();

/** A month's evidence, as a node tells it. Texts are made harmless where they enter; what is signed is the file that is written. */
export const evidence = z.object({
  v: z.literal(1), party: line, month: line, from: line, to: line, madeAt: line, isWhole: z.boolean(),
  versions: z.record(z.string(), line), keys: z.object({ signing: line, witness: line }),
  log: z.object({ size: z.number(), checkpoint: z.string(), distrust: text }),
  charters: z.array(z.object({
    digest, state: line, name: text, purpose: text, consortium: text, operator: text, logKey: text, notBefore: text, expires: text, mechanism: text,
    budget: z.json(), scheme: text, questions: z.json(), statistics: z.json(), proposedAt: line, proposal: digest, ownAnswerLine: z.number().nullable(),
    signatures: z.array(z.object({ party: line, at: line, entry: digest })),
  })),
  sessions: z.array(z.object({
    session: line, charter: line, asked: line, ended: text, outcome: line, says: line, result: digest.nullable(), vectors: z.number(), bytes: z.number(),
    madeBeforeDeletions: z.array(line),
  })),
  egress: z.object({
    ...sums, firstLine: z.number().nullable(), lastLine: z.number().nullable(), kinds: z.array(z.object({ kind: line, meaning: line, ...sums })),
    recipients: z.array(z.object({ recipient: line, ...sums })), days: z.array(z.object({ day: line, ...sums })),
  }),
  privacy: z.array(z.object({
    charter: digest, nanoRho: z.number(), sums: z.number(), nanoRhoInAll: z.number(), budgetNanoRho: amount, reserveNanoRho: amount, epsilonInAll: amount,
    epsilon: amount, delta: amount,
  })).nullable(),
  refusals: z.array(z.object({ line: z.number(), at: line, session: line, says: line })),
  deletions: z.array(z.object({ id: line, at: line, rowsThen: z.number().nullable() })),
  leftOut: z.array(z.object({ session: line, code: line, column: line, count: z.number() })),
});
export type MonthEvidence = z.output<typeof evidence>;
