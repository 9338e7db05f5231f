import { z } from "zod";
import { atMs, digest, line } from "./text.js";

export const egress = z.object({
  lines: z.array(z.object({
    n: z.number(), atMs, recipient: line, session: line, round: z.number(), kind: line, bytes: z.number(), meaning: line, digest,
  })),
  totals: z.object({ messages: z.number(), bytes: z.number() }),
});
