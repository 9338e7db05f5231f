import type { OpenDimension, StatisticsClause } from "./statistics-clause.js";
import { pointer, type Problem } from "./clauses.js";
import { CHARACTERS_MAX } from "./limits.js";
import type { Sections } from "./shape.js";
import { sourceOf } from "./recipe-lowering.js";
import { repeats } from "../session/repeats.js";

/** What must hold of columns whose words a charter does not list. */
export function openProblems(statistics: StatisticsClause, privacy: Sections["privacy"], at: string): readonly Problem[] {
  const { open, kinds, features } = statistics;
  if (open === undefined) return [];
  const path = at + pointer("open");
  const names = [...features.map(({ name }) => name), ...open.map(({ name }) => name)];
  return [
    ...(privacy?.mechanism === "none" ? [problem(path, "sums are exact, so a word that one row alone holds would be spelled out", "remove it, or write mechanism: discrete-gaussian")] : []),
    ...(kinds.includes("words") ? [] : [problem(at + pointer("kinds"), "no kind of question finds the words of an open column", "add words, or remove open")]),
    ...repeats(names).filter((i) => i >= features.length).map((i) => problem(
      path + pointer(i - features.length, "name"), `another column is called "${names[i] ?? ""}"`, "give it a name of its own",
    )),
    ...open.flatMap((dimension, i) => [...source(dimension, statistics, path + pointer(i)), ...characters(dimension, path + pointer(i))]),
  ];
}

function source({ name, source: column = name }: OpenDimension, { features, transactions }: StatisticsClause, path: string): readonly Problem[] {
  const isWindow = transactions?.windows.some((window) => window.name === column) === true;
  const isKey = transactions?.key === column;
  const isNumber = features.map(sourceOf).some((one) => one.column === column && one.holds === "number");
  if (!(isWindow || isKey || isNumber)) return [];
  const what = isWindow ? "a window over purchases" : isKey ? "the column that joins two feeds" : "a column of numbers";
  return [problem(path + pointer("source"), `"${column}" is ${what}`, "write a column of words")];
}

function characters({ characters: text, letters }: OpenDimension, path: string): readonly Problem[] {
  const listed = [...text];
  const read = (character: string) => (letters === "lower" ? character.toLowerCase() : character).normalize("NFC");
  const unread = listed.find((character) => read(character) !== character);
  return [
    ...(listed.length <= CHARACTERS_MAX ? [] : [problem(path + pointer("characters"), `there are ${listed.length} of them`, `write ${CHARACTERS_MAX} or fewer`)]),
    ...repeats(listed).slice(0, 1).map((i) => problem(path + pointer("characters"), `"${listed[i] ?? ""}" is listed twice`, "remove one of the two")),
    ...(unread === undefined ? [] : [problem(path + pointer("characters"), `no word is read with "${unread}" in it`, `write "${read(unread)}" instead${letters === "lower" ? ", or letters: as-written" : ""}`)]),
  ];
}

function problem(path: string, says: string, fix: string): Problem {
  return { clause: "statistics.open", path, says, fix };
}
