import { utf8, concat, fromHex, toHex } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import type { Signer } from "@cohortium/crypto/signing";
import { instantText } from "@cohortium/protocol/session/instant";
import { signDocument, type SignedDocument } from "@cohortium/protocol/session/signed-document";

/** Something that was made, before a removal, from sums that this node's rows were in. `model` and `answer` are digests, or null where none came of it. */
export interface MadeBefore {
  readonly session: string;
  readonly charter: string;
  readonly model: string | null;
  readonly answer: string | null;
  readonly lastReleaseMs: number;
}

/** What was done about one person. `rows` and `purchases` say how many rows have her key now; null where nobody could look. */
export interface Removal {
  readonly id: string;
  readonly party: string;
  readonly atMs: number;
  readonly token: string;
  readonly keyColumn: string;
  readonly rows: number | null;
  readonly purchases: number | null;
  readonly before: readonly MadeBefore[];
  /** Charters in force here under which sums are exact. */
  readonly exactUnder: readonly string[];
  readonly log: { readonly size: number; readonly checkpoint: string };
}

/** What a receipt says was done, in the words of whoever gets it. */
const DONE = [
  "The key of this person was turned into a keyed token under a secret of this node, and the token is kept as a tombstone.",
  "From this time on every reader of this node's rows leaves rows with that key out: trainings, statistics, and their evaluation.",
  "A session that had read rows before this time releases nothing more from them.",
  "Models and answers that this node's rows went into before are marked at this node, and listed here.",
] as const;

const NOT_DONE = [
  "The company's own source files and databases were not changed: remove the person there as well.",
  "Sums that were released before this time stay as they were, as do the models and answers made from them: a sum over all companies cannot be taken back.",
  "A held-out file that all companies share was not changed: its digest stands in the charter.",
  "Backups of this node made before this time do not hold the tombstone: restore the newest one.",
] as const;

/** A difference of two exact sums, one before and one after, is this person's part. */
export const EXACT_WARNING = "Under a charter without noise sums are exact: whoever has a sum from before this removal and the same sum from after it can subtract them, and is left with this person's values if nothing else changed. Where sums have noise, the privacy budget covers that difference.";

/** Ties a receipt to a tombstone without the token: only the node can make it again from the key. */
export function commitmentOf(token: string): string {
  return toHex(sha256(concat(utf8("cohortium/tombstone/v1\n"), fromHex(token))));
}

/** Neither the key nor its token stands in it. */
export function receiptOf(removal: Removal, signer: Signer): SignedDocument {
  const { id, party, atMs, token, keyColumn, rows, purchases, before, exactUnder, log } = removal;
  const warnings: Json = exactUnder.length === 0 ? [] : [EXACT_WARNING];
  return signDocument("deletion-receipt", {
    id, party, at: instantText(atMs), commitment: commitmentOf(token), keyColumn, rowsNow: rows, purchasesNow: purchases,
    done: [...DONE], notDone: [...NOT_DONE], warnings, exactUnder: [...exactUnder],
    madeBefore: before.map(({ lastReleaseMs, session, charter, model, answer }) => (
      { session, charter, model, answer, lastRelease: instantText(lastReleaseMs) })),
    log: { size: log.size, checkpoint: log.checkpoint },
  }, signer);
}
