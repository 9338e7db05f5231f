import { MISSING_WORD } from "./missing-word.js";

/**
 * A measured quantity. Every value lies in `[min, max]`, in `unit`. `min < max`. Where `missing` is written, a value may also be NaN: it then
 * enters a standardised model as the mean, and a column of its own says that it was absent.
 */
export interface NumericFeature {
  readonly kind: "numeric";
  readonly name: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly missing?: "indicate";
}

/** One of a closed list of words. The first category is the reference: it has no column of its own. */
export interface CategoricalFeature {
  readonly kind: "categorical";
  readonly name: string;
  readonly categories: readonly string[];
}

export type Feature = NumericFeature | CategoricalFeature;

/** The column to predict, and the two words it may hold. */
export interface Label {
  readonly name: string;
  readonly positive: string;
  readonly negative: string;
}

/** One column of the design matrix. `name` is unique: `intercept`, `age`, `age=(missing)`, `job=retired`. */
export type Column =
  | { readonly kind: "intercept"; readonly name: string }
  | { readonly kind: "numeric"; readonly name: string; readonly feature: NumericFeature }
  | { readonly kind: "missing"; readonly name: string; readonly feature: NumericFeature }
  | { readonly kind: "category"; readonly name: string; readonly feature: CategoricalFeature; readonly category: number };

/** The design columns in the order of every coefficient vector: the intercept, then feature by feature as the charter lists them. */
export function columnsOf(features: readonly Feature[]): readonly Column[] {
  return [{ kind: "intercept", name: "intercept" }, ...features.flatMap(columnsOfOne)];
}

/** The numeric features alone, in charter order. */
export function numericsOf(features: readonly Feature[]): readonly NumericFeature[] {
  return features.filter((feature) => feature.kind === "numeric");
}

/** The numeric features whose values may be absent, in charter order. */
export function indicatedOf(features: readonly Feature[]): readonly NumericFeature[] {
  return numericsOf(features).filter(({ missing }) => missing === "indicate");
}

/** The categorical features alone, in charter order. */
export function categoricalsOf(features: readonly Feature[]): readonly CategoricalFeature[] {
  return features.filter((feature) => feature.kind === "categorical");
}

function columnsOfOne(feature: Feature): readonly Column[] {
  switch (feature.kind) {
    case "numeric":
      return [
        { kind: "numeric", name: feature.name, feature },
        ...(feature.missing === "indicate" ? [{ kind: "missing", name: `${feature.name}=${MISSING_WORD}`, feature } as const] : []),
      ];
    case "categorical":
      return feature.categories.slice(1).map((word, i) => ({ kind: "category", name: `${feature.name}=${word}`, feature, category: i + 1 }));
  }
}
