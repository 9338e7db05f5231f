import type { Charter } from "./charter.js";
import type { Columns } from "./recipe.js";

/** All that a charter says of columns: those of its training, then those of its statistics. */
export function columnsIn({ questions, statistics }: Pick<Charter, "questions" | "statistics">): readonly Columns[] {
  return [...questions, ...(statistics === undefined ? [] : [statistics])];
}
