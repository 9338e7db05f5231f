import type { Charter } from "./charter.js";
import { ENGLISH } from "./words-en.js";
import { CHINESE } from "./words-zh.js";
import { SENTENCE_IDS, type Sentences } from "./sentences.js";

const LANGUAGES = { en: ENGLISH, "zh-CN": CHINESE } as const satisfies Record<string, Sentences>;
export type Language = keyof typeof LANGUAGES;

/** The charter for people who sign it and write no JSON: one line for each thing they should know, what is not protected included. */
export function charterWords(charter: Charter, language: Language): readonly string[] {
  return SENTENCE_IDS.map((id) => LANGUAGES[language][id](charter)).filter((sentence) => sentence !== "");
}
