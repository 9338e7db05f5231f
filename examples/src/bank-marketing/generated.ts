import { FEATURES, LABEL, type TextRow } from "./columns.js";
import { seededUniform } from "../story/seeded.js";

/** As many rows as the real data set has, so that the same split fits. */
const ROWS = 41_188;

/** Columns that matter in the made-up world, and by how much the logit moves: per category, or from one end of the range to the other. */
export const TRUTH = {
  intercept: -2.2,
  numeric: { "age": 0.3, "campaign": -1.2, "pdays": -1.0, "euribor3m": -3.2, "cons.conf.idx": 1.0 },
  category: { "job=retired": 0.6, "job=student": 0.7, "job=blue-collar": -0.4, "default=unknown": -0.4, "contact=telephone": -0.7, "month=mar": 1.1, "month=oct": 0.6, "poutcome=success": 1.9, "poutcome=failure": -0.4 },
} as const satisfies { readonly intercept: number; readonly numeric: Record<string, number>; readonly category: Record<string, number> };

/** How common a category is beside the others of its column; 1 where nothing is said. */
const WEIGHTS: Readonly<Record<string, number>> = {
  "default=no": 30, "default=unknown": 8, "default=yes": 0.01, "contact=cellular": 1.74, "poutcome=nonexistent": 25, "poutcome=failure": 3,
  "month=may": 8, "month=jul": 4, "month=aug": 3, "month=jan": 0, "month=feb": 0, "education=illiterate": 0.01, "marital=unknown": 0.01,
};

/** Rows of a world with a known logistic truth, in the columns of the real data set. The same rows for the same seed. */
export function generateRows(seed: number): readonly TextRow[] {
  const uniform = seededUniform(seed);
  return Array.from({ length: ROWS }, () => generateRow(uniform));
}

const NUMERIC: ReadonlyMap<string, number> = new Map(Object.entries(TRUTH.numeric));
const CATEGORY: ReadonlyMap<string, number> = new Map(Object.entries(TRUTH.category));

function generateRow(uniform: () => number): TextRow {
  let logit: number = TRUTH.intercept;
  const fields = FEATURES.map((feature) => {
    switch (feature.kind) {
      case "numeric": {
        const { name, min, max } = feature;
        // The mean of two uniform draws: most values in the middle of the range. Counts and years are whole.
        const share = (uniform() + uniform()) / 2;
        const value = min + share * (max - min);
        logit += (NUMERIC.get(name) ?? 0) * (share - 0.5);
        return Number.isInteger(min) && max - min > 8 ? String(Math.round(value)) : value.toFixed(3);
      }
      case "categorical": {
        const word = draw(feature.name, feature.categories, uniform());
        logit += CATEGORY.get(`${feature.name}=${word}`) ?? 0;
        return word;
      }
    }
  });
  return [...fields, uniform() < 1 / (1 + Math.exp(-logit)) ? LABEL.positive : LABEL.negative];
}

function draw(column: string, words: readonly string[], uniform: number): string {
  const weights = words.map((word) => WEIGHTS[`${column}=${word}`] ?? 1);
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  const drawn = words.find((_, i) => (left -= weights[i] ?? 0) < 0);
  return drawn ?? words[0] ?? "";
}
