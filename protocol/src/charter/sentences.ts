import type { Charter } from "./charter.js";
import type { RecipeFeature } from "./recipe.js";

/** What a signer must have read, in this order. Every language has a sentence for each, empty where the charter has no such thing. */
export const SENTENCE_IDS = ["parties", "purpose", "question", "statistics", "columns", "rows", "released", "gains", "categories", "withheld", "quorum", "budget", "noise", "operator", "period"] as const;

/** One language's sentences. Each is complete without the others, so that a page may show them apart. */
export type Sentences = { readonly [Id in (typeof SENTENCE_IDS)[number]]: (charter: Charter) => string };

/** 41188 as 41,188, which both languages write so. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** The features in which a value is not refused but changed, or not taken as it is, by the way it is done. */
export function exceptions(features: readonly RecipeFeature[]): readonly { readonly how: "clip" | "otherwise" | "indicate" | "hash"; readonly names: readonly string[] }[] {
  const groups = [
    { how: "clip", of: (feature: RecipeFeature) => "outside" in feature && feature.outside === "clip" },
    { how: "otherwise", of: (feature: RecipeFeature) => "otherwise" in feature && feature.otherwise !== undefined },
    { how: "indicate", of: (feature: RecipeFeature) => feature.missing === "indicate" },
    { how: "hash", of: (feature: RecipeFeature) => feature.kind === "hash" },
  ] as const;
  return groups.map(({ how, of }) => ({ how, names: features.filter(of).map(({ name }) => name) })).filter(({ names }) => names.length > 0);
}
