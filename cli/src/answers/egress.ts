import { z } from "zod";
import { atMs, digest, line } from "./text.js";

/** A node of before there were charges and log places says nothing of them. */
const egressLine = z.object({
  n: z.number(), atMs, recipient: line, session: line, round: z.number(), kind: line, bytes: z.number(), meaning: line, digest,
  entry: digest.nullable().default(null), logEntry: z.number().nullable().default(null), nanoRho: z.number().nullable().default(null),
});
export type EgressLine = z.output<typeof egressLine>;

export const egress = z.object({ lines: z.array(egressLine), totals: z.object({ messages: z.number(), bytes: z.number() }) });

const field = z.object({ field: line, value: line, means: line });
export type DecodedField = z.output<typeof field>;

export const egressDecoded = z.object({
  line: egressLine,
  bytes: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("letter"), digestFits: z.boolean(), fields: z.array(field) }),
    z.object({ kind: z.literal("bulk"), digestFits: z.boolean(), fields: z.array(field) }),
    z.object({ kind: z.literal("gone"), because: line }),
  ]),
});
