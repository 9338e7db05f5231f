import { z } from "zod";
import { atMs, line } from "./text.js";

export const invitation = z.object({ code: line, party: line, expiresAt: line, enrolment: line });

export const enrolments = z.object({
  enrolments: z.array(z.object({
    party: line,
    state: z.enum(["invited", "waiting", "approved", "refused", "revoked"]),
    /** Empty until the node has asked. */
    fingerprintWords: line,
    requestedAt: atMs.nullable(),
    notAfter: atMs.nullable(),
  })),
});
export type Enrolment = z.output<typeof enrolments>["enrolments"][number];

export const approved = z.object({ party: line, entry: z.number() });
/** Refusals and revocations: what else is answered is nobody's business here. */
export const decided = z.looseObject({});
