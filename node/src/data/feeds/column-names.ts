import { Refusal } from "@cohortium/protocol/host/refusal";

/** @throws Refusal DATA_COLUMNS for names that are empty or stand twice, also when case is ignored: the engine does not tell them apart. */
export function checkNames(names: readonly string[], where: string): void {
  const folded = names.map((name) => name.toLowerCase());
  const repeated = names.filter((_, i) => folded.indexOf(folded[i] ?? "") < i);
  const problem = names.length === 0 ? "it has no columns" : names.some((name) => name.trim() === "") ? "a column has no name"
    : repeated.length > 0 ? `column names stand twice: ${[...new Set(repeated)].slice(0, 5).join(", ")}` : null;
  if (problem !== null) throw new Refusal({ code: "DATA_COLUMNS", title: `the columns of the feed cannot be told apart: ${problem}`, detail: where, fix: "give every column a name of its own in the export" });
}
