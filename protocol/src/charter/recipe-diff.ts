import { intervalsOf } from "./recipe-lowering.js";
import type { RecipeFeature, TransactionsClause } from "./recipe.js";

type Clause = readonly [string, string];

/** One feature in words, in one clause: a feature may be called `age.source`. All that enters the digest shows here. */
export function featureText(feature: RecipeFeature): string {
  const { source, missing } = feature;
  return [
    featureWords(feature),
    ...(source === undefined ? [] : [`from ${quoted(source)}`]),
    ...(missing === undefined ? [] : [`absent values: ${missing}`]),
    ...("outside" in feature && feature.outside !== undefined ? [`values outside: ${feature.outside}`] : []),
    ...("otherwise" in feature && feature.otherwise !== undefined ? [`any other word is ${quoted(feature.otherwise)}`] : []),
  ].join("; ");
}

export function transactionClauses(clause: string, transactions: TransactionsClause | undefined): readonly Clause[] {
  if (transactions === undefined) return [];
  const { before, key, time, amount, unit, order, windows } = transactions;
  return [
    [`${clause}.before`, before], [`${clause}.key`, quoted(key)], [`${clause}.time`, quoted(time)], [`${clause}.amount`, `${quoted(amount)}, in ${quoted(unit)}`],
    ...(order === undefined ? [] : [[`${clause}.order`, quoted(order)] as const]),
    [`${clause}.windows`, windows.map(({ name, measure, days }) => `${quoted(name)} is the ${measure} of ${days} days`).join("; ")],
  ];
}

function featureWords(feature: RecipeFeature): string {
  switch (feature.kind) {
    case "numeric": return `${feature.min} to ${feature.max}, in ${quoted(feature.unit)}`;
    case "log": return `the logarithm to base ${feature.base} of 1 + ${feature.min} to ${feature.max}, in ${quoted(feature.unit)}`;
    case "buckets": return `in which of ${intervalsOf(feature.edges).join(" ")}, in ${quoted(feature.unit)}`;
    case "categorical": return `one of ${feature.categories.map(quoted).join(", ")}; the first is the reference`;
    case "hash": return `hashed to ${feature.buckets} numbers with the salt ${quoted(feature.salt)}`;
    case "open": return feature.reads.part === "character" ? `character ${feature.reads.place} of a word` : `one of ${feature.reads.words.map(quoted).join(", ")}`;
  }
}

/** JSON quotes keep two lists apart whose words hold commas. */
function quoted(words: string): string {
  return JSON.stringify(words);
}
