/** A POST that may be repeated: the same `Idempotency-Key` gets the same answer, and the work is done once. */
import { concat, toHex, utf8 } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { json, type Route, type RouteReply, type RouteRequest } from "./http-route.js";
import { Refusal } from "./refusal.js";

export interface KeptReply {
  readonly status: number;
  /** JSON text. */
  readonly text: string;
}

/** What a key means to the store. `digest` is that of the request it came with first. */
export type KeyClaim =
  | { readonly kind: "fresh" }
  | { readonly kind: "running"; readonly digest: string }
  | { readonly kind: "answered"; readonly digest: string; readonly reply: KeptReply };

/** MUST be durable and atomic. Claims an earlier process left running MUST be forgotten at start; answers are kept for at least a day. */
export interface IdempotencyStore {
  /** Claims the key if it is fresh, and says what it was before. */
  claim(key: string, digest: string, atMs: number): KeyClaim;
  answer(key: string, reply: KeptReply): void;
  /** The work had no effect, so the key may be used again. */
  forget(key: string): void;
}

export interface Idempotency {
  readonly store: IdempotencyStore;
  readonly nowMs: () => number;
}

/**
 * Answers a repeat from the store. Refusals are not kept: what was refused had no effect, and may succeed once its cause is gone.
 *
 * @throws Refusal REQUEST_KEY_REUSED for another request under the same key, REQUEST_RUNNING while the first still runs.
 */
export async function handleOnce(route: Route, request: RouteRequest, { store, nowMs }: Idempotency): Promise<RouteReply> {
  const header = request.headers["idempotency-key"];
  if (route.method !== "POST" || header === undefined) return route.handle(request);
  const key = parseKey(header);
  const digest = digestOf(route, request);
  const claim = store.claim(key, digest, nowMs());
  switch (claim.kind) {
    case "fresh": return runOnce(route, request, key, store);
    case "running":
      refuseOther(claim.digest, digest);
      throw new Refusal({ code: "REQUEST_RUNNING", title: "the first request under this key is still running", detail: key, fix: "wait and repeat", status: 409 });
    case "answered":
      refuseOther(claim.digest, digest);
      return json(JSON.parse(claim.reply.text), claim.reply.status);
  }
}

async function runOnce(route: Route, request: RouteRequest, key: string, store: IdempotencyStore): Promise<RouteReply> {
  try {
    const reply = await route.handle(request);
    if (reply.kind === "json") store.answer(key, { status: reply.status, text: JSON.stringify(reply.body) });
    else store.forget(key);
    return reply;
  } catch (error) {
    store.forget(key);
    throw error;
  }
}

function refuseOther(first: string, now: string): void {
  if (first === now) return;
  throw new Refusal({
    code: "REQUEST_KEY_REUSED", title: "this Idempotency-Key belongs to another request", detail: "method, path or body differ from the first", fix: "use a new key", status: 422,
  });
}

function parseKey(header: string | readonly string[]): string {
  if (typeof header === "string" && /^[\x21-\x7e]{1,128}$/.test(header)) return header;
  throw new Refusal({ code: "REQUEST_KEY", title: "the Idempotency-Key cannot be used", detail: "1 to 128 printable characters without spaces expected" });
}

function digestOf(route: Route, request: RouteRequest): string {
  const what = canonicalBytes([route.method, route.path, { ...request.params }, { ...request.query }]);
  return toHex(sha256(concat(what, utf8("\n"), canonicalBytes(parseJson(request.body)))));
}

/** The body came through a JSON parser, so it is JSON; absent counts as null. */
function parseJson(body: unknown): Json {
  return (body ?? null) as Json;
}
