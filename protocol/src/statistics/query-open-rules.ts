import { pointer } from "../charter/clauses.js";
import { OTHER_WORD } from "../charter/missing-word.js";
import { repeats } from "../session/repeats.js";
import type { OpenDimension, StatisticsClause } from "../charter/statistics-clause.js";
import { charactersOf, openDimension } from "./open.js";
import type { QueryProblem } from "./query-problem.js";
import type { CategoriesQuery, Query, WordsQuery } from "./query.js";

/** What must hold of a question that finds the words of an open dimension, or counts such words. */
export function openProblems(clause: StatisticsClause, query: Query): readonly QueryProblem[] {
  switch (query.kind) {
    case "words": return found(clause, query);
    case "categories": return listed(clause, query);
    case "profile": case "histogram": case "quantiles": case "rfm": case "experiment": case "drift": return [];
  }
}

/** Why another question cannot be about it. */
export function unlisted(name: string, path: string): QueryProblem {
  return { path, says: `the words of "${name}" are not listed in the charter`, fix: "find them with a question of the kind words, then count them with one of the kind categories that lists them" };
}

function found(clause: StatisticsClause, { dimension: name, length }: WordsQuery): readonly QueryProblem[] {
  const open = openDimension(clause, name);
  return open === undefined ? [notOpen(clause, name, "/dimension")] : tooLong(open, length);
}

function listed(clause: StatisticsClause, { dimension: name, words, length }: CategoriesQuery): readonly QueryProblem[] {
  if (words === undefined && length === undefined) return [];
  const open = openDimension(clause, name);
  if (open === undefined) return [notOpen(clause, name, words === undefined ? "/length" : "/words")];
  if (words === undefined) return [];
  if (length === undefined) return [{ path: "/length", says: "it is not said how many characters of a word are compared", fix: `write the length that the words were found with, at most ${open.lengthMax}` }];
  return [...tooLong(open, length), ...misspelled(words, open, length), ...repeats(words).map((i) => ({
    path: pointer("words", i), says: `"${words[i] ?? ""}" is listed twice`, fix: "remove one of the two",
  }))];
}

function notOpen({ open = [] }: StatisticsClause, name: string, path: string): QueryProblem {
  const names = open.map((dimension) => dimension.name);
  return {
    path, says: `"${name}" is no dimension whose words are left open`,
    fix: names.length === 0 ? "sign a charter with statistics.open, or ask of a dimension whose words it lists" : `write one of: ${names.join(", ")}`,
  };
}

function tooLong({ name, lengthMax }: OpenDimension, length: number): readonly QueryProblem[] {
  if (length <= lengthMax) return [];
  return [{ path: "/length", says: `the charter lets ${lengthMax} characters of "${name}" be looked at`, fix: `write ${lengthMax} or less` }];
}

/** A word that no row can hold as rows are read would be counted as nobody's. */
function misspelled(words: readonly string[], dimension: OpenDimension, length: number): readonly QueryProblem[] {
  const characters = new Set(charactersOf(dimension));
  return words.flatMap((word, i): readonly QueryProblem[] => {
    const spelled = [...word];
    const path = pointer("words", i);
    if (word === OTHER_WORD) return [{ path, says: `"${word}" stands for the words that are not listed`, fix: "leave it out" }];
    if (spelled.length > length) return [{ path, says: `"${word}" has ${spelled.length} characters, and ${length} are compared`, fix: "cut it, or write a larger length" }];
    const foreign = spelled.find((character) => !characters.has(character));
    if (foreign === undefined) return [];
    return [{ path, says: `"${word}" holds "${foreign}", which the charter does not list among the characters of "${dimension.name}"`, fix: "write the word as an answer of the kind words has it" }];
  });
}
