import { exact, headSegments, laidOut, type Layout, type LayoutTerms } from "../layout-parts.js";
import { cellCount, type BinsQuestion } from "./bins.js";
import type { LevelQuestion } from "./level.js";
import { GRADIENT_MAX, LOSS_MAX } from "./quantise.js";

/** How an answer to a `bins` round lies in the ring. */
export function binsLayout(question: BinsQuestion, { rowsMaxPerParty: rows }: LayoutTerms): Layout {
  return laidOut(32, [
    ...headSegments(rows),
    exact("positives", 1, rows),
    exact("missing values", question.missing, rows),
    exact("categories", question.words, rows),
    exact("cells", cellCount(question), rows),
  ]);
}

/** How an answer to a `level` round lies in the ring. Hessians are bounded like gradients, which are the larger. */
export function levelLayout({ nodes, slots, root, validated }: LevelQuestion, { rowsMaxPerParty: rows }: LayoutTerms): Layout {
  return laidOut(64, [
    ...headSegments(rows),
    exact("rows set apart", validated ? 1 : 0, rows),
    exact("loss of rows set apart", validated ? 1 : 0, rows * LOSS_MAX),
    exact("root", root ? 2 : 0, rows * GRADIENT_MAX),
    exact("histograms", 2 * nodes * slots, rows * GRADIENT_MAX),
  ]);
}
