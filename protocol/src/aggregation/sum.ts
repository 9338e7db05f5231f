import { addWordsInto, applyMasks, type MaskKey } from "@cohortium/crypto/masking";
import { zeroWords, type Ring, type Words } from "@cohortium/crypto/words";

/**
 * One stretch of the sum: the same stretch of every upload, added in Z_2^ring, and every revealed mask taken away. Whoever has the uploads and
 * the keys in the log gets the same words, be it the coordinator or an auditor.
 *
 * @param remove - Keys with the sign that cancels them.
 * @param byteOffset - Where the stretch begins in the whole vector.
 * Reveals: the sum's words, nothing of one party's.
 */
export function sumStretch(stretches: Iterable<Words>, shape: { readonly ring: Ring; readonly words: number },
  remove: readonly MaskKey[], byteOffset: number): Words {
  const sum = zeroWords(shape.ring, shape.words);
  for (const stretch of stretches) addWordsInto(sum, stretch);
  applyMasks(sum, remove, byteOffset);
  return sum;
}
