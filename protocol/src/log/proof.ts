import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import { leafHash, verifyConsistency, verifyInclusion, type TreeHead } from "@cohortium/crypto/merkle";
import { openCheckpoint } from "./checkpoint.js";

/** A tree of 2^53 leaves is 53 high, and no proof is longer than that plus one. */
const PROOF_LENGTH_MAX = 54;
/** A node is shown at most a session's worth of entries at once. */
const ITEMS_MAX = 4096;

/** Everything needed to believe, offline, that one entry is in a log (c2sp.org/tlog-proof, version 1). */
export interface LogProof {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** Not covered by any signature. */
  readonly extra?: Uint8Array;
}

/** What a coordinator shows a node: these entries are in the log, and the log still holds all the node saw before. */
export interface Evidence {
  readonly checkpoint: string;
  /** One per entry, in the order of the entries. */
  readonly items: readonly { readonly index: number; readonly proof: readonly Uint8Array[] }[];
  /** From the size the node saw last to the checkpoint's. */
  readonly consistency: readonly Uint8Array[];
}

export type EvidenceVerdict =
  | { readonly ok: true; readonly size: number; readonly root: Uint8Array }
  | { readonly ok: false; readonly because: string };

/** The text of a `.tlog-proof` file. */
export function formatProof({ index, proof, checkpoint, extra }: LogProof): string {
  const lines = [HEADER, ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]), `index ${index}`, ...proof.map(toBase64)];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/** Reads a `.tlog-proof` file. Says nothing about its truth. @throws RangeError if the text is not one. */
export function parseProof(text: string): LogProof {
  // The checkpoint holds an empty line too; the proof lines before it none.
  const split = text.indexOf("\n\n");
  const [header, ...lines] = text.slice(0, Math.max(split, 0)).split("\n");
  if (header !== HEADER) throw new RangeError(`a proof starts with ${HEADER}`);
  const extra = lines[0]?.startsWith("extra ") === true ? fromBase64((lines.shift() ?? "").slice("extra ".length)) : undefined;
  const digits = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "")?.[1];
  const index = digits === undefined ? Number.NaN : Number(digits);
  const proof = lines.map(fromBase64);
  if (!Number.isSafeInteger(index)) throw new RangeError("a proof names the index of its entry");
  if (proof.length > PROOF_LENGTH_MAX || proof.some((hash) => hash.length !== 32)) throw new RangeError("a proof is at most 54 hashes of 32 bytes");
  return { index, proof, checkpoint: text.slice(split + 2), ...(extra === undefined ? {} : { extra }) };
}

/** Whether `source` shows that exactly these entry bytes stand in the log of `logKey` (a verifier key). */
export function checkProof(source: LogProof, entry: Uint8Array, logKey: string): EvidenceVerdict {
  const { index, proof, checkpoint } = source;
  return checkEvidence({ checkpoint, items: [{ index, proof }], consistency: [] }, [entry], NOTHING_SEEN, logKey);
}

/**
 * What a node asks before it answers: is the log's signature good, does the log still hold all this node saw, and are these entries in it?
 * On `ok` the node MUST store size and root durably before it acts; they are the next `seen`.
 *
 * @param seen - The last tree this node accepted, or size 0.
 * @param logKey - The log's verifier key, from the invitation, never from the coordinator's answer.
 */
export function checkEvidence(evidence: Evidence, entries: readonly Uint8Array[], seen: TreeHead, logKey: string): EvidenceVerdict {
  const opened = openCheckpoint(evidence.checkpoint, logKey);
  if (!opened.ok) return opened;
  const { size, root } = opened.checkpoint;
  const proofs = [evidence.consistency, ...evidence.items.map(({ proof }) => proof)];
  if (evidence.items.length > ITEMS_MAX || proofs.some((proof) => proof.length > PROOF_LENGTH_MAX)) return refuse("the evidence is too long");
  if (size < seen.size) return refuse(`the log shrank from ${seen.size} to ${size} entries`);
  if (seen.size === 0 ? evidence.consistency.length > 0 : !verifyConsistency(seen, { size, root }, evidence.consistency)) {
    return refuse(`the log of ${size} entries does not continue the one of ${seen.size} this node saw`);
  }
  if (evidence.items.length !== entries.length) return refuse(`${evidence.items.length} proofs for ${entries.length} entries`);
  const missing = entries.findIndex((entry, i) => !isIncluded(entry, evidence.items[i], { size, root }));
  return missing < 0 ? { ok: true, size, root } : refuse(`entry ${missing + 1} of ${entries.length} is not shown to be in the log`);
}

const HEADER = "c2sp.org/tlog-proof@v1";
const NOTHING_SEEN: TreeHead = { size: 0, root: new Uint8Array() };

function isIncluded(entry: Uint8Array, item: Evidence["items"][number] | undefined, { size, root }: TreeHead): boolean {
  return item !== undefined && verifyInclusion(leafHash(entry), { index: item.index, size }, root, item.proof);
}

function refuse(because: string): EvidenceVerdict {
  return { ok: false, because };
}
