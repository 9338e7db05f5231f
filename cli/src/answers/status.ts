import { z } from "zod";
import { atMs, line, session } from "./text.js";

export const coordinatorStatus = z.object({
  coordinator: line,
  consortium: line,
  exchange: line,
  enrolment: line,
  /** `sinceMs` is 0 for a node that has not connected since the coordinator started. */
  connected: z.array(z.object({ party: line, connected: z.boolean(), sinceMs: atMs })),
  log: z.object({ origin: line, size: z.number(), logKey: line }),
});

/** Which file, or how many rows it had; null if there is none. */
const fileOrCount = z.union([line, z.number().transform(String)]).nullable();

export const nodeStatus = z.object({
  party: line,
  coordinator: line,
  link: z.object({ kind: line, says: line }),
  trainings: z.array(z.object({ session, charter: line, doing: line, sinceMs: atMs })),
  log: z.object({ size: z.number() }),
  feed: z.object({ rows: fileOrCount, holdout: fileOrCount }),
});
export type NodeStatus = z.output<typeof nodeStatus>;
