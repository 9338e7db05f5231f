import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot, chunksOf } from "@cohortium/crypto/chunk-root";
import { encryptedSum } from "./audit-encrypted-sums.js";
import { signedBytes } from "./audit-bytes.js";
import { addWordsInto, applyMasks } from "@cohortium/crypto/masking";
import { bytesOfWords, wordsFromBytes, zeroWords, type Words } from "@cohortium/crypto/words";
import type { Judged, LoggedRound, Milestone } from "./audit-milestones.js";
import type { Finding } from "./audit-report.js";
import type { MaskedSum } from "./round-auditing.js";
import type { AuditSource } from "./audit-tree.js";

export type SumAgain = { readonly kind: "sum"; readonly words: Words } | { readonly kind: "findings"; readonly findings: readonly Finding[] };

/** A `RoundAuditor` for the sums alone, whatever they are sums of. */
export function recomputeSum(milestone: Milestone, source: AuditSource): Judged {
  if (milestone.kind !== "completed") return { sum: false, follows: null, findings: [], charge: null };
  const again = sumAgain(milestone, source);
  return { sum: again.kind === "sum", follows: null, findings: again.kind === "sum" ? [] : again.findings, charge: null };
}

/**
 * Computes a round's sum again, from the masked uploads and the revealed keys or from the ciphertexts and the decryptions, and compares it
 * with the root the coordinator logged. Keeps the sum and one upload in memory.
 *
 * Reveals: to whoever holds the uploads and the log, the sum, and nothing else.
 */
export function sumAgain(round: LoggedRound, source: AuditSource): SumAgain {
  const again = addedAgain(round, source);
  if (again.kind === "findings" || toHex(chunkRoot(bytesOfWords(again.words))) === round.root) return again;
  return { kind: "findings", findings: [{ entry: round.entry, code: "SUM_DIFFERS", says: "the logged result is not the sum of the uploads" }] };
}

function addedAgain(round: LoggedRound, source: AuditSource): SumAgain {
  switch (round.scheme) {
    case "masked": return maskedSum(round, source);
    case "encrypted": {
      const again = encryptedSum(round, source);
      return isList(again) ? { kind: "findings", findings: again } : { kind: "sum", words: again };
    }
  }
}

function maskedSum({ ring, words, uploads, masks }: MaskedSum, source: AuditSource): SumAgain {
  const findings: Finding[] = [];
  // Allocated for the first upload of that length: the log alone could ask for any number of words.
  let sum: Words | null = null;
  for (const { party, entry, root } of uploads) {
    const read = signedBytes(source, { entry, root, bytes: words * (ring / 8), of: `the masked words of ${party}` });
    if ("code" in read) findings.push(read);
    else addBytesInto(sum ??= zeroWords(ring, words), read.bytes);
  }
  if (findings.length > 0) return { kind: "findings", findings };
  if (sum !== null) applyMasks(sum, masks, 0);
  return { kind: "sum", words: sum ?? zeroWords(ring, 0) };
}

function isList(again: Words | readonly Finding[]): again is readonly Finding[] {
  return Array.isArray(again);
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
