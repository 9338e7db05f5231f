import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot, chunksOf } from "@cohortium/crypto/chunk-root";
import { addWordsInto, applyMasks } from "@cohortium/crypto/masking";
import { bytesOfWords, wordsFromBytes, zeroWords, type Words } from "@cohortium/crypto/words";
import type { Judged, LoggedRound, Milestone } from "./audit-milestones.js";
import type { Finding } from "./audit-report.js";
import type { AuditSource } from "./audit-tree.js";

/** Where the masked words behind a `round.upload` entry lie: raw little-endian words. */
export function uploadPath(root: string): string {
  return `upload/${root}`;
}

export type SumAgain = { readonly kind: "sum"; readonly words: Words } | { readonly kind: "findings"; readonly findings: readonly Finding[] };

/** A `RoundAuditor` for the sums alone, whatever they are sums of. */
export function recomputeSum(milestone: Milestone, source: AuditSource): Judged {
  if (milestone.kind !== "completed") return { sum: false, model: false, findings: [] };
  const again = sumAgain(milestone, source);
  return { sum: again.kind === "sum", model: false, findings: again.kind === "sum" ? [] : again.findings };
}

/**
 * Computes a round's sum again from the masked uploads and the revealed keys, and compares it with the root the coordinator logged.
 * Keeps the sum and one upload in memory.
 *
 * Reveals: to whoever holds the uploads and the log, the sum, and nothing else.
 */
export function sumAgain(round: LoggedRound, source: AuditSource): SumAgain {
  const { ring, words } = round;
  const findings: Finding[] = [];
  // Allocated for the first upload of that length: the log alone could ask for any number of words.
  let sum: Words | null = null;
  for (const { party, entry, root } of round.uploads) {
    const bytes = source.read(uploadPath(root));
    if (bytes === null) {
      findings.push({ entry, code: "UPLOAD_MISSING", says: `the masked words of ${party} are not among the files` });
    } else if (bytes.length !== words * (ring / 8) || toHex(chunkRoot(bytes)) !== root) {
      findings.push({ entry, code: "UPLOAD_ROOT", says: `the masked words of ${party} are not those it signed` });
    } else {
      addBytesInto(sum ??= zeroWords(ring, words), bytes);
    }
  }
  if (findings.length > 0) return { kind: "findings", findings };
  if (sum !== null) applyMasks(sum, round.masks, 0);
  if (sum !== null && toHex(chunkRoot(bytesOfWords(sum))) === round.root) return { kind: "sum", words: sum };
  return { kind: "findings", findings: [{ entry: round.entry, code: "SUM_DIFFERS", says: "the logged result is not the sum of the uploads" }] };
}

/** Chunk by chunk, because words need an aligned copy, and one of the whole upload would be a third vector in memory. */
function addBytesInto(sum: Words, bytes: Uint8Array): void {
  let at = 0;
  for (const chunk of chunksOf(bytes)) {
    const words = wordsFromBytes(sum.BYTES_PER_ELEMENT === 4 ? 32 : 64, chunk);
    addWordsInto(sum.subarray(at, at + words.length), words);
    at += words.length;
  }
}
