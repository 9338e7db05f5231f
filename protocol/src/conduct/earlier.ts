import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import type { Answer } from "../statistics/answer.js";
import { parseQuery } from "../statistics/query-schema.js";
import type { Query } from "../statistics/query.js";
import type { EarlierAnswer } from "../statistics/sequence.js";

/**
 * An answer as it was released, beside what it was the answer to. Only for answers that we made ourselves, or computed again: nothing else about
 * their form is looked at.
 *
 * @throws RangeError unless it is of the query's kind.
 */
export function parseEarlier(query: Query | Json, answer: Json): EarlierAnswer {
  const read = parseQuery(query as Json);
  if (memberOf(answer, "kind") !== read.kind) throw new RangeError(`an answer of another kind than its query, which is ${read.kind}`);
  return { query: read, answer: answer as unknown as Answer };
}
