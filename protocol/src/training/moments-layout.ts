import { categoricalsOf, indicatedOf, numericsOf } from "../charter/features.js";
import { exact, headSegments, laidOut, real, type Layout, type LayoutTerms } from "./layout-parts.js";

/** What the columns look like over all rows: asked first where a model is trained on standardised columns. */
export interface MomentsQuestion {
  readonly kind: "moments";
}

/** How an answer to a `moments` round lies in the ring. */
export function momentLayout(terms: LayoutTerms): Layout {
  const { features, rowsMaxPerParty: rows } = terms;
  const numerics = numericsOf(features).length;
  return laidOut(64, [
    ...headSegments(rows),
    exact("positives", 1, rows),
    // Numeric values are mapped to [-1, 1] first, so neither sum can exceed the number of rows.
    real("sums", numerics, rows, terms),
    real("squares", numerics, rows, terms),
    exact("missing values", indicatedOf(features).length, rows),
    ...categoricalsOf(features).map(({ name, categories }) => exact(`counts of ${name}`, categories.length, rows)),
  ]);
}
