import type { Json } from "@cohortium/crypto/canonical-json";
import { z } from "zod";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import type { Query } from "./query.js";

/** STAND-IN until branch stat: reads nothing but the kind. */
export function parseQuery(json: Json): Query {
  const read = z.looseObject({ kind: z.literal(["profile", "rfm"]), nanoRho: z.int().min(0) }).safeParse(json);
  if (!read.success) throw new RangeError("not a query");
  return json as unknown as Query;
}

export function queryJson(query: Query): Json {
  return z.json().parse(query);
}

export function queryDigest(query: Query): Digest {
  return jsonDigest(queryJson(query));
}
