/** A measured quantity. Every value lies in `[min, max]`, in `unit`; a node refuses rows outside. `min < max`. */
export interface NumericFeature {
  readonly kind: "numeric";
  readonly name: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
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

/** One column of the design matrix. `name` is unique: `intercept`, `age`, `job=retired`. */
export type Column =
  | { readonly kind: "intercept"; readonly name: string }
  | { readonly kind: "numeric"; readonly name: string; readonly feature: NumericFeature }
  | { readonly kind: "category"; readonly name: string; readonly feature: CategoricalFeature; readonly category: number };

/** The design columns in the order of every coefficient vector: the intercept, then feature by feature as the charter lists them. */
export function columnsOf(features: readonly Feature[]): readonly Column[] {
  return [{ kind: "intercept", name: "intercept" }, ...features.flatMap(columnsOfOne)];
}

/** The numeric features alone, in charter order. */
export function numericsOf(features: readonly Feature[]): readonly NumericFeature[] {
  return features.filter((feature) => feature.kind === "numeric");
}

/** The categorical features alone, in charter order. */
export function categoricalsOf(features: readonly Feature[]): readonly CategoricalFeature[] {
  return features.filter((feature) => feature.kind === "categorical");
}

function columnsOfOne(feature: Feature): readonly Column[] {
  switch (feature.kind) {
    case "numeric":
      return [{ kind: "numeric", name: feature.name, feature }];
    case "categorical":
      return feature.categories.slice(1).map((word, i) => ({ kind: "category", name: `${feature.name}=${word}`, feature, category: i + 1 }));
  }
}
