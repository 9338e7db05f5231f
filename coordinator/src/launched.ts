import type { Json } from "@cohortium/crypto/canonical-json";
import type { SessionRequest } from "@cohortium/protocol/conduct/request";
import { parseDigest, parsePartyId, type Digest } from "@cohortium/protocol/session/ids";
import { parseQuery, queryJson } from "@cohortium/protocol/statistics/query-schema";

/** Under which charter a session is, and what it is to compute. */
export interface About {
  readonly charter: Digest;
  readonly request: SessionRequest;
}

/** `without` is empty where nobody is left out; `query` is null for a training. */
interface Given {
  readonly charter: string;
  readonly atMs: number;
  readonly without: string;
  readonly query: Json;
}

/** What is journalled of a session when it is launched. */
export function givenOf({ charter, request }: About, atMs: number): Given {
  return "query" in request ? { charter, atMs, without: "", query: queryJson(request.query) } : { charter, atMs, without: request.without ?? "", query: null };
}

/** Reads it back. @throws RangeError if it is not what was written. */
export function parseGiven(open: unknown): About & { readonly atMs: number } {
  const { charter, atMs, without = "", query = null } = open as { readonly charter: string; readonly atMs: number; readonly without?: string; readonly query?: Json };
  const request: SessionRequest = query === null ? { without: without === "" ? null : parsePartyId(without) } : { query: parseQuery(query) };
  return { charter: parseDigest(charter), request, atMs };
}
