import { z } from "zod";
import { digest, line, session } from "./text.js";

/** A receipt as it was signed: what is shown of it; the rest is kept for whoever verifies it. */
export const receipt = z.looseObject({
  v: z.literal(1), kind: z.literal("deletion-receipt"), id: z.string().regex(/^[0-9a-f]{32}$/), party: line, at: line, commitment: digest, keyColumn: line,
  rowsNow: z.number().nullable(), purchasesNow: z.number().nullable(), done: z.array(line), notDone: z.array(line), warnings: z.array(line),
  madeBefore: z.array(z.object({ session, charter: digest, model: digest.nullable(), answer: digest.nullable().default(null), lastRelease: line })),
});
export type Receipt = z.output<typeof receipt>;

/** Not transformed: a receipt must come out as it was signed. */
export const removed = z.object({ removed: z.array(z.object({ receipt: z.json(), isNew: z.boolean() })) });
export const receipts = z.object({ receipts: z.array(z.json()) });
