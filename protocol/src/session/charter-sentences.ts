import type { Charter } from "./charter.js";

/** What a signer must have read, in this order. Every language has a sentence for each. */
export const SENTENCE_IDS = ["parties", "purpose", "question", "rows", "released", "categories", "quorum", "budget", "noise", "operator", "period"] as const;

/** One language's sentences. Each is complete without the others, so that a page may show them apart. */
export type Sentences = { readonly [Id in (typeof SENTENCE_IDS)[number]]: (charter: Charter) => string };

/** 41188 as 41,188, which both languages write so. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
