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

export const nodeStatus = z.object({
  party: line,
  coordinator: line,
  link: z.object({ kind: line, says: line }),
  trainings: z.array(z.object({ session, charter: line, doing: line, sinceMs: atMs })),
  /** `distrust`: why this node no longer believes the coordinator's log; null as long as it does. */
  log: z.object({ size: z.number(), distrust: line.nullable() }),
  feed: z.object({ rows: line.nullable(), holdout: line.nullable() }),
});
export type NodeStatus = z.output<typeof nodeStatus>;
