import type { Json } from "@cohortium/crypto/canonical-json";
import { itemsOf, memberOf } from "@cohortium/crypto/json-member";
import { parseQuery } from "@cohortium/protocol/statistics/query-schema";
import { queryWords } from "@cohortium/protocol/statistics/query-words";

/** What a session was about, for a person: the question of statistics in words, or the charter's training. */
export interface SessionAsked {
  /** How it ended, as it is kept; undefined while it runs. */
  readonly outcome: Json | undefined;
  /** The kind of question that was charged for; null where nothing was. */
  readonly charged: string | null;
  /** The charter's own text. */
  readonly charter: Json;
}

/** For a person. A session that came to nothing under a charter of both may have been either. */
export function askedWords({ outcome, charged, charter }: SessionAsked): string {
  const query = memberOf(outcome, "query");
  if (query !== undefined) return `a question: ${queryWords(parseQuery(query))}`;
  // What was not answered is kept without its query; what it was charged for says its kind.
  if (charged !== null && charged !== "training") return `a question of kind ${charged}, not answered`;
  const training = trainingWords(charter);
  if (memberOf(outcome, "kind") === "done" || charged !== null) return training ?? "a training";
  if (training === null) return "a question, not answered";
  return (memberOf(charter, "statistics") ?? null) === null ? training : `${training}; or a question, not answered`;
}

/** Null for a charter of statistics alone. */
function trainingWords(charter: Json): string | null {
  const [training] = itemsOf(memberOf(charter, "questions"));
  if (training === undefined) return null;
  const [id, kind] = [memberOf(training, "id"), memberOf(memberOf(training, "model"), "kind")];
  return `the training ${typeof id === "string" ? id : ""}, of a model of kind ${typeof kind === "string" ? kind : "unknown"}`;
}
