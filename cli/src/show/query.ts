import { parseQuery } from "@cohortium/protocol/statistics/query-schema";
import { queryWords } from "@cohortium/protocol/statistics/query-words";
import type { QuestionView } from "../answers/questions.js";
import { plainLine } from "../text/plain.js";

/** What was asked, on one line; of a kind that this release does not know, its name. */
export function queryText(query: QuestionView["query"]): string {
  try {
    return plainLine(queryWords(parseQuery(query)));
  } catch (cause) {
    if (cause instanceof RangeError) return plainLine(query.kind);
    throw cause;
  }
}
