import type { PropensityQuestion } from "./charter.js";
import { pointer, type Problem } from "./clauses.js";
import { featureOf, sourceOf, windowUnit } from "./recipe-lowering.js";
import type { Columns, RecipeFeature, TransactionsClause } from "./recipe.js";
import { repeats } from "../session/repeats.js";

type Question = Pick<PropensityQuestion, "features" | "transactions" | "label" | "evaluation">;

/** Values are mapped to [-1, 1] and summed; beyond this, and within a narrower span than the next, what distinguishes rows is rounded away. */
const BOUND_MAX = 1e15;
/** Of the larger bound. Calendar years and seconds since 1970 are well apart. */
const BOUND_SPAN_MIN = 1e-9;
/** In the column's unit: of what varies less, a deviation may have no finite reciprocal. */
const BOUND_SPAN_LEAST = 1e-15;

/** What must hold of a training's columns and of how they come about. `at` is the JSON pointer of the question. */
export function recipeProblems(question: Question, at: string): readonly Problem[] {
  const { transactions, label, evaluation } = question;
  return [
    ...columnProblems(question, at),
    ...(transactions === undefined ? [] : [
      ...(label.name === transactions.key ? [keyStays(transactions.key, at + pointer("label", "name"), "write another column as the label")] : []),
      ...holdout(evaluation.holdout, at),
    ]),
  ];
}

/** What must hold of columns, whatever they are for. `at` is the JSON pointer of what lists them. */
export function columnProblems({ features, transactions }: Pick<Columns, "features" | "transactions">, at: string): readonly Problem[] {
  return [
    ...names(features, at),
    ...features.flatMap((feature, i) => featureProblems(feature, at + pointer("features", i))),
    ...sources(features, at),
    ...(transactions === undefined ? [] : [...windows(features, transactions, at), ...key(features, transactions, at)]),
  ];
}

function names(features: readonly RecipeFeature[], at: string): readonly Problem[] {
  // The model's own column comes first, so a feature of that name is the repeat.
  const listed = ["intercept", ...features.map(({ name }) => name)];
  return repeats(listed).map((i) => ({
    clause: "features.names-unique", path: at + pointer("features", i - 1, "name"),
    says: `the name "${listed[i] ?? ""}" is taken`, fix: "remove or rename one of the two",
  }));
}

function featureProblems(feature: RecipeFeature, at: string): readonly Problem[] {
  switch (feature.kind) {
    case "numeric": case "log": return bounds(feature, at);
    case "buckets": return edges(feature, at);
    case "categorical": return [...categories(feature, at), ...otherwise(feature, at)];
    case "hash": case "open": return [];
  }
}

/** Of the values, and of their logarithms where these are taken: two bounds may be so near that their logarithms are one number. */
function bounds(feature: Extract<RecipeFeature, { kind: "numeric" | "log" }>, at: string): readonly Problem[] {
  const { name, min, max } = feature;
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (!(largest <= BOUND_MAX)) {
    return [{
      clause: "features.bounds", path: at + pointer(Math.abs(max) === largest ? "max" : "min"),
      says: `"${name}" runs from ${min} to ${max}: so far out a double has no digits left to tell rows apart`, fix: `write numbers within ±${BOUND_MAX}, in a larger unit`,
    }];
  }
  const lowered = featureOf(feature);
  if (hasRoom(feature) && lowered.kind === "numeric" && hasRoom(lowered)) return [];
  return [{
    clause: "features.bounds", path: at + pointer("max"),
    says: `"${name}" runs from ${min} to ${max}, which leaves no room`, fix: `write a number well above ${min}, or take a smaller unit`,
  }];
}

function hasRoom({ min, max }: { readonly min: number; readonly max: number }): boolean {
  return max - min >= BOUND_SPAN_LEAST && max - min > Math.max(Math.abs(min), Math.abs(max)) * BOUND_SPAN_MIN;
}

function edges({ name, edges: listed }: Extract<RecipeFeature, { kind: "buckets" }>, at: string): readonly Problem[] {
  return listed.flatMap((edge, i): readonly Problem[] => (i === 0 || edge > (listed[i - 1] ?? Infinity) ? [] : [{
    clause: "features.edges", path: at + pointer("edges", i),
    says: `the edges of "${name}" do not ascend here`, fix: "write them in ascending order, none twice",
  }]));
}

function categories(feature: Extract<RecipeFeature, { kind: "categorical" }>, at: string): readonly Problem[] {
  const lowered = featureOf(feature);
  const listed = lowered.kind === "categorical" ? lowered.categories : [];
  return repeats(listed).map((i) => ({
    clause: "categories.unique", path: at + (i < feature.categories.length ? pointer("categories", i) : pointer("missing")),
    says: `"${feature.name}" lists the category "${listed[i] ?? ""}" twice`, fix: "remove one of the two",
  }));
}

function otherwise({ name, categories: listed, otherwise: word }: Extract<RecipeFeature, { kind: "categorical" }>, at: string): readonly Problem[] {
  if (word === undefined || listed.includes(word)) return [];
  return [{
    clause: "features.otherwise", path: at + pointer("otherwise"),
    says: `"${word}" is not a category of "${name}"`, fix: "add it to the categories, or write one of them",
  }];
}

function sources(features: readonly RecipeFeature[], at: string): readonly Problem[] {
  const all = features.map(sourceOf);
  return all.flatMap(({ column, holds, unit }, i): readonly Problem[] => {
    // Two features of one name are reported as such.
    const before = all.slice(0, i).find((other, j) => other.column === column && features[j]?.name !== features[i]?.name);
    if (before === undefined || (before.holds === holds && before.unit === unit)) return [];
    const differs = before.holds === holds ? `in ${before.unit ?? "words"} and in ${unit ?? "words"}` : "as a number and as words";
    return [{
      clause: "features.sources", path: at + pointer("features", i),
      says: `the column "${column}" is taken ${differs}`, fix: "write one of the two, or name another source",
    }];
  });
}

function windows(features: readonly RecipeFeature[], transactions: TransactionsClause, at: string): readonly Problem[] {
  const listed = transactions.windows.map(({ name }) => name);
  return [
    ...repeats(listed).map((i): Problem => ({
      clause: "windows.names-unique", path: at + pointer("transactions", "windows", i, "name"),
      says: `the name "${listed[i] ?? ""}" is taken`, fix: "remove or rename one of the two",
    })),
    ...features.flatMap((feature, i): readonly Problem[] => {
      const { column, unit } = sourceOf(feature);
      const window = transactions.windows.find(({ name }) => name === column);
      const due = window === undefined ? unit : windowUnit(window, transactions);
      if (unit === due) return [];
      return [{
        clause: "windows.are-numbers", path: at + pointer("features", i),
        says: `"${column}" is a number of ${due ?? ""}`, fix: `write a feature of numbers with the unit "${due ?? ""}"`,
      }];
    }),
  ];
}

function key(features: readonly RecipeFeature[], { key: column }: TransactionsClause, at: string): readonly Problem[] {
  return features.flatMap((feature, i) => (sourceOf(feature).column === column ? [keyStays(column, at + pointer("features", i), "remove this feature")] : []));
}

function keyStays(column: string, path: string, fix: string): Problem {
  return { clause: "windows.key-stays", path, says: `"${column}" joins the feeds, and stays at the node`, fix };
}

function holdout(rows: "own" | "common", at: string): readonly Problem[] {
  if (rows === "own") return [];
  return [{
    clause: "windows.holdout", path: at + pointer("evaluation", "holdout"),
    says: "of a common held-out file nobody has the purchases", fix: "write own, or remove transactions",
  }];
}
